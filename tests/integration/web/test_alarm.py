"""An audit that does not hold reaches somebody: the machine room by a metric, three duties by a line on every page."""

from __future__ import annotations

from datetime import timedelta

from app import auditing
from app.auditing import checks
from app.auditing.faults import Fault
from app.watch import metrics
from tests.integration.web.test_watch import values
from tests.support.web import COUNTY, Web

FAULT = Fault("付款单 1", "现为 2.00，最后一次经审计的办理是 1.00", "请立即暂停支付")


def told(web: Web, *usernames: str) -> list[bool]:
    return ["1 处与写入时不符" in web.client(each).get("/desk/account").text for each in usernames]


def gauges(web: Web) -> list[float]:
    found = values(metrics.exposition(web.database, web.clock.now()).decode())
    return [found[f"doudi_{name}"] for name in ("audit_faults", "audit_age_seconds", "backup_age_seconds")]


def test_a_fault_reaches_machine_room_auditor_and_administrators(web: Web) -> None:
    who = [f"{position}.{COUNTY}" for position in ("auditor", "administrator", "security_officer", "county_clerk")]
    assert told(web, *who) == [False] * 4
    assert gauges(web) == [0, float("inf"), float("inf")]
    with web.database.write() as session:
        checks.keep(session, auditing.Report(9, 1, None, [FAULT]), web.clock.now())
    assert told(web, *who) == [True, True, True, False]
    assert FAULT.todo in web.client(who[0]).get("/desk/audit").text
    web.clock.move_to(web.clock.now() + timedelta(hours=1))
    assert gauges(web)[:2] == [1, 3600]
    with web.database.write() as session:
        checks.keep(session, auditing.Report(9, 1, None, []), web.clock.now())
        assert checks.alarm(session, web.clock.now()) == ""
        assert "没有再核对" in checks.alarm(session, web.clock.now() + timedelta(days=3))
    assert told(web, *who) == [False] * 4
