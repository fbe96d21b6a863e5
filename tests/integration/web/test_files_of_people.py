"""Merging two files and cutting one apart, on their pages: shown first, done with a reason, taken back."""

from __future__ import annotations

import re
from datetime import date

import pytest

from app.core.actor import SYSTEM
from app.registry import lookups, merging, people, person_files, queries, roles
from app.registry import operations as registry
from app.registry.role_names import GUARDIAN, PAYEE
from tests.support.money import COUNTY, DOUBLED, ID_NUMBER, RECIPIENT, order, start_award
from tests.support.statements import counted
from tests.support.web import Web

OTHER = "220122199001014021"
MOST_STATEMENTS = 20
"""Of the page of a household, however many live there."""


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


def test_a_household_is_seen_across_programmes(web: Web, person: str) -> None:
    """Members, awards of any of them, cases of merged files too, and the money of each month as ordered and paid."""
    case = web.apply(id_number=DOUBLED, name=RECIPIENT)
    with web.database.write() as session:
        now = web.clock.now()
        child = registry.record_person(session, OTHER, "吴霞", now)
        home, _ = people.ensure_household(session, person, [(person, None), (child, "女儿")], None, now.date(), now)
        doubled = registry.record_person(session, DOUBLED, RECIPIENT, now)
        merging.merge(session, person, doubled, merging.Because(SYSTEM, "核对户口簿", now))
        (award,) = person_files.person_file(session, person)["awards"]
    order(web, amount="410", award_id=award.id)
    client = web.client(f"county_clerk.{COUNTY}")
    assert f'href="/desk/households/{home}"' in client.get(f"/desk/people/{person}").text
    with counted(web.database.engine) as statements:
        page = client.get(f"/desk/households/{home}").text
    assert len(statements) <= MOST_STATEMENTS, len(statements)
    members, awards, months, cases = (
        page.split(f'id="{part}"')[1] for part in ("members", "awards", "months", "cases")
    )
    assert "女儿" in members
    assert "410.00 元" in awards
    assert months.split("</table>")[0].count("410.00 元") == 2
    assert case.number in cases
    assert web.client("county_clerk.220104").get(f"/desk/households/{home}").status_code == 403
