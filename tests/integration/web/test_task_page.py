"""What the page of a task puts beside its form, and what it costs."""

from __future__ import annotations

import gzip
import io
import re
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

from sqlalchemy import insert

from app.cases import operations
from app.core.actor import APPLICANT
from app.core.ids import new_id
from app.db import Database
from app.files.models import Upload
from tests.support import morning
from tests.support.photos import PHOTO
from tests.support.statements import counted
from tests.support.web import APPLICATION, PROGRAMME, Web, flat
from tests.support.worlds import EMERGENCY, VILLAGE

CADRE, CLERK, HEAD = "village_cadre.220122100001", "township_clerk.220122100", "township_head.220122100"
MOST_STATEMENTS, MOST_BYTES = 22, 10_000


def reviewed(web: Web) -> str:
    """The id of a task whose guards speak of an amount."""
    case_id = web.apply().case_id
    task = f"/desk/tasks/{web.open_task(case_id)}/complete"
    assert web.client(CADRE).post(task, data={"facts_true": "true", "opinion": "情况属实"}).status_code == 302
    return web.open_task(case_id)


def test_beside_a_field_stands_what_is_in_force_and_what_the_rules_say(web: Web) -> None:
    task, client = reviewed(web), web.client(CLERK)
    page = client.get(f"/desk/tasks/{task}").text
    assert "情况属实" in page  # the opinion before
    assert "1000 元" in page  # the limit, before anything is typed
    said = client.post(f"/desk/tasks/{task}/rules", data={"confirmed": "true", "amount": "8000"}).json
    assert "is-bad" in said["amount"]
    assert "不能超过1000元" in said["amount"]
    assert "不能超过" not in said["confirmed"]
    assert "is-bad" not in client.post(f"/desk/tasks/{task}/rules", data={"confirmed": "true", "amount": "800"}).text
    by_itself, typed = f"/desk/tasks/{task}/preview?part=itself", {"confirmed": "true", "amount": "800"}
    with ThreadPoolExecutor(1) as pool, web.database.write():
        late = pool.submit(client.post, by_itself, data=typed)
        assert late.result(5).status_code == 204  # it stands in nobody's way
    assert "预览" in client.post(by_itself, data=typed).text
    assert client.post(f"/desk/tasks/{task}/complete", data={"confirmed": "true", "amount": "800"}).status_code == 302
    for late in ("rules", "preview?part=itself"):  # what the page asked when it was submitted
        answer = client.post(f"/desk/tasks/{task}/{late}", data={"confirmed": "true", "amount": "800"})
        assert (answer.status_code, answer.data) == (204, b"")
    assert "还不能提交" in client.post(f"/desk/tasks/{task}/preview?part=asked", data={"confirmed": "true"}).text


def supplemented(web: Web) -> str:
    """The id of the task that takes down afterwards what an emergency was."""
    morning.fund(web)
    with web.database.write() as session:
        receipt = operations.apply(session, APPLICANT, "emergency_relief", VILLAGE, EMERGENCY, web.clock.now())
    decided = {"approved": "true", "amount": "800", "opinion": "同意"}
    answer = web.client(HEAD).post(f"/desk/tasks/{web.open_task(receipt.case_id)}/complete", data=decided)
    assert answer.status_code == 302, answer.text
    return web.open_task(receipt.case_id)


def test_what_is_known_stands_in_the_form_until_somebody_types(web: Web) -> None:
    task, client = supplemented(web), web.client(CLERK)
    page = client.get(f"/desk/tasks/{task}")
    assert (cause := field(page.text, "cause")).startswith("住房失火<")
    assert "已按申请填入" in cause
    assert 'value="800' not in page.text  # what was paid is taken down from the paper, not from the screen
    typed = client.post(f"/desk/tasks/{task}/rules", data={"cause": "住房失火，家具烧毁"}).json
    assert "已按申请填入" not in typed["cause"]
    kept = {"_draft": re.findall(r'name="_draft" value="([^"]+)"', page.text)[0], "_revision": "0", "cause": ""}
    assert client.post("/drafts", data=kept).status_code == 302
    assert field(client.get(f"/desk/tasks/{task}").text, "cause").startswith("<")  # deleted is deleted


def field(page: str, name: str) -> str:
    """What follows the opening tag of a control."""
    return page.split(f'name="{name}"')[1].split(">", 1)[1].split("mb-3")[0].strip()


