"""Sessions, forced changes, the second factor and tokens, as a browser and a machine meet them."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.identity import one_time
from app.identity.models import ApiToken, LoginSession
from tests.support.statements import counted
from tests.support.web import PASSWORD, Web

CADRE, OFFICER = "village_cadre.220122100001", "security_officer.220122"
NEW = "another horse, another battery"


def copy_of(web: Web, client: FlaskClient) -> FlaskClient:
    """Another browser with the same cookie."""
    cookie = client.get_cookie("doudi")
    assert cookie is not None
    thief = web.client()
    thief.set_cookie("doudi", cookie.value)
    return thief


def login(web: Web, client: FlaskClient, username: str = CADRE, password: str = PASSWORD, onward: str = "") -> str:
    answer = client.post(f"/desk/login{onward}", data={"username": username, "password": password})
    assert answer.status_code == 302, answer.text
    return answer.location


def test_a_copied_cookie_is_dead_after_the_logout(web: Web) -> None:
    client = web.client(CADRE)
    thief = copy_of(web, client)
    assert thief.get("/desk/").status_code == 200
    client.post("/desk/logout")
    assert thief.get("/desk/").location == "/desk/login?next=%2Fdesk%2F"
    assert thief.post("/desk/account/tokens", data={"label": "x", "days": "1"}).location == "/desk/login"


def test_a_second_login_ends_the_first_and_gives_another_key(web: Web) -> None:
    client = web.client(CADRE)
    thief = copy_of(web, client)
    login(web, client)
    assert (client.get("/desk/").status_code, thief.get("/desk/").status_code) == (200, 302)


def test_sessions_are_listed_and_ended_on_the_account_page(web: Web) -> None:
    mine, other = web.client(CADRE), web.client(CADRE)
    page = mine.get("/desk/account").text
    (ends,) = re.findall(r"/desk/account/sessions/\w+/end", page)
    assert "现在这里" in page
    assert mine.post(ends).status_code == 302
    assert (mine.get("/desk/").status_code, other.get("/desk/").status_code) == (200, 302)


def test_use_is_noted_once_a_minute_and_costs_no_statement_otherwise(web: Web) -> None:
    client = web.client(CADRE)
    with counted(web.database.engine) as sent:
        client.get("/desk/alive")
        assert len(sent) == 1
        web.clock.move_to(web.clock.now() + timedelta(minutes=1))
        client.get("/desk/alive")
        client.get("/desk/alive")
    assert len(sent) == 4
    with web.database.read() as session:
        assert session.scalars(select(LoginSession.seen_at)).one() == web.clock.now()
    web.clock.move_to(web.clock.now() + timedelta(minutes=29))
    assert client.get("/desk/alive").status_code == 204
    web.clock.move_to(web.clock.now() + timedelta(minutes=30))
    assert client.get("/desk/alive").status_code == 302


def test_a_password_that_was_handed_out_leads_only_to_its_change(web: Web) -> None:
    user_id = web.actor(CADRE).user_id or ""
    with web.database.write() as session:
        given = one_time.give(session, user_id, web.clock.now())
    client = web.client()
    assert login(web, client, password=given) == "/desk/"
    task = web.open_task(web.apply().case_id)
    for path in ("/desk/", "/desk/account", f"/desk/tasks/{task}", "/desk/cases.xlsx"):
        assert client.get(path).location.startswith("/desk/password?next="), path
    assert client.post(f"/desk/tasks/{task}/complete", data={"facts_true": "true"}).location == "/desk/password"
    assert web.open_task(web.apply().case_id)
    page = client.get("/desk/password").text
    assert "请先换成只有自己知道的密码" in page
    assert 'href="/desk/cases"' not in page
    weak = client.post("/desk/password", data={"old": given, "new": "aaaaaaaaaa", "again": "aaaaaaaaaa"})
    assert (weak.status_code, "太常见" in weak.text) == (422, True)
    changed = client.post("/desk/password?next=/desk/cases", data={"old": given, "new": NEW, "again": NEW})
    assert changed.location == "/desk/cases"
    assert client.get("/desk/").status_code == 200


def bind(web: Web, client: FlaskClient) -> tuple[pyotp.TOTP, str]:
    """Through the pages; the authenticator, and the page with the recovery codes."""
    assert client.post("/desk/factor/begin").status_code == 302
    page = client.get("/desk/factor").text
    assert "data:image/svg+xml" in page
    secret = re.search(r"<code class=\"figures\">(\w+)</code>", page)
    assert secret
    totp = pyotp.TOTP(secret[1])
    done = client.post("/desk/factor/confirm", data={"code": totp.at(web.clock.now())})
    assert done.status_code == 200, done.text
    return totp, done.text


def test_a_position_that_needs_a_factor_leads_to_binding_and_then_to_the_code(web: Web) -> None:
    client, officer = web.client(CADRE), web.client(OFFICER)
    required = officer.post("/desk/logins/positions/village_cadre/factor", data={"required": "true"})
    assert required.status_code == 302
    assert client.get("/desk/cases").location == "/desk/factor?next=%2Fdesk%2Fcases"
    assert "您的岗位要求二次验证" in client.get("/desk/factor").text
    totp, page = bind(web, client)
    assert len(re.findall(r"<code>[\w-]{19}</code>", page)) == 10
    assert client.get("/desk/cases").status_code == 200

    web.clock.move_to(web.clock.now() + timedelta(minutes=2))
    second = web.client()
    login(web, second)
    assert second.get("/desk/cases").location == "/desk/factor?next=%2Fdesk%2Fcases"
    stolen = {"old": PASSWORD, "new": NEW, "again": NEW}
    assert second.post("/desk/password", data=stolen).location == "/desk/factor"
    assert second.post("/desk/factor/begin").status_code == 409
    wrong = second.post("/desk/factor/verify", data={"code": "000000"})
    assert (wrong.status_code, "验证码不正确" in wrong.text) == (401, True)
    right = second.post("/desk/factor/verify?next=/desk/cases", data={"code": totp.at(web.clock.now())})
    assert right.location == "/desk/cases"
    assert second.get("/desk/cases").status_code == 200


def test_a_token_that_only_reads_changes_nothing_and_tells_its_last_use(web: Web) -> None:
    client = web.client(CADRE)
    page = client.post("/desk/account/tokens", data={"label": "统计", "days": "30", "scope": "read"}).text
    secret = re.search(r"doudi_[\w-]+", page)
    assert secret
    assert secret[0] not in client.get("/desk/account").text
    bearer = {"Authorization": f"Bearer {secret[0]}"}
    assert "没有用过" in client.get("/desk/account").text
    task = web.open_task(web.apply().case_id)
    assert web.client().get("/api/v1/tasks", headers=bearer).status_code == 200
    refused = web.client().post(f"/api/v1/tasks/{task}/claim", headers=bearer)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "not_yours")
    assert "没有用过" not in client.get("/desk/account").text
    with web.database.read() as session:
        assert session.scalars(select(ApiToken.used_at)).one() == web.clock.now()


def test_officers_see_and_end_what_works(web: Web) -> None:
    client, officer, token = web.client(CADRE), web.client(OFFICER), web.token(CADRE)
    page = officer.get("/desk/logins", query_string={"q": CADRE}).text
    (ends,) = re.findall(r"/desk/logins/sessions/\w+/end", page)
    (revokes,) = re.findall(r"/desk/logins/tokens/\w+/revoke", page)
    assert [officer.post(path).status_code for path in (ends, revokes)] == [302, 302]
    assert client.get("/desk/").status_code == 302
    assert web.client().get("/api/v1/tasks", headers=token).status_code == 401


@pytest.mark.parametrize("position", ["security_officer", "auditor"])
def test_who_keeps_logins_or_looks_on_reads_no_case(web: Web, position: str) -> None:
    receipt = web.apply()
    client = web.client(f"{position}.220122")
    assert client.get(f"/desk/cases/{receipt.case_id}").status_code == 403
    for path in ("/desk/", "/desk/cases", "/desk/incidents", "/desk/owed", "/desk/notices"):
        page = client.get(path)
        assert (page.status_code, receipt.number in page.text) == (200, False), path
