"""Trying a draft in the browser: from the first form to a story of the bundle, and cases of a table from Excel."""

from __future__ import annotations

import html
import io
import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from app.cases import operations
from app.changes import trying
from app.core import id_number
from app.core.paths import TEMPLATES
from app.definitions.names import LIBRARY
from app.documents import wording
from app.documents.text import extract_text
from app.studio import previews
from tests.support.web import COUNTY, PROGRAMME, TOWNSHIP, Web, flat
from tests.support.worlds import RELIEF, VILLAGE

SHIPPED = (TEMPLATES / "approval_notice" / "template.docx").read_bytes()
HEAD = 1
"""The paragraph above all others, which every letter prints."""


def _begun(web: Web, programme: str = PROGRAMME) -> tuple[FlaskClient, str]:
    """An owner, and the address of a bundle in a change."""
    client = web.client()
    web.sign_in(client, f"policy_owner.{COUNTY}")
    at = client.post("/studio/changes/new", data={"title": "改时限", "reason": "县政府文件"}).location
    client.post(f"{at}/programmes", data={"programme": programme, "region": COUNTY})
    (bundle,) = set(re.findall(rf"{at}/programmes/(\w{{32}})/", client.get(at).text))
    return client, f"{at}/programmes/{bundle}"


def test_a_case_is_tried_stepped_back_and_recorded(web: Web) -> None:
    owner, bundle = _begun(web)
    assert "农安镇" in owner.get(f"{bundle}/try").text
    assert owner.post(f"{bundle}/try/begin", data={"region": VILLAGE, "day": "yesterday"}).status_code == 422
    owner.post(f"{bundle}/try/begin", data={"region": VILLAGE, "day": "2020-10-12"})
    first = {"kind": "form", "task": "apply", "as": "applicant", "was": "0"}
    wrong = owner.post(f"{bundle}/try", data={**flat(RELIEF), **first, "id_number": "1"}).text
    assert "公民身份号码" in wrong
    assert "把这次拒绝记为一步" in wrong
    taken = owner.post(f"{bundle}/try", data={**flat(RELIEF), **first}).text
    assert "2020-10-15 到期" in taken
    assert owner.post(f"{bundle}/try", data={**flat(RELIEF), **first}).status_code == 409  # sent twice
    owner.post(f"{bundle}/try/move", data={"by": "back", "was": "1"})
    assert "再往前" in owner.get(f"{bundle}/try").text
    owner.post(f"{bundle}/try/move", data={"by": "forward", "was": "0"})
    assert owner.get(f"{bundle}/try/letters/0.docx").data.startswith(b"PK")
    assert "故事的标题" in owner.post(f"{bundle}/try/record", data={"title": "", "name": "A b"}).text
    kept = owner.post(f"{bundle}/try/record", data={"title": "刚刚申请", "name": "just-applied"})
    assert kept.status_code == 302
    story = owner.get(f"{bundle}/content?path=scenarios/just-applied.yaml").text
    assert "title: 刚刚申请" in story
    assert "due: '2020-10-15'" in story


def test_a_table_is_tried_with_a_workbook(web: Web) -> None:
    owner, bundle = _begun(web)
    page = owner.get(f"{bundle}/tables").text
    decision = next(iter(re.findall(r"/tables/(\w+)\.xlsx", page)))
    content = owner.get(f"{bundle}/tables/{decision}.xlsx").data
    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    titles = [cell.value for cell in sheet[1]]
    assert titles[-1] == "应有的结果"

    def sent(**options: str) -> tuple[int, bytes]:
        buffer = io.BytesIO()
        book.save(buffer)
        buffer.seek(0)
        answer = owner.post(f"{bundle}/tables/{decision}", data={"file": (buffer, "cases.xlsx"), **options})
        return answer.status_code, answer.data

    numeric = titles.index("连续无收入月数") + 1
    sheet.cell(2, numeric, "三个")
    status, refused = sent()
    assert status == 422
    assert "第 2 行「连续无收入月数」：应填数字" in html.unescape(refused.decode())
    sheet.cell(2, numeric, "2")
    sheet.cell(2, len(titles), "无")
    _, shown = sent()
    assert "1 个不符" in shown.decode()
    _, result = sent(**{"as": "sheet"})
    last = [cell.value for cell in load_workbook(io.BytesIO(result)).worksheets[0][2]]
    assert "不符" in last


