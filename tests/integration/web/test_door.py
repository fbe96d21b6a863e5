"""Whoever is refused before there is a case is recorded, whichever way he came."""

from __future__ import annotations

from datetime import datetime

from app.cases import door
from app.core.clock import SHANGHAI
from tests.support.reruns import faults, run_again
from tests.support.web import APPLICATION, PROGRAMME, VILLAGE, Web, flat

CLERK = "township_clerk.220122100"
NOT_YET = {**APPLICATION, "months_without_income": 1}
ADDRESS = f"/apply/{PROGRAMME}/{VILLAGE}"


def test_an_answer_at_the_door_is_kept_on_every_way_in(web: Web) -> None:
    body = {"programme": PROGRAMME, "region": VILLAGE, "data": NOT_YET}
    ways = (
        web.client().post(ADDRESS, data=flat(NOT_YET)),
        web.client(CLERK).post(f"/desk{ADDRESS}", data=flat(NOT_YET)),
        web.client().post("/api/v1/applications", json=body, headers=web.token(CLERK)),
    )
    assert [answer.status_code for answer in ways] == [422, 422, 422]
    assert all("不满三个月" in answer.text for answer in ways[:2])
    assert "不满三个月" in ways[2].get_json()["message"]
    with web.database.read() as session:
        answers = door.answers(session, datetime(2020, 1, 1, tzinfo=SHANGHAI))
    assert [(each.code, each.region) for each in answers] == [("not_eligible", "东好来宝村")] * 3
    again = run_again(web.database)
    assert len(again) == 3
    assert faults(again) == []
