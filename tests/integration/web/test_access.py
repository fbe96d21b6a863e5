"""Who may send what: every route × nobody, applicant, wrong position, wrong region, right person.

A route that nobody listed fails. The right person comes last, since that is who changes something.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.documents.queries import documents_of
from app.files import operations as uploads
from app.identity.models import Appointment
from app.web import ANYONE, BEARER, STAFF
from tests.support.web import APPLICATION, VILLAGE, Web

NOBODY, APPLICANT, WRONG_POSITION, WRONG_REGION, RIGHT = "nobody", "applicant", "position", "region", "right"
PEOPLE = {
    WRONG_POSITION: "finance.220122",
    WRONG_REGION: "village_cadre.220104001001",
    RIGHT: "village_cadre.220122100001",
}
TO_LOGIN = 302


@dataclass(frozen=True)
class Row:
    """A request and the status that each of the five gets, in the order of the table's title."""

    method: str
    path: str
    statuses: tuple[int, int, int, int, int]
    data: dict[str, Any] = field(default_factory=dict)


def public(method: str, path: str, status: int = 200, /, **data: Any) -> Row:
    return Row(method, path, (status,) * 5, data)


def staff(method: str, path: str, position: int, region: int, right: int, /, **data: Any) -> Row:
    return Row(method, path, (TO_LOGIN, TO_LOGIN, position, region, right), data)


def bearer(method: str, path: str, position: int, region: int, right: int, /, **data: Any) -> Row:
    return Row(method, path, (401, 401, position, region, right), data)


def mine(method: str, path: str, right: int, /, **data: Any) -> Row:
    """What only the applicant's proof opens: staff without it are asked for number and code like everybody."""
    return Row(method, path, (TO_LOGIN, right, TO_LOGIN, TO_LOGIN, TO_LOGIN), data)


APPLY = f"/apply/uninsured_unemployed_relief/{VILLAGE}"
TABLE: dict[str, Row] = {
    "GET static": public("GET", "/static/seal.svg"),
    "GET openapi.spec": public("GET", "/api/openapi.json"),
    "GET api_docs": public("GET", "/api/docs"),
    # the public
    "GET portal.home": public("GET", "/"),
    "GET portal.application": public("GET", APPLY),
    "POST portal.application_submit": public("POST", APPLY, 422),
    "GET portal.receipt": public("GET", "/apply/receipt", 302),
    "GET portal.status": public("GET", "/status"),
    "POST portal.status_query": public("POST", "/status", 404, number="220122-2020-000001", query_code="WRONG"),
    "POST portal.leave": public("POST", "/status/leave", 302),
    "GET portal.my_case": mine("GET", "/my-case", 200),
    "GET portal.letter": mine("GET", "/my-case/letters/{document}.docx", 200),
    "POST portal.supplement": mine("POST", "/my-case/materials", 422),
    "POST portal.withdraw": mine("POST", "/my-case/withdraw", 302, reason="不需要了"),
    "GET portal.board": public("GET", "/notices"),
    "GET portal.notice": public("GET", "/notices/unknown", 404),
    "POST portal.objection": public("POST", "/notices/unknown", 404, name="张三", phone="139", reason="不符合"),
    # the desk
    "GET desk.login": public("GET", "/desk/login"),
    "POST desk.login_submit": public("POST", "/desk/login", 401, username="nobody", password="x"),
    "POST desk.logout": public("POST", "/desk/logout", 302),
    "GET desk.alive": staff("GET", "/desk/alive", 204, 204, 204),
    "GET desk.account": staff("GET", "/desk/account", 200, 200, 200),
    "POST desk.change_password": staff("POST", "/desk/account/password", 422, 422, 422, old="x", new="y", again="y"),
    "POST desk.issue_token": staff("POST", "/desk/account/tokens", 200, 200, 200, label="统计", days="90"),
    "POST desk.revoke_token": staff("POST", "/desk/account/tokens/unknown/revoke", 404, 404, 404),
    "GET desk.apply_start": staff("GET", "/desk/apply", 200, 200, 200),
    "GET desk.application": staff("GET", f"/desk{APPLY}", 200, 403, 200),
    "POST desk.application_submit": staff("POST", f"/desk{APPLY}", 422, 403, 422),
    "GET desk.application_receipt": staff("GET", "/desk/apply/receipt", 302, 302, 302),
    "GET desk.inbox_page": staff("GET", "/desk/", 200, 200, 200),
    "GET desk.task": staff("GET", "/desk/tasks/{task}", 403, 403, 200),
    "POST desk.claim": staff("POST", "/desk/tasks/{task}/claim", 403, 403, 302),
    "POST desk.unclaim": staff("POST", "/desk/tasks/{task}/unclaim", 403, 403, 302),
    "POST desk.transfer": staff("POST", "/desk/tasks/{task}/transfer", 403, 403, 403, user_id="unknown"),
    "POST desk.acknowledge": staff("POST", "/desk/tasks/{task}/read", 403, 403, 409),
    "POST desk.draft": staff("POST", "/desk/tasks/{task}/draft", 403, 403, 302, opinion="再看"),
    "POST desk.complete": staff("POST", "/desk/tasks/{task}/complete", 403, 403, 302, facts_true="true"),
    "POST desk.return_case": staff("POST", "/desk/tasks/{task}/return", 403, 403, 409, element_id="x", reason="补正"),
    "GET desk.case_list": staff("GET", "/desk/cases", 200, 200, 200),
    "GET desk.case_export": staff("GET", "/desk/cases.xlsx", 200, 200, 200),
    "GET desk.case": staff("GET", "/desk/cases/{case}", 200, 403, 200),
    "GET desk.case_diagram": staff("GET", "/desk/cases/{case}/diagram.bpmn", 200, 403, 200),
    "POST desk.upload": staff("POST", "/desk/cases/{case}/materials", 422, 403, 422),
    "POST desk.retry": staff("POST", "/desk/cases/{case}/retry", 409, 403, 409),
    "POST desk.hold": staff("POST", "/desk/cases/{case}/hold", 422, 403, 422, reason=""),
    "POST desk.release": staff("POST", "/desk/cases/{case}/release", 409, 403, 409),
    "POST desk.cancel": staff("POST", "/desk/cases/{case}/cancel", 422, 403, 422, reason=""),
    "GET desk.material": staff("GET", "/desk/materials/{material}", 200, 403, 200),
    "GET desk.document": staff("GET", "/desk/documents/{document}.docx", 200, 403, 200),
    "GET desk.notice_list": staff("GET", "/desk/notices", 200, 200, 200),
    "GET desk.incident_list": staff("GET", "/desk/incidents", 200, 200, 200),
    "GET desk.figure_list": staff("GET", "/desk/figures", 200, 200, 200),
    # the API
    "GET api.programmes": bearer("GET", f"/api/v1/programmes?region={VILLAGE}", 200, 200, 200),
    "POST api.apply": bearer("POST", "/api/v1/applications", 201, 403, 201, programme="uninsured_unemployed_relief",
                             region=VILLAGE, data=dict(APPLICATION)),
    "GET api.tasks": bearer("GET", "/api/v1/tasks", 200, 200, 200),
    "POST api.claim": bearer("POST", "/api/v1/tasks/{task}/claim", 403, 403, 200),
    "POST api.unclaim": bearer("POST", "/api/v1/tasks/{task}/unclaim", 403, 403, 200),
    "POST api.complete": bearer("POST", "/api/v1/tasks/{task}/complete", 403, 403, 200, data={"facts_true": True}),
    "GET api.case": bearer("GET", "/api/v1/cases/{case}", 200, 403, 200),
    "GET api.case_documents": bearer("GET", "/api/v1/cases/{case}/documents", 200, 403, 200),
    "GET api.document": bearer("GET", "/api/v1/documents/{document}", 200, 403, 200),
}  # fmt: skip