def _decided(web: Web) -> Any:
    """A case that was approved."""
    done = web.apply()
    for position, given in (
        ("village_cadre", {"facts_true": True, "opinion": "王建国家情况属实"}),
        ("township_clerk", {"confirmed": True, "amount": "800", "opinion": "同意"}),
    ):
        actor = web.actor(f"{position}.{VILLAGE if position == 'village_cadre' else TOWNSHIP}")
        with web.database.write() as session:
            operations.complete_task(session, actor, web.open_task(done.case_id), given, web.clock.now())
    return done


def test_a_closed_case_is_tried_without_its_people(web: Web) -> None:
    done = _decided(web)
    owner, bundle = _begun(web)
    assert "没有这个办结的案件" in owner.post(f"{bundle}/try/begin", data={"number": "220122-1999-000001"}).text
    owner.post(f"{bundle}/try/begin", data={"number": done.number})
    shown = owner.get(f"{bundle}/try").text
    assert "已批准" in shown
    assert "800.00" in shown
    with web.database.read() as session:
        (kept,) = session.scalars(select(trying.TRIAL.c.trial))
    person = {name: RELIEF[name] for name in ("name", "id_number", "phone", "bank_account", "hardship")}
    assert [name for name, value in person.items() if str(value) in kept or str(value) in shown] == []
    assert RELIEF["address"] not in kept
    number = json.loads(kept)["steps"][0]["with"]["id_number"]
    assert id_number.birth_date(number) == id_number.birth_date(RELIEF["id_number"])
    assert id_number.sex(number) == id_number.sex(RELIEF["id_number"])
    other = web.client()
    web.sign_in(other, "policy_owner.220104")
    refused = other.post(f"{bundle}/try/begin", data={"number": done.number})
    assert refused.status_code == 422
    assert "没有这个办结的案件" in refused.text


def test_a_letter_is_tried_with_a_closed_case_beside_the_one_before(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the library and of a programme: what each would say to somebody made up, the new words on one side alone."""
    monkeypatch.setattr(previews, "_seen", lambda title, docx, problems, message="": previews.Preview(
        title, problems, 1, [], f"{title}：{extract_text(docx)}{message}"))  # fmt: skip
    done, path = _decided(web), "letters/approval_notice/template.docx"
    new = wording.reworded(SHIPPED, {HEAD: "这是新的一句。"})
    for programme in (LIBRARY, PROGRAMME):
        owner, bundle = _begun(web, programme)
        sent = {"letter": "approval_notice", "files": (io.BytesIO(new), "new.docx")}
        owner.post(f"{bundle}/upload", data=sent)
        page = owner.post(f"{bundle}/letter/preview", data={"path": path, "number": done.number}).text
        after, before = page.split('<h3 class="h6">现行</h3>')
        assert ("这是新的一句。" in after, "这是新的一句。" in before) == (True, False)
        assert all("捌佰元整" in each and RELIEF["name"] not in each for each in (after, before))
        beside = owner.get(f"{bundle}/letter/preview", query_string={"path": path}).text
        assert beside.count("这是新的一句。") == 1
        assert '<h3 class="h6">现行</h3>' in beside
    none = owner.post(f"{bundle}/letter/preview", data={"path": path, "number": "220122-1999-000001"})
    assert "没有这个办结的案件" in none.text
    other = "letters/refusal_notice/template.docx"
    missed = owner.post(f"{bundle}/letter/preview", data={"path": other, "number": done.number}).text
    assert "没有开出这份文书" in missed