def test_the_page_asks_a_bounded_number_of_statements_and_stays_small(web: Web) -> None:
    task, client = reviewed(web), web.client(CLERK)
    client.get(f"/desk/tasks/{task}")
    with counted(web.database.engine) as statements:
        page = client.get(f"/desk/tasks/{task}")
    assert len(statements) <= MOST_STATEMENTS, len(statements)
    assert sum("FROM upload" in each for each in statements) == 1
    assert len(gzip.compress(page.data)) < MOST_BYTES
    web.apply(name="王建国", household={"size": 1, "annual_income": 1, "financial_assets": 1})
    with counted(web.database.engine) as more:
        elsewhere = client.get(f"/desk/tasks/{task}").text
    assert "其他救助" in elsewhere
    assert len(more) == len(statements)


def test_phrases_are_one_s_own_or_the_office_s_and_name_nobody(web: Web) -> None:
    clerk, head = web.client(CLERK), web.client(HEAD)
    office = web.actor(CLERK).appointments[0].office_id
    assert clerk.post("/desk/phrases?part=1", data={"text": " 情况属实， 同意 "}).status_code == 200
    assert clerk.post("/desk/phrases", data={"text": "同意", "place": office}).status_code == 403
    assert head.post("/desk/phrases", data={"text": "请补充证明", "place": office}).status_code == 302
    for wrong in ("", "字" * 201, "同意给220122198305123011发放"):
        assert clerk.post("/desk/phrases", data={"text": wrong}).status_code == 422
    page = clerk.get(f"/desk/tasks/{reviewed(web)}").text
    assert "情况属实， 同意" in page
    assert "请补充证明" in page
    assert "情况属实， 同意" not in head.get("/desk/phrases").text


def test_a_row_more_or_less_opens_no_transaction_that_writes(web: Web) -> None:
    task_id, client = web.open_task(web.apply().case_id), web.client()
    pages = {CADRE: f"/desk/tasks/{task_id}/complete", CLERK: f"/desk/apply/{PROGRAMME}/{VILLAGE}"}
    for who, path in pages.items():
        web.sign_in(client, who)
        with mock.patch.object(Database, "write", side_effect=AssertionError("it writes")):
            answer = client.post(path, data={"_add:witnesses": "1"})
        assert answer.status_code == 200, path


def shelve(web: Web, case_id: str, count: int) -> None:
    """So many files of the applicant in a case; their bytes are none, since no page reads them."""
    rows = [
        {
            "id": new_id(), "case_id": case_id, "name": f"照片{number:03d}.jpg", "media_type": "image/jpeg", "size": 9,
            "content": b"", "sha256": "0" * 64, "uploaded_by": None, "uploaded_by_name": "王建国",
            "uploaded_at": web.clock.now(),
        }
        for number in range(1, count + 1)
    ]  # fmt: skip
    with web.database.write() as session:
        session.execute(insert(Upload), rows)


def test_many_files_are_shown_in_parts_on_every_page_of_a_case(web: Web) -> None:
    mine, cadre = web.client(), web.client(CADRE)
    assert mine.post(f"/apply/{PROGRAMME}/{VILLAGE}", data=flat(APPLICATION)).status_code == 302
    with mine.session_transaction() as cookie:
        case_id = cookie["case"]
    shelve(web, case_id, 130)
    task = f"/desk/tasks/{web.open_task(case_id)}"
    for client, path in ((cadre, task), (cadre, f"/desk/cases/{case_id}"), (mine, "/my-case")):
        with counted(web.database.engine) as statements:
            page = client.get(path).text
        assert sum("FROM upload" in each for each in statements) == 2
        assert len(re.findall(r"照片\d{3}\.jpg\s*<", page)) == 60
        assert "第 1–60 份，共 130 份" in page
        last = client.get(path + "?materials=3").text
        assert re.findall(r"照片(\d{3})\.jpg\s*<", last) == [str(each) for each in range(121, 131)]
        assert "更多材料" not in last
        assert f'href="{path}?materials=2#materials"' in last
        for wrong in ("0", "²", "x", "9" * 30):
            assert "第 1–60 份" in client.get(path, query_string={"materials": wrong}).text
        for beyond in ("9", "last"):
            assert client.get(path, query_string={"materials": beyond}).text.count("第 121–130 份") == 1


def test_a_file_that_a_form_names_is_linked_whatever_part_is_open(web: Web) -> None:
    sent = {**flat(APPLICATION), "material_files": ["", (io.BytesIO(PHOTO), "户口簿.jpg")]}
    mine, cadre = web.client(), web.client(CADRE)
    answer = mine.post(f"/apply/{PROGRAMME}/{VILLAGE}", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 302
    with mine.session_transaction() as cookie:
        case_id = cookie["case"]
    shelve(web, case_id, 61)
    for client, path in ((cadre, f"/desk/tasks/{web.open_task(case_id)}"), (mine, "/my-case")):
        assert "户口簿.jpg" in client.get(path + "?materials=2").text
