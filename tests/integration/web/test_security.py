"""CSRF, headers, cookies, sessions, throttles: what holds for every page."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta

import pytest

from app.web.login import safe_next
from tests.support.web import PASSWORD, Web, with_csrf

CADRE = "village_cadre.220122100001"


@pytest.mark.parametrize("path", ["/", "/desk/login", "/nonsense", "/api/docs", "/api/v1/tasks", "/static/seal.svg"])
def test_every_answer_is_hardened(web: Web, path: str) -> None:
    with web.client().get(path) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    cached = path.startswith("/static")
    assert ("no-store" in answer.headers.get("Cache-Control", "")) is not cached


def test_styles_and_scripts_are_small_and_never_grow_old(web: Web) -> None:
    client = web.client()
    page = client.get("/").text
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(addresses) >= 3
    for address in addresses:
        with client.get(address, headers={"Accept-Encoding": "gzip"}) as answer:
            assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, "gzip"), address
            assert "immutable" in answer.headers["Cache-Control"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            packed = answer.data
        with client.get(address) as answer:
            assert answer.data == gzip.decompress(packed)
    with client.get("/static/bundle/app.css") as plain:
        assert "immutable" not in plain.headers["Cache-Control"]
    assert client.get("/static/bundle/none.css").mimetype == "text/html"


def test_pages_hold_no_inline_script(web: Web) -> None:
    case = web.apply()
    client = web.client(CADRE)
    for path in ("/desk/", f"/desk/cases/{case.case_id}", f"/desk/tasks/{web.open_task(case.case_id)}"):
        page = client.get(path).text
        assert page.count("<script") == page.count("<script src=") > 0
        assert "javascript:" not in page
        assert " onclick=" not in page


def test_the_session_cookie_is_out_of_reach_of_scripts(web: Web) -> None:
    data = {"username": CADRE, "password": PASSWORD}
    plain = web.app.test_client().post("/desk/login", data=data).headers["Set-Cookie"]
    secure = web.app.test_client().post("/desk/login", data=data, base_url="https://localhost")
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "; Secure" not in plain
    assert "; Secure" in secure.headers["Set-Cookie"]
    assert secure.headers["Strict-Transport-Security"]


def test_a_form_without_its_token_does_nothing(web: Web) -> None:
    case = web.apply()
    client, task = web.client(CADRE), web.open_task(case.case_id)
    with with_csrf(web):
        answer = client.post(f"/desk/tasks/{task}/complete", data={"facts_true": "true"})
    assert answer.status_code == 400
    assert "提交没有生效" in answer.text
    assert web.open_task(case.case_id) == task


def test_every_form_carries_its_token(web: Web) -> None:
    case = web.apply()
    client = web.client(CADRE)
    client.get("/desk/")
    paths = (
        "/desk/login", "/status", "/desk/", "/desk/account", f"/desk/cases/{case.case_id}",
        f"/desk/tasks/{web.open_task(case.case_id)}", "/apply/uninsured_unemployed_relief/220122100001",
    )  # fmt: skip
    for path in paths:
        page = client.get(path).text
        assert page.count('method="post"') == page.count('name="csrf_token"') > 0, path


def test_the_api_takes_no_cookie_for_a_token(web: Web) -> None:
    answer = web.client(CADRE).get("/api/v1/tasks")
    assert (answer.status_code, answer.get_json()["code"]) == (401, "unauthorized")


def test_a_session_ends_after_a_long_day(web: Web) -> None:
    client = web.client(CADRE)
    assert client.get("/desk/").status_code == 200
    web.clock.move_to(web.clock.now() + timedelta(hours=13))
    assert client.get("/desk/").location == "/desk/login?next=%2Fdesk%2F"


def test_a_new_password_ends_all_other_sessions(web: Web) -> None:
    mine, stolen = web.client(CADRE), web.client(CADRE)
    new = "another horse, another battery"
    changed = mine.post("/desk/password", data={"old": PASSWORD, "new": new, "again": new})
    assert changed.status_code == 302
    assert mine.get("/desk/").status_code == 200
    assert stolen.get("/desk/").status_code == 302
    assert web.client().post("/desk/login", data={"username": CADRE, "password": new}).status_code == 302


def test_an_idle_session_ends(web: Web) -> None:
    client = web.client(CADRE)
    web.app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(seconds=-1)
    assert client.get("/desk/").status_code == 302


def test_login_starts_a_fresh_session_and_logout_ends_it(web: Web) -> None:
    client = web.client()
    with client.session_transaction() as cookie:
        cookie["case"], cookie["case_until"] = "planted", 9e9
    client.post("/desk/login", data={"username": CADRE, "password": PASSWORD})
    with client.session_transaction() as cookie:
        assert "case" not in cookie
    client.post("/desk/logout")
    assert client.get("/desk/").status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/",
        "///evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "",
        "x",
        None,
    ],
)
def test_a_login_leads_nowhere_else(target: str | None) -> None:
    assert safe_next(target, "/desk/") == "/desk/"


def test_a_login_leads_back(web: Web) -> None:
    assert safe_next("/desk/cases?status=approved", "/desk/") == "/desk/cases?status=approved"


def test_wrong_passwords_say_nothing_and_are_throttled(web: Web) -> None:
    client = web.client()
    unknown = client.post("/desk/login", data={"username": "nobody.at.all", "password": "x"})
    answers = [client.post("/desk/login", data={"username": CADRE, "password": "x"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert "用户名或密码不正确" in unknown.text
    assert "用户名或密码不正确" in answers[0].text
    right = client.post("/desk/login", data={"username": CADRE, "password": PASSWORD})
    assert right.status_code == 429


def test_query_codes_cannot_be_guessed_quickly(web: Web) -> None:
    receipt = web.apply()
    client = web.client()
    wrong = {"number": receipt.number, "query_code": "AAAA-AAAA-AAAA"}
    assert [client.post("/status", data=wrong).status_code for _ in range(6)] == [404] * 5 + [429]
    assert client.post("/status", data={**wrong, "query_code": receipt.query_code}).status_code == 429


def test_a_nul_is_refused_before_it_reaches_the_database(web: Web) -> None:
    client = web.client(CADRE)
    assert client.get("/desk/cases?q=a%00b").status_code == 400
    assert client.get("/desk/cases/%00").status_code == 400
    assert client.post("/status", data={"number": "a\x00b", "query_code": "x"}).status_code == 400
    assert client.get("/api/v1/tasks?text=%00", headers=web.token(CADRE)).status_code == 400


@pytest.mark.parametrize("path", ["/desk/cases", "/desk/incidents"])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+08:00", "0001-01-01", "9999-12-31T23:59:59-08:00", "x"])
def test_a_cursor_outside_the_calendar_is_named(web: Web, path: str, moment: str) -> None:
    answer = web.client(CADRE).get(path, query_string={"after": f"{moment}_x"})
    assert answer.status_code == 422
    assert "翻页地址已经失效" in answer.text


def test_a_path_cannot_forge_a_line_of_the_log(
    web: Web, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    web.app.config["TESTING"] = False
    monkeypatch.setattr("app.desk.cases.views.case_page", broken)
    assert web.client(CADRE).get("/desk/cases/x%0Aforged").status_code == 500
    assert any("request failed" in message for message in caplog.messages)
    assert "forged" not in "".join(caplog.messages)


def test_a_bug_answers_with_a_reference_and_no_detail(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    web.app.config["TESTING"] = False
    monkeypatch.setattr("app.desk.inbox.worklist.listed", broken)
    answer = web.client(CADRE).get("/desk/")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "编号" in answer.text
