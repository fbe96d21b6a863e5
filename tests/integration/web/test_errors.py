"""Whatever goes wrong: people get a Chinese page with navigation and a way on, machines the one shape of the API.

Every route is tried with wrong methods, wrong paths, and bodies that are too large.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from werkzeug.exceptions import abort
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.core.errors import NotYours, Taken
from app.core.paths import ROOT
from app.web.errors import TITLES
from tests.support.web import Web, with_csrf

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SMALL = 10_000
CADRE = "village_cadre.220122100001"
APPLY = "/apply/uninsured_unemployed_relief/220122100001"


def rules(web: Web, method: str = "") -> Iterator[tuple[str, Rule]]:
    """Every address with something in the place of its arguments."""
    for rule in web.app.url_map.iter_rules():
        if not method or method in (rule.methods or ()):
            yield re.sub(r"<[^>]+>", "220122", rule.rule), rule


def is_machine(path: str) -> bool:
    return path.startswith("/api/") and path != "/api/docs"


def check(answer: TestResponse, path: str, status: int) -> str:
    """What was answered is of the right kind; its message."""
    assert answer.status_code == status, (path, answer.status_code)
    if is_machine(path):
        problem: dict[str, Any] = answer.get_json()
        assert problem.keys() == {"code", "message", "fields"}, path
        message = str(problem["message"])
    else:
        assert answer.mimetype == "text/html", path
        page = answer.text
        assert '<html lang="zh-CN">' in page, path
        navigation, main = page.split("<main")[0], page.split("<main")[1]
        assert navigation.count("<li><a href=") >= (1 if path.startswith(("/desk", "/studio")) else 3), path
        assert 'class="btn' in main, path
        assert "<a " in main, path
        message = re.findall(r"<p>(.*?)</p>", main)[0]
    assert re.search(r"[\u4e00-\u9fff]{4}", message), path
    assert not re.search("[a-z]{4}", re.sub("编号 [0-9a-f]{8}", "", message)), (path, message)
    return message


def test_a_wrong_method_says_what_may_be_sent(web: Web) -> None:
    client, tried = web.client(), 0
    allowed: dict[str, set[str]] = {}
    for path, rule in rules(web):
        allowed.setdefault(path, set()).update(rule.methods or ())
    for path, methods in allowed.items():
        for method in set(METHODS) - methods:
            with client.open(path, method=method) as answer:
                # Addresses may differ only in what stands for an argument: more may be allowed than one rule says.
                if answer.status_code == 405:
                    tried += 1
                    check(answer, path, 405)
                    assert methods <= {each.strip() for each in answer.headers["Allow"].split(",")}, path
                else:
                    assert method in answer_methods(web, path), (path, method, answer.status_code)
    assert tried > 150


def answer_methods(web: Web, path: str) -> set[str]:
    adapter = web.app.url_map.bind("localhost")
    return set(adapter.allowed_methods(path))


def test_an_unknown_address_is_a_page_or_a_problem(web: Web) -> None:
    client = web.client()
    for path, _ in rules(web):
        for wrong in (f"{path.rstrip('/')}/no/such/thing", f"{path.rstrip('/')}~"):
            if not answer_methods(web, wrong):
                with client.get(wrong) as answer:
                    check(answer, wrong, 404)


@pytest.mark.parametrize("body", ["bytes", "text", "parts"])
def test_what_is_too_large_is_said_with_its_limit(web: Web, body: str) -> None:
    web.app.config.update(MAX_CONTENT_LENGTH=SMALL * 10, MAX_FORM_MEMORY_SIZE=SMALL, MAX_FORM_PARTS=50)
    field = {"a": "x" * (SMALL + 1)} if body == "text" else {f"a{number}": "x" for number in range(60)}
    client = web.client()
    for path, rule in rules(web, "POST"):
        if body == "bytes":
            answer = client.post(path, data=b"x" * (SMALL * 10 + 1), content_type="application/octet-stream")
        else:
            answer = client.post(path, data=field, content_type="multipart/form-data")
        assert "0.0954 MB" in check(answer, path, 413), rule.endpoint


def test_a_token_that_is_missing_or_old_leads_back_to_the_page(web: Web) -> None:
    client = web.client()
    with with_csrf(web):
        for path, rule in rules(web, "POST"):
            if is_machine(path) or rule.endpoint == "drafts.save":  # what its pass protects
                continue
            page = client.post(path, headers={"Referer": "http://localhost/desk/figures?region=220122"})
            assert "页面停留太久" in check(page, path, 400), rule.endpoint
            assert 'href="/desk/figures?region=220122"' in page.text
            assert "evil" not in client.post(path, headers={"Referer": "https://evil.example/x"}).text


@pytest.mark.parametrize("status", sorted(set(TITLES) - {401, 422}))
@pytest.mark.parametrize("path", ["/", "/desk/login", "/api/docs", "/api/v1/programmes"])
def test_every_status_of_http(web: Web, path: str, status: int) -> None:
    fail(web, path, lambda: abort(status))
    answer = web.client().get(path)
    check(answer, path, status)
    assert is_machine(path) or TITLES[status] in answer.text


AWAY = [
    OperationalError("SELECT 1", {}, psycopg.OperationalError("server closed the connection unexpectedly")),
    OperationalError("SELECT 1", {}, psycopg.errors.AdminShutdown("terminating connection")),
    PoolExhausted("QueuePool limit reached"),
]


@pytest.mark.parametrize("path", ["/", "/desk/login", "/api/v1/programmes"])
@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
def test_a_database_that_is_away_is_no_bug(web: Web, path: str, error: Exception) -> None:
    answer = refused(web, path, error)
    check(answer, path, 503)
    assert answer.headers["Retry-After"]


def test_a_wrong_statement_is_a_bug_though_sqlite_calls_it_operational(web: Web) -> None:
    with closing(sqlite3.connect(":memory:")) as memory, pytest.raises(sqlite3.OperationalError) as wrong:
        memory.execute("SELECT nothing")
    check(refused(web, "/", OperationalError("SELECT nothing", {}, wrong.value)), "/", 500)


def test_a_refusal_is_a_page_too(web: Web) -> None:
    assert "不是您的" in check(refused(web, "/", NotYours("这不是您的")), "/", 403)
    check(refused(web, "/desk/login", Taken("已经有人在办")), "/desk/login", 409)
    check(refused(web, "/api/v1/programmes", Taken("已经有人在办")), "/api/v1/programmes", 409)


def refused(web: Web, path: str, error: Exception) -> TestResponse:
    def view() -> None:
        raise error

    fail(web, path, view)
    return web.client().get(path)


def fail(web: Web, path: str, view: Any) -> None:
    endpoint, _ = web.app.url_map.bind("localhost").match(path)
    web.app.view_functions[endpoint] = view


def test_a_field_for_files_says_its_limits_and_nobody_writes_one_without() -> None:
    writers = {"app/web/templates/macros.html", "app/forms/templates/controls.html"}
    pages = [path for path in Path(ROOT, "app").rglob("*.html") if "static" not in path.parts]
    written = {str(path.relative_to(ROOT)) for path in pages if re.search(r"type=[\"']file", path.read_text())}
    assert written == writers


def test_limits_are_said_before_a_file_is_chosen(web: Web) -> None:
    case_id = web.apply().case_id
    client = web.client(CADRE)
    pages = (f"/desk/tasks/{web.open_task(case_id)}", f"/desk/cases/{case_id}", f"{APPLY}/7")
    for path in pages:
        page = client.get(path).text
        fields = re.findall(r'<input[^>]*type="file"[^>]*>', page)
        assert fields, path
        for field in fields:
            described = re.findall(r'aria-describedby="([^" ]+)', field)[0]
            said = page.split(f'id="{described}"')[1].split("</div>")[0]
            assert "照片每张不超过 50 MB，会自动缩小；其他文件每个不超过 20 MB；一次合计不超过 60 MB" in said, path
