"""New keys while everybody goes on working: nothing is lost, and nobody writes with a key that is not in force."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary, select

from app import audit, jobs
from app.cases import finding
from app.cases.models import Case, Reopening
from app.core.actor import SYSTEM
from app.core.clock import MovableClock
from app.core.ids import new_id
from app.db import Base, Database, keys
from app.db.tables import load_tables
from app.jobs import Worker
from app.jobs.runner import DatabaseHandler
from app.keys import operations, queries, resealing
from app.publicity import confirming, leads, objections
from app.publicity.models import Notice
from tests.support import golden
from tests.support.filled import Filled

NUMBER = "220122198305123011"
IN_THE_CLEAR = {"blob.content"}  # files of releases: whoever is concerned by a rule may read it


def _rotate(installed: Filled) -> str:
    with installed.database.read() as session:
        known = {(each.purpose, each.name) for each in keys.known(session)}
    name = installed.database.vault.file.prepare(known, keys.SEAL)
    with installed.database.write() as session:
        operations.rotate(session, SYSTEM, name, installed.now)
    return name


def _rotate_index(database: Database, installed: Filled) -> int:
    with database.read() as session:
        known = {(each.purpose, each.name) for each in keys.known(session)}
    name = database.vault.file.prepare(known, keys.INDEX)
    with database.write() as session:
        return operations.rotate_index(session, SYSTEM, name, installed.now)


def _by_key(database: Database) -> Counter[str]:
    with database.read() as session:
        standings, indexes = queries.check(session, whole=True)
        assert [each for each in standings if each.broken] == []
        assert [each for each in indexes if each.wrong or not each.compared] == []
    return sum((each.by_key for each in standings), Counter())


def _killed_once(handler: DatabaseHandler) -> DatabaseHandler:
    """The handler, whose process dies in the middle of its second batch."""
    calls = 0

    def handle(session, job, now, claim) -> None:
        nonlocal calls
        calls += 1
        handler(session, job, now, claim)
        if calls == 2:
            raise KeyboardInterrupt

    return handle


def test_everything_is_sealed_again_while_work_goes_on(installed: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resealing, "BATCH", 7)
    assert set(_by_key(installed.database)) == {"1"}
    with installed.another_process() as old:
        with old.write() as session:  # it knows key 1 alone
            session.info["vault"].seal(b"", "some", "where")
        assert _rotate(installed) == "2"
        clock = MovableClock(installed.now)
        handlers = {resealing.RESEAL: _killed_once(resealing.reseal)}
        with pytest.raises(KeyboardInterrupt):
            Worker(installed.database, clock, handlers).run_once()
        assert set(_by_key(installed.database)) == {"1", "2"}
        with pytest.raises(operations.InUse, match="还有数据用密钥 1 加密"), installed.database.write() as session:
            operations.retire(session, SYSTEM, "1", installed.now)

        Filled(old, installed.config, installed.now).go_on()
        clock.move_to(clock.now() + timedelta(minutes=1))
        while Worker(installed.database, clock, handlers).run_once():
            pass
        assert set(_by_key(old)) == {"2"}
        with installed.database.write() as session:
            operations.retire(session, SYSTEM, "1", installed.now)
        installed.database.vault.file.settle("2", ["1"])
        with old.write() as session:
            assert session.info["vault"].seal(b"", "some", "where")[1:2] == b"2"
    with installed.another_process() as new:
        assert new.vault.keys.sealing.keys() == {"2"}
        assert set(_by_key(new)) == {"2"}
        with new.read() as session:
            assert [each.kind for each in audit.events_of(session, "keys")] == [
                "keys.rotated", "keys.resealed", "keys.retired",
            ]  # fmt: skip
            assert audit.verify(session) == []


def test_indexes_are_brought_on_in_every_table_and_every_process(installed: Filled) -> None:
    def indexes() -> dict[str, set[str]]:
        columns = keys.blind_columns()
        with installed.database.read() as session:
            return {f"{each}": set(session.scalars(select(each).where(each.is_not(None)))) for each in columns}

    _reopened(installed)
    with installed.database.write() as session:
        finding.index_older(session)
    before = indexes()
    assert [name for name, values in before.items() if not values] == []
    with installed.database.write() as session:
        audit.daily_root(session, (installed.now - timedelta(days=1)).date(), installed.now)
    with installed.another_process() as old:
        with old.read() as session:
            index = session.info["vault"].blind(NUMBER, "person")
        assert _rotate_index(installed.database, installed) >= sum(map(len, before.values()))
        with old.read() as session:
            assert session.info["vault"].blind(NUMBER, "person") != index
    after = indexes()
    for column, values in before.items():
        assert len(after[column]) == len(values)
    old_values = set().union(*before.values())
    left = [
        f"{table}.{column}"
        for table, rows in golden.read(installed.config.database_url).items()
        for number, column in enumerate(rows.columns)
        if old_values & {row[number] for row in rows.values if isinstance(row[number], str)}
    ]
    assert left == []
    _by_key(installed.database)
    with installed.database.write() as session:
        audit.daily_root(session, installed.now.date(), installed.now + timedelta(days=1))
        assert audit.verify_roots(session) == []


def _reopened(installed: Filled) -> None:
    """Rows of tables and columns that came after the version that filled the others."""
    with installed.database.write() as session:
        case = session.execute(select(Case.id, Case.applicant_blind)).first()
        assert case is not None
        told = {"element_id": "review", "reason": "更正", "applicant_name": "王建国"}
        session.add(Reopening(id=new_id(), case_id=case.id, seq=1, since_seq=1, **told,
                              applicant_blind=case.applicant_blind, at=installed.now))  # fmt: skip
        notice, said = session.scalars(select(Notice)).first(), {"phone": "13904310009", "reason": "他家有车"}
        assert notice is not None
        objections.add(session, notice, said, objections.PHONE, installed.now)
        leads.report(session, notice, None, said, installed.now)
        confirming.begin(session, notice.id, said, "", installed.now)


def test_nobody_writes_an_index_of_yesterday(installed: Filled) -> None:
    """Who has computed an index and not yet written it holds up the new key."""
    begun, go_on, written = threading.Event(), threading.Event(), []

    def tie() -> None:
        with installed.another_process() as old, old.write() as session:
            index = session.info["vault"].blind("somebody", "person")
            begun.set()
            go_on.wait(10)
            table = Base.metadata.tables["family_tie"]
            row = session.execute(select(table)).mappings().first()
            session.execute(table.insert().values({**row, "id": "0" * 32, "person_blind": index}))
            written.append(index)

    one = threading.Thread(target=tie)
    other = threading.Thread(target=_rotate_index, args=(installed.database, installed))
    one.start()
    begun.wait(10)
    other.start()
    other.join(0.5)
    assert other.is_alive()
    go_on.set()
    one.join()
    other.join()
    table = Base.metadata.tables["family_tie"]
    with installed.database.read() as session:
        found = session.scalar(select(table.c.person_blind).where(table.c.id == "0" * 32))
        assert written != [found]
        assert session.info["vault"].blind("somebody", "person") == found


def test_a_value_that_does_not_open_does_not_stop_the_others(installed: Filled) -> None:
    person = Base.metadata.tables["person"]
    with installed.database.write() as session:
        row_id, blob = session.execute(select(person.c.id, person.c.id_number_sealed).order_by(person.c.id)).first()
        session.execute(person.update().where(person.c.id == row_id).values(id_number_sealed=blob[:-1] + b"?"))
    _rotate(installed)
    clock = MovableClock(installed.now)
    for _ in range(resealing.PATIENCE + 3):
        while Worker(installed.database, clock, {resealing.RESEAL: resealing.reseal}).run_once():
            pass
        clock.move_to(clock.now() + timedelta(hours=1))
    with installed.database.read() as session:
        standings, _ = queries.check(session, whole=True)
        assert sum((each.by_key for each in standings), Counter())["1"] == 1
        assert [(each.table, each.broken) for each in standings if each.broken] == [("person", [row_id])]
        assert ["person 表有数据打不开" in error for _, error in jobs.dead_letters(session)] == [True]


def test_every_column_of_bytes_is_declared() -> None:
    """One that is not would be lost with the key that is retired."""
    load_tables()
    columns = [column for table in Base.metadata.tables.values() for column in table.columns]
    declared = {column for column, _ in keys.sealed_columns()}
    left = {str(each) for each in columns if isinstance(each.type, LargeBinary) and each not in declared}
    assert left == IN_THE_CLEAR
    named = {each for each in columns if "blind" in each.name or each.name == "query_hash"}
    assert named == set(keys.blind_columns())
