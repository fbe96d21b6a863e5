"""The auditor reads who came in, who failed and what was reset, on a page, as a workbook and from the command line."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import BytesIO

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from app.audit.models import PEOPLE
from app.cli import main
from app.core.actor import SYSTEM
from app.identity import absence, login_chain, logins, rights, staff
from app.identity.capabilities import CAPABILITIES
from tests.support.statements import counted
from tests.support.web import PASSWORD, Web

CADRE, OFFICER, AUDITOR = "village_cadre.220122100001", "security_officer.220122", "auditor.220122"


@pytest.fixture
def happened(web: Web) -> dict[str, str]:
    """A failure, a login, a logout, an ended session, a token, a reset and a right; the secrets that were used."""
    client, now = web.client(), web.clock.now()
    client.post("/desk/login", data={"username": CADRE, "password": "wrong-secret"})
    client.post("/desk/login", data={"username": "typed-secret", "password": PASSWORD})
    client.post("/desk/login", data={"username": CADRE, "password": PASSWORD})
    token = re.search(r"doudi_[\w-]+", client.post("/desk/account/tokens", data={"label": "统计", "days": "9"}).text)
    assert token
    client.post("/desk/logout")
    web.client(CADRE)
    officer = web.client(OFFICER)
    (ends,) = re.findall(r"/desk/logins/sessions/\w+/end", officer.get("/desk/logins", query_string={"q": CADRE}).text)
    assert officer.post(ends).status_code == 302
    with web.database.write() as session:
        given = staff.reset_password(session, SYSTEM, web.actor(CADRE).user_id or "", now)
        rights.grant(session, web.actor(OFFICER), "finance", "draw_rechecks", now)
    return {"password": PASSWORD, "wrong": "wrong-secret", "typed": "typed-secret", "token": token[0], "given": given}


def listed(text: str) -> list[str]:
    return re.findall(r'<td class="card-title">(.*?)</td>', text)


def test_an_auditor_reads_the_chain_and_finds_no_secret_in_it(web: Web, happened: dict[str, str]) -> None:
    auditor = web.client(AUDITOR)
    page = auditor.get("/desk/audit/logins").text
    expected = (
        ["登录失败"] * 2 + ["登录成功"] * 4 + ["领取接口授权码", "退出登录", "登录被退出", "重置密码", "授予岗位权限"]
    )
    assert sorted(listed(page)) == sorted(expected)
    assert "未知用户名" in page
    book = load_workbook(BytesIO(auditor.get("/desk/audit/logins.xlsx").data)).active
    exported = [list(row) for row in book.values]
    assert len(exported) == len(expected) + 1
    for name, secret in happened.items():
        assert secret not in page + str(exported), name


def test_filters_narrow_the_chain(web: Web, happened: dict[str, str]) -> None:
    auditor, today = web.client(AUDITOR), web.clock.now().date()

    def found(**query: object) -> list[str]:
        return listed(auditor.get("/desk/audit/logins", query_string=query).text)

    assert found(kind="login_failed") == ["登录失败"] * 2
    of_cadre = ["登录失败", "登录成功", "登录成功", "登录被退出", "退出登录", "重置密码", "领取接口授权码"]
    assert sorted(found(person=CADRE)) == of_cadre
    assert found(person="未知用户名") == ["登录失败"]
    assert found(since=today + timedelta(days=1)) == []
    assert found(until=today - timedelta(days=1)) == []
    assert len(found(since=today, until=today)) == 11
    for query in ({"since": "昨天"}, {"since": today, "until": today - timedelta(days=1)}, {"kind": "x"}):
        assert auditor.get("/desk/audit/logins", query_string=query).status_code == 422


@pytest.mark.parametrize("kind", ["", "login_failed"])
def test_the_chain_is_a_range_of_an_index_however_many_cases_have_one(
    web: Web, happened: dict[str, str], kind: str
) -> None:
    """The chains that the auditor reads are those whose index is asked."""
    assert {logins.AUDIT_CHAIN, staff.AUDIT_CHAIN, rights.AUDIT_CHAIN, absence.AUDIT_CHAIN} == set(PEOPLE)
    auditor = web.client(AUDITOR)
    with counted(web.database.engine) as sent:
        auditor.get("/desk/audit/logins", query_string={"kind": kind})
    (query,) = [each for each in sent if "FROM audit_event" in each and "payload" in each]
    with web.database.engine.connect() as connection:
        given = ("",) * query.count("?")
        first = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", given).all()[0]
    assert "USING INDEX ix_audit_event_people" in first[-1]


def test_pages_follow_each_other_without_a_gap(
    web: Web, happened: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.desk.login_audit.PAGE_ROWS", 4)
    auditor, path, seen = web.client(AUDITOR), "/desk/audit/logins", list[str]()
    while path:
        page = auditor.get(path).text
        seen += listed(page)
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        path = onward[1].replace("&amp;", "&") if onward else ""
    assert len(seen) == 11


def test_the_command_line_tells_the_same(web: Web, happened: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.cli.acting.open_database", lambda config, **_: web.database)
    done = CliRunner().invoke(main, ["audit", "logins", "--by", AUDITOR, "--kind", "capability_granted", "--json"])
    assert done.exception is None, done.exception
    (line,) = json.loads(done.output)
    assert (line["title"], line["detail"]) == ("授予岗位权限", "财务人员，「随机抽查」")
    assert CAPABILITIES["draw_rechecks"].title in line["detail"]
    refused = CliRunner().invoke(main, ["audit", "logins", "--by", OFFICER])
    assert (refused.exit_code, refused.output) == (1, "✗ 这里只对审计员开放，您没有这些岗位\n")
    assert set(login_chain.KINDS) >= {"logged_in", "login_failed", "logged_out"}
