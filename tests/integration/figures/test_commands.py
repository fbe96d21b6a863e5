"""`doudi figure`: what it prints, what it refuses, and whose acts it records."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app import audit
from app.cli import main
from app.core.clock import SystemClock, local_date
from app.db import Database, Vault
from app.figures import operations, queries, seeding
from app.identity import operations as identity_operations
from app.identity import queries as identity
from app.identity import rights

COUNTY, STANDARD = "220122", "rural_dibao_standard_month"
Doudi = Callable[..., Result]


@pytest.fixture
def doudi(database_url: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doudi:
    """Runs a command against a county with two policy owners, `first` and `second`, and a clerk."""
    monkeypatch.setenv("DOUDI_DATABASE_URL", database_url)
    monkeypatch.setenv("DOUDI_KEY_FILE", str(tmp_path / "keys.json"))
    Vault.create(tmp_path / "keys.json")
    now: datetime = SystemClock().now()
    with database.write() as session:
        rights.seed(session)
        seeding.seed_defaults(session, now)
        region = identity_operations.ensure_region(session, COUNTY)
        office = identity_operations.ensure_office(session, region)
        usernames = {("policy_owner", 1): "first", ("policy_owner", 2): "second", ("county_clerk", 1): "clerk"}
        hashes = dict.fromkeys(("policy_owner", "county_clerk"), "no password")
        identity_operations.ensure_holders(session, office, now, count=2, usernames=usernames, hashes=hashes)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["figure", *arguments])

    return run


def entered(doudi: Doudi, *more: str, key: str = STANDARD, value: str = "360") -> Result:
    options = {"--region": COUNTY, "--from": "2027-01-04", "--reason": "县政府〔2026〕9号", "--by": "first"}
    options |= dict(zip(more[::2], more[1::2], strict=True))
    return doudi("set", key, value, *(part for pair in options.items() for part in pair))


def test_one_sets_another_confirms_and_the_list_tells_all(doudi: Doudi, database: Database) -> None:
    first = entered(doudi)
    assert first.exit_code == 0, first.output
    id = first.stdout.strip()
    assert len(id) == 32
    assert "另一位" in first.stderr
    assert "省定最低指导标准" in first.stderr  # a floor that could not be held is told
    own = doudi("confirm", id, "--by", "first")
    assert (own.exit_code, own.stderr) == (1, "✗ 录入的人不能自己确认，请由另一位有确认权限的人确认\n")
    assert doudi("confirm", id, "--by", "second").exit_code == 0
    again = doudi("confirm", id, "--by", "second")
    assert (again.exit_code, "已经确认" in again.stderr) == (1, True)
    corrected = entered(doudi, value="365").stdout.strip()
    assert doudi("reject", corrected, "--reason", "文件未改", "--by", "second").exit_code == 0
    rows = {row["id"]: row for row in json.loads(doudi("list", STANDARD, "--region", COUNTY, "--json").stdout)}
    assert (rows[id]["state"], rows[id]["value"], rows[id]["from"]) == ("in_force", "360", "2027-01-04")
    assert (rows[corrected]["state"], rows[corrected]["decision"]) == ("rejected", "文件未改")
    assert rows[id]["entered_by"]
    assert rows[id]["entered_by"] != rows[id]["decided_by"]
    shown = doudi("list").stdout
    assert all(text in shown for text in (id, "有效", "已退回", "农村低保标准（月） 360 元", "随产品安装"))
    with database.read() as session:
        accounts = {event.payload["machine_account"] for event in audit.events_of(session, operations.AUDIT_CHAIN)}
        assert len(accounts) == 1
        assert "@" in accounts.pop()
        chain = identity.chain_of_code(session, COUNTY, local_date(SystemClock().now()))
        assert {row.state for row in queries.history(session, STANDARD, chain.ids)} == {"in_force", "rejected"}


@pytest.mark.parametrize(
    ("more", "key", "value", "told"),
    [
        ((), "rural_dibao_standard", "360", "rural_dibao_standard_month"),
        ((), STANDARD, "三百", "应填写数字"),
        ((), STANDARD, "-5", "应在 0 到"),
        ((), STANDARD, "360.001", "小数位过多"),
        ((), "publicity_days", "0", "公示至少一天（D14）"),
        (("--from", "2027-02-30"), STANDARD, "360", "“2027-02-30”不是日期"),
        (("--until", "2027-01-04"), STANDARD, "360", "失效日期应晚于生效日期"),
        (("--region", "229901"), STANDARD, "360", "没有代码为 229901 的行政区划"),
        (("--reason", " "), STANDARD, "360", "请写明理由"),
        (("--clause", "Z99"), STANDARD, "360", "没有编号为“Z99”的条款"),
        (("--by", "nobody"), STANDARD, "360", "没有用户名为“nobody”的在岗人员"),
        (("--by", "clerk"), STANDARD, "360", "您无权办理"),
    ],
)
def test_a_mistake_is_told_in_a_sentence_and_enters_nothing(
    doudi: Doudi, database: Database, more: tuple[str, ...], key: str, value: str, told: str
) -> None:
    refused = entered(doudi, *more, key=key, value=value)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert told in refused.stderr
    with database.read() as session:
        assert {row.origin for row in queries.history(session)} == {"product"}
        assert audit.events_of(session, operations.AUDIT_CHAIN) == []
