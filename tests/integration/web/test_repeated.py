"""One person, one programme, twice within days: seen by those who may know it, and betrayed to nobody else."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import func, select

from app.cases.store import CASE
from tests.support.web import APPLICATION, PROGRAMME, VILLAGE, Web, flat
from tests.support.worlds import id_number

CLERK = "township_clerk.220122100"
APPLY = f"/apply/{PROGRAMME}/{VILLAGE}"


def cases_of(web: Web) -> int:
    with web.database.read() as session:
        return session.scalar(select(func.count()).select_from(CASE)) or 0


def test_the_window_sees_the_first_case_and_says_why_there_is_a_second(web: Web) -> None:
    first = web.apply()
    web.clock.move_to(web.clock.now() + timedelta(days=3))
    client = web.client(CLERK)
    told = client.post(f"/desk{APPLY}", data=flat(APPLICATION))
    assert (told.status_code, cases_of(web)) == (422, 1)
    assert first.number in told.text
    assert f'value="{APPLICATION["name"]}"' in told.text, "nothing typed is lost"
    why = {**flat(APPLICATION), "_again": "前一件填错了项目，已告知申请人"}
    assert client.post(f"/desk{APPLY}", data=why).location == "/desk/apply/receipt"
    assert cases_of(web) == 2
    slip = client.get("/desk/apply/receipt").text
    second = re.search(r"/desk/cases/\w+", slip)[0]  # type: ignore[index]
    assert why["_again"] in client.get(second).text.partition('id="timeline"')[2]


def test_after_those_days_nobody_is_asked(web: Web) -> None:
    web.apply()
    web.clock.move_to(web.clock.now() + timedelta(days=31))
    assert web.client(CLERK).post(f"/desk{APPLY}", data=flat(APPLICATION)).status_code == 302


def test_a_stranger_learns_nothing_and_the_office_sees_both(web: Web) -> None:
    first = web.apply()
    web.clock.move_to(web.clock.now() + timedelta(hours=1))
    stranger = web.client()
    page = stranger.post(APPLY, data=flat(APPLICATION), follow_redirects=True).text
    assert first.number not in page
    assert "合并办理" in page
    fresh = web.client().post(APPLY, data=flat({**APPLICATION, "id_number": id_number(5)}), follow_redirects=True)
    number = re.compile(r"<code>[^<]*</code>|csrf_token[^>]*")
    assert number.sub("", fresh.text) == number.sub("", page), "who never applied is answered alike"
    second = stranger.get("/my-case").text
    assert first.number not in second
    with web.database.read() as session:
        (second_id,) = session.scalars(select(CASE.c.id).where(CASE.c.applicant_blind.in_(
            select(CASE.c.applicant_blind).where(CASE.c.id == first.case_id)), CASE.c.id != first.case_id))  # fmt: skip
    clerk = web.client(CLERK)
    shown = clerk.get(f"/desk/cases/{second_id}").text
    assert first.number in shown.partition('id="repeats"')[2].partition("</ul>")[0]
    assert "并入这一件" not in clerk.get(f"/desk/cases/{first.case_id}").text, "the first one stays"
    reason = re.search(r'name="reason" value="([^"]+)"', shown)[1]  # type: ignore[index]
    clerk.post(f"/desk/cases/{second_id}/cancel", data={"reason": reason})
    assert first.number in clerk.get(f"/desk/cases/{second_id}").text.partition('id="timeline"')[2]


def test_the_same_browser_is_shown_what_it_sent(web: Web) -> None:
    client = web.client()
    once = client.post(APPLY, data=flat(APPLICATION), follow_redirects=True).text
    twice = client.post(APPLY, data=flat(APPLICATION), follow_redirects=True).text
    assert re.findall(r"<code>[^<]*</code>", once) == re.findall(r"<code>[^<]*</code>", twice)
    assert "没有重复提交" in twice
    assert cases_of(web) == 1