def routes(web: Web) -> set[str]:
    return {
        f"{method} {rule.endpoint}"
        for rule in web.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_route_is_in_the_table(web: Web) -> None:
    assert routes(web) == set(TABLE)


def test_every_view_says_who_may_send_it(web: Web) -> None:
    silent = {name for name, view in web.app.view_functions.items() if not hasattr(view, "who")}
    assert silent == {"static", "openapi.spec"}
    said = {view.who for view in web.app.view_functions.values() if hasattr(view, "who")}  # type: ignore[attr-defined]
    assert said == {ANYONE, STAFF, BEARER}


@pytest.mark.parametrize("name", TABLE)
def test_access(web: Web, name: str) -> None:
    row, known = TABLE[name], things(web)
    path = row.path.format(**known)
    got = tuple(send(web, who, row, path, known["case"]) for who in (NOBODY, APPLICANT, *PEOPLE))
    assert got == row.statuses


def things(web: Web) -> dict[str, str]:
    """A case at the village with a task, a letter and an upload."""
    case_id = web.apply().case_id
    with web.database.write() as session:
        (material,) = uploads.add(session, web.actor(PEOPLE[RIGHT]), case_id, [("a.pdf", b"%PDF-1.7")], web.clock.now())
        document = documents_of(session, case_id)[0].id
    return {"case": case_id, "task": web.open_task(case_id), "document": document, "material": material}


def send(web: Web, who: str, row: Row, path: str, case_id: str) -> int:
    client, headers = web.client(), {}
    if path.startswith("/api/v1/"):
        headers = web.token(PEOPLE[who]) if who in PEOPLE else {}
        return client.open(path, method=row.method, json=row.data or None, headers=headers).status_code
    if who in PEOPLE:
        web.sign_in(client, PEOPLE[who])
    elif who == APPLICANT:
        prove(web, client, case_id)
    answer = client.open(path, method=row.method, data=row.data)
    answer.close()
    return answer.status_code


def prove(web: Web, client: FlaskClient, case_id: str) -> None:
    """The applicant has typed number and query code."""
    with client.session_transaction() as cookie:
        cookie["case"], cookie["case_until"] = case_id, web.clock.now().timestamp() + 60


def test_a_dismissed_person_is_out_at_once(web: Web) -> None:
    client = web.client(PEOPLE[RIGHT])
    assert client.get("/desk/").status_code == 200
    with web.database.write() as session:
        session.query(Appointment).delete()
    assert "待办已全部办完" in client.get("/desk/").text
    task = web.open_task(web.apply().case_id)
    assert client.get(f"/desk/tasks/{task}").status_code == 403
