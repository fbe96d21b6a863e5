"""Merging two files and cutting one apart, on their pages: shown first, done with a reason, taken back."""

from __future__ import annotations

import re
from datetime import date

import pytest

from app.registry import lookups, queries, roles
from app.registry.role_names import GUARDIAN, PAYEE
from tests.support.money import COUNTY, DOUBLED, ID_NUMBER, RECIPIENT, start_award
from tests.support.web import Web

OTHER = "220122199001014021"


@pytest.fixture
def person(web: Web) -> str:
    award = start_award(web)
    with web.database.read() as session:
        return queries.award(session, award).person_id


def test_a_file_is_cut_apart_and_taken_back(web: Web, person: str) -> None:
    client = web.client(f"county_clerk.{COUNTY}")
    page = client.get(f"/desk/people/{person}/part")
    chosen = re.findall(r'name="chosen"[^>]*value="([^"]+)"', page.text)
    assert (page.status_code, [key.partition(":")[0] for key in chosen]) == (200, ["award"])
    form = {"chosen": chosen, "id_number": OTHER, "name": "吴霞"}
    assert "请勾选属于另一个人的" in client.post(f"/desk/people/{person}/part", data={**form, "chosen": []}).text
    shown = client.post(f"/desk/people/{person}/part", data=form)
    assert (shown.status_code, "归到另一份" in shown.text, "吴霞" in shown.text) == (200, True, True)
    hasty = client.post(f"/desk/people/{person}/part", data={**form, "shown": "1"})
    assert (hasty.status_code, "请写明依据" in hasty.text, chosen[0] in hasty.text) == (422, True, True)
    done = client.post(f"/desk/people/{person}/part", data={**form, "shown": "1", "part_reason": "核对户口簿"})
    with web.database.read() as session:
        other = lookups.person_id(session, OTHER)
    assert (done.status_code, done.location) == (302, f"/desk/people/{other}")
    page = client.get(done.location).text
    assert f"“{RECIPIENT}”的档案</a>分出这一份的内容" in page
    undo = re.search(rf'action="(/desk/people/{other}/parts/\w+/undo)"', page)
    assert undo
    assert client.post(undo[1], data={"join_reason": ""}).status_code == 422
    back = client.post(undo[1], data={"join_reason": "看错了户口簿"})
    assert (back.status_code, back.location) == (302, f"/desk/people/{person}")
    assert "已撤回" in client.get(back.location).text


def test_a_merge_without_a_reason_is_asked_for_it(web: Web, person: str) -> None:
    client = web.client(f"county_clerk.{COUNTY}")
    answer = client.post(f"/desk/people/{person}/merge", data={"id_number": DOUBLED, "shown": "1"})
    assert (answer.status_code, "请写明依据" in answer.text) == (422, True)
    assert ID_NUMBER not in answer.text


def test_a_guardian_s_page_tells_for_whom_and_since_when(web: Web) -> None:
    award, now, clerk = start_award(web), web.clock.now(), web.client(f"county_clerk.{COUNTY}")
    first = {GUARDIAN: {"id_number": OTHER, "name": "吴霞"}, PAYEE: {"id_number": OTHER, "name": "吴霞"}}
    with web.database.write() as session:
        person = queries.award(session, award).person_id
        roles.begin(session, award, first, date(2020, 9, 1), now, case_id=None, case_seq=None)
        successor = {PAYEE: {"id_number": DOUBLED, "name": "李梅"}}
        roles.begin(session, award, successor, date(2020, 10, 1), now, case_id=None, case_seq=None)
        guardian = lookups.person_id(session, OTHER)
    page = clerk.get(f"/desk/people/{guardian}")
    section = page.text.partition('id="parts"')[2].partition("</section>")[0]
    told = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).split() for row in section.split("<tr>")[2:]]
    assert [(row[0], row[1], row[-2]) for row in told] == [
        (RECIPIENT, "监护人", "现任"), (RECIPIENT, "领款人", "2020-10-01"),
    ]  # fmt: skip
    assert f'href="/desk/people/{person}"' in section
    assert 'id="parts"' not in clerk.get(f"/desk/people/{person}").text
