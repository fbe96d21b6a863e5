"""Somebody with the database's password changes rows behind the program's back; each kind is found and named."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, bindparam, text

from app import audit, auditing
from app.audit.chain import link_hash
from app.auditing import anchors, checks, rows
from app.auditing.faults import Fault
from app.core.actor import SYSTEM
from app.core.clock import local_date
from app.core.money import to_money
from app.db import AwareDateTime
from app.funds import operations as funds
from tests.support.filled import Filled

Attack = str | Callable[[Connection], None]


class _Undone(Exception):
    """The attack is over."""


@dataclass
class Kept:
    """An office whose books are open, whose days are signed and whose heads are anchored; a case has gone on since."""

    filled: Filled
    path: Path
    now: datetime
    case_id: str = ""

    def report(self, since: datetime | None = None) -> auditing.Report:
        with self.filled.database.read() as session:
            return auditing.verify(session, self.path, self.now, since)

    def anchor(self) -> None:
        with self.filled.database.read() as session:
            line = anchors.line(session, self.path, self.now)
        if line:
            anchors.note(self.path, line, lambda told: None)

    def attacked(self, *attacks: Attack, since: datetime | None = None) -> list[Fault]:
        """What is found after an attack of who owns the tables and so has no trigger in the way; it is undone again."""
        found: list[Fault] = []
        with suppress(_Undone), self.filled.database.write() as session:
            connection = session.connection()
            _without_guards(connection)
            for attack in attacks:
                if callable(attack):
                    attack(connection)
                else:
                    assert connection.execute(text(attack)).rowcount > 0, attack
            found = auditing.verify(session, self.path, self.now, since).faults
            raise _Undone
        return found


def _without_guards(connection: Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    for table in ("audit_event", "audit_root"):
        for name in ("no_update", "no_delete") if is_sqlite else ("no_change", "no_truncate"):
            on = "" if is_sqlite else f" ON {table}"
            connection.exec_driver_sql(f"DROP TRIGGER {table}_{name}{on}")


@pytest.fixture
def kept(installed: Filled, tmp_path: Path) -> Kept:
    now = installed.now + timedelta(days=1)
    with installed.database.write() as session:
        rows.open_books(session, installed.now)
        audit.sign_days(session, local_date(now) - timedelta(days=1), now)
    office = Kept(installed, tmp_path / "anchors.jsonl", now)
    office.anchor()
    office.case_id = replace(installed, now=now).go_on()
    assert office.report().faults == []
    return office


A_ORDER = "SELECT min(id) FROM payment_order WHERE batch_id IS NULL"
B_ORDER = "SELECT min(id) FROM payment_order WHERE batch_id IS NOT NULL"
OF_ORDER = "case_id, programme, region_id, place, payee, amount, source, due_on, created_at"
ATTACKS = {
    f"UPDATE payment_order SET amount = amount + 1 WHERE id = ({A_ORDER})": "付款单",
    f"UPDATE payment_order SET amount = amount + 1 WHERE id = ({B_ORDER})": "批次",
    f"DELETE FROM payment_order WHERE id = ({A_ORDER})": "被人删除",
    f"INSERT INTO payment_order (id, status, dedup, {OF_ORDER}) SELECT 'forged', 'pending', 'forged', {OF_ORDER} "
    f"FROM payment_order WHERE id = ({A_ORDER})": "付款单 forged",
    "UPDATE fund_entry SET amount = amount - 1 WHERE id = (SELECT min(id) FROM fund_entry)": "备用金流水",
    "UPDATE fund SET balance = balance + 1": "余额",
    "UPDATE award SET amount = amount + 1 WHERE id = (SELECT min(id) FROM award WHERE amount > 0)": "待遇金额",
    "UPDATE case_file SET status = 'refused' WHERE id = (SELECT min(id) FROM case_file WHERE status <> 'refused')": (
        "案件状态"
    ),
    "UPDATE audit_event SET actor_name = '别人' WHERE chain = 'figures' AND seq = 2": "记录被改动过",
    "DELETE FROM audit_event WHERE chain = 'figures' AND seq = 2": "缺少第2至2条记录",
    "DELETE FROM audit_root": "没有每日签章",
    "DELETE FROM audit_root WHERE day = (SELECT max(day) FROM audit_root)": "每日签章被人删改",
}


def test_a_change_behind_the_back_is_named(kept: Kept) -> None:
    for attack, says in ATTACKS.items():
        found = kept.attacked(attack)
        assert any(says in fault.where + fault.what for fault in found), (attack, found)
        assert all(fault.todo for fault in found)
    assert kept.report().faults == []


def test_an_end_that_is_cut_is_missed_today(kept: Kept) -> None:
    chain = f"case:{kept.case_id}"
    cut = (
        f"DELETE FROM audit_event WHERE chain = '{chain}' "
        f"AND seq = (SELECT max(seq) FROM audit_event WHERE chain = '{chain}')"
    )
    along = (
        f"UPDATE case_file SET audit_seq = audit_seq - 1, audit_hash = (SELECT hash FROM audit_event "
        f"WHERE chain = '{chain}' ORDER BY seq DESC LIMIT 1) WHERE id = '{kept.case_id}'"
    )
    assert any("末尾被截断" in fault.what for fault in kept.attacked(cut))
    assert any(
        "末尾被截断" in fault.what for fault in kept.attacked(f"DELETE FROM audit_event WHERE chain = '{chain}'")
    )
    kept.anchor()
    assert any("存证文件里有第" in fault.what for fault in kept.attacked(cut, along))


def test_an_event_that_somebody_without_keys_adds_is_named(kept: Kept) -> None:
    """Anybody can count the plain hash of a link; believed, it would explain another sum."""

    def forge(connection: Connection) -> None:
        last = connection.execute(text("SELECT seq, hash FROM audit_event WHERE chain = 'books' ORDER BY seq")).all()[
            -1
        ]
        order = connection.scalar(text(A_ORDER))
        payload = json.dumps({"books": [["order", order, "9999.00"]]})
        said = ("books", last.seq + 1, kept.now, "system", "系统", rows.OPENED, None, payload)
        into = text(
            "INSERT INTO audit_event (id, chain, seq, at, actor_id, actor_name, kind, payload, prev_hash, hash) "
            "VALUES ('forged', 'books', :seq, :at, 'system', '系统', 'books.opened', :payload, :prev, :hash)"
        ).bindparams(bindparam("at", type_=AwareDateTime))
        hashed = link_hash(last.hash, *said)
        row = {"seq": last.seq + 1, "at": kept.now, "payload": payload, "prev": last.hash, "hash": hashed}
        connection.execute(into, row)
        connection.execute(text(f"UPDATE payment_order SET amount = 999900 WHERE id = '{order}'"))

    assert [fault.where.split()[1] for fault in kept.attacked(forge)] == ["books"]


def test_a_file_of_anchors_that_is_cut_or_changed_is_named(kept: Kept) -> None:
    kept.anchor()
    first, second = kept.path.read_text().splitlines()
    kept.path.write_text(first.replace('"heads": {', '"heads": {"x": [1, "y"], ', 1) + "\n" + second + "\n")
    assert any("行被改动过" in fault.what for fault in kept.report().faults)
    kept.path.write_text(second + "\n")
    assert any("第 1 行" in fault.what for fault in kept.report().faults)
    kept.path.unlink()
    assert any("缺少" in fault.what for fault in kept.report().faults)


def test_what_people_do_is_explained_and_since_reads_less(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    five = to_money("5")
    with kept.filled.database.write() as session:
        paid = session.execute(funds.ENTRY.select().where(funds.ENTRY.c.kind == "paid")).all()
        orders = {row.id: row for row in session.execute(funds.ORDER.select())}
        fund = session.execute(funds.FUND.select()).first()
        funds.top_up(session, fund.region_id, five, "测试", SYSTEM, kept.now)
    assert [orders[entry.order_id].fund_id for entry in paid] == [entry.fund_id for entry in paid] != []
    hour = kept.now - timedelta(hours=1)
    whole, part = kept.report(), kept.report(hour)
    assert (whole.faults, part.faults, part.events < whole.events) == ([], [], True)
    changed = f"UPDATE case_file SET status = 'approved' WHERE id = '{kept.case_id}'"
    found = kept.attacked(changed, since=hour)
    assert [fault.where for fault in found] == [f"案件状态 {kept.case_id}"]
    with kept.filled.database.write() as session:
        checks.keep(session, replace(whole, faults=found), kept.now)
        (check,) = checks.last_checks(session)
    assert (check.faults, check.told[0].keys()) == (1, {"where", "what", "todo"})
    assert "the audit does not hold" in caplog.text
