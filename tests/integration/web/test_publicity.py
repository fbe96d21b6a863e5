"""公示 on the public board: masked, open to objections, and out of the staff's sight elsewhere."""

from __future__ import annotations

import re
from typing import Any

from tests.support.web import APPLICATION, VILLAGE, Web

CLERK, HEAD = "township_clerk.220122100", "township_head.220122100"
SPENDING: dict[str, Any] = {
    **{key: APPLICATION[key] for key in ("name", "id_number", "phone", "address", "bank_account", "applied_by")},
    "authorised": True,
    "spending": "尿毒症透析，医保报销后自付部分",
    "requested_amount": "3000",
    "household": {"size": 2, "annual_income": 6000, "financial_assets": 1000},
}
STEPS: list[tuple[str, str, dict[str, Any]]] = [
    ("acceptance", CLERK, {"complete": True}),
    ("verification", CLERK, {"necessary_spending": "12000", "hardship_confirmed": True}),
    ("review", HEAD, {"approved": True, "amount": "3000", "instalments": 1}),
]


def post_a_notice(web: Web) -> str:
    """A spending relief that stands on the board; returns the address of its notice."""
    from app.cases import operations
    from app.core.actor import APPLICANT

    with web.database.write() as session:
        now = web.clock.now()
        case_id = operations.apply(session, APPLICANT, "expenditure_relief", VILLAGE, SPENDING, now).case_id
    for _, username, data in STEPS:
        with web.database.write() as session:
            operations.complete_task(session, web.actor(username), web.open_task(case_id), data, now)
    (address,) = re.findall(r'href="(/notices/[0-9a-f]{32})"', web.client().get("/notices").text)
    return str(address)


def test_a_notice_tells_what_must_be_told_and_no_more(web: Web) -> None:
    address = post_a_notice(web)
    for path in ("/notices", "/notices?county=220122", address):
        page = web.client().get(path).text
        assert "王*国" in page
        for secret in ("王建国", APPLICATION["id_number"], APPLICATION["phone"], APPLICATION["bank_account"]):
            assert secret not in page
    assert "王*国" not in web.client().get("/notices?county=220104").text


def test_an_objection_stops_the_notice_and_reaches_the_staff_alone(web: Web) -> None:
    address = post_a_notice(web)
    empty = web.client().post(address, data={"reason": "他家有两套房"})
    assert empty.status_code == 422
    assert "他家有两套房" in empty.text
    data = {"name": "孙志", "phone": "13904310009", "reason": "他家有两套房"}
    unreachable = web.client().post(address, data={**data, "phone": "随便"})
    assert (unreachable.status_code, "联系电话不正确" in unreachable.text) == (422, True)
    assert web.client().post(address, data=data).status_code == 200
    assert "现在没有公示" in web.client().get("/notices").text
    gone = web.client().get(address)
    assert (gone.status_code, "王*国" in gone.text, "孙志" in gone.text) == (404, False, False)
    again = web.client().post(address, data=data)
    assert again.status_code == 200  # who objects while it is stopped joins the open review
    clerk = web.client(CLERK)
    (task,) = re.findall(r"/desk/tasks/([0-9a-f]{32})", clerk.get("/desk/").text)[:1]
    case = re.findall(r"/desk/cases/([0-9a-f]{32})", clerk.get(f"/desk/tasks/{task}").text)[0]
    assert "他家有两套房" in clerk.get(f"/desk/cases/{case}").text
