"""Jobs on the table: names, priorities, fences, retries, leases, cancelling, mass launch."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import column, insert, literal, null, select, text
from sqlalchemy.orm import Session

from app import jobs
from app.db import Database
from app.jobs import lanes
from app.jobs.operations import (
    JOB,
    NewJob,
    NotClaimed,
    complete,
    expired,
    fail,
    together,
    wait_after,
)
from tests.support.jobs import claim, count_by_state, find_due
from tests.support.statements import counted

MINUTE = timedelta(minutes=1)


def due_kinds(session: Session, now: datetime) -> list[str]:
    return [job.kind for job in find_due(session, {"a", "b", "c"}, now, 10)]


def only(session: Session, now: datetime):
    (job,) = find_due(session, {"a"}, now, 10)
    return job


def test_what_is_put_on_the_table_is_what_is_found(database: Database, now: datetime) -> None:
    payload = {"phone": "13800000000", "on": now.date()}
    with database.write() as session:
        jobs.enqueue(session, "b", payload, now)  # the keys are read once in a process, the stamps by every action
        with counted(session) as statements:
            jobs.enqueue(session, "a", payload, now, case_id="case", reference="row")
    assert len(statements) == 1
    with database.read() as session:
        job = only(session, now)
        assert (job.payload, job.case_id, job.reference, job.attempt) == (payload, "case", "row", 1)
        assert b"13800000000" not in session.scalar(select(JOB.c.payload))


def test_a_name_is_entered_once_also_after_it_was_done(database: Database, now: datetime) -> None:
    with database.write() as session:
        for _ in range(2):
            jobs.enqueue(session, "a", {}, now, dedup="once")
        complete(session, only(session, now), now)
        jobs.enqueue(session, "a", {}, now, dedup="once")
        assert count_by_state(session) == {"done": 1}


def test_what_one_step_puts_on_the_table_is_written_together(database: Database, now: datetime) -> None:
    with database.write() as session:
        with counted(session) as statements, together(session):
            jobs.enqueue(session, "a", {}, now, dedup="once")
            jobs.enqueue(session, "b", {}, now)
        assert sum("INSERT" in each for each in statements) == 1
        with together(session):
            jobs.enqueue(session, "a", {}, now, dedup="once")
            savepoint = session.begin_nested()
            jobs.enqueue(session, "c", {}, now)
            savepoint.rollback()
            jobs.enqueue(session, "c", {}, now, dedup="never")
            assert jobs.cancel(session, dedup="never") == 1
            jobs.enqueue(session, "c", {}, now)
            savepoint = session.begin_nested()
            jobs.cancel(session, dedup="never")
            savepoint.rollback()
        assert due_kinds(session, now) == ["a", "b", "c"]


def test_cancelling_frees_the_name_so_that_a_timer_can_be_armed_again(database: Database, now: datetime) -> None:
    with database.write() as session:
        jobs.enqueue(session, "a", {}, now, dedup="timer", case_id="one")
        jobs.enqueue(session, "a", {}, now, case_id="two")
        assert jobs.cancel(session, dedup="timer") == 1
        assert jobs.cancel(session, dedup="timer") == 0
        jobs.enqueue(session, "a", {}, now + MINUTE, dedup="timer", case_id="one")
        jobs.enqueue(session, "b", {}, now, case_id="one")
        assert jobs.cancel(session, case_id="one", kind="a") == 1
        assert due_kinds(session, now + MINUTE) == ["a", "b"]
        with pytest.raises(ValueError, match="case_id"):
            jobs.cancel(session, kind="a")


def test_nothing_is_found_before_it_is_due_and_urgent_work_comes_first(database: Database, now: datetime) -> None:
    with database.write() as session:
        new = [
            NewJob("a", {}, now, priority=jobs.BULK),
            NewJob("b", {}, now + MINUTE),
            NewJob("c", {}, now + MINUTE, priority=jobs.URGENT),
        ]
        jobs.enqueue_all(session, new)
        assert due_kinds(session, now) == ["a"]
        assert due_kinds(session, now + MINUTE) == ["c", "b", "a"]
        assert jobs.next_due(session, {"b", "c"}, now + 2 * MINUTE) == now + MINUTE
        assert jobs.next_due(session, {"b", "c"}, now) is None


def test_who_finishes_must_have_seen_the_last_state(database: Database, now: datetime) -> None:
    with database.write() as session:
        jobs.enqueue(session, "a", {}, now)
        seen = only(session, now)
        fail(session, seen, "first", now)
    for change in (complete, lambda session, job, now: fail(session, job, "late", now)):
        with database.read() as session, pytest.raises(NotClaimed):
            change(session, seen, now)
    with database.read() as session:
        assert count_by_state(session) == {"ready": 1}


def test_a_lease_is_fenced_by_owner_and_attempts(database: Database, now: datetime) -> None:
    with database.write() as session:
        jobs.enqueue(session, "a", {}, now)
        first = claim(session, {"a"}, now, "one", 60)
        assert first is not None
        assert claim(session, {"a"}, now, "two", 60) is None
    for stranger in (replace(first, owner="two"), replace(first, attempts=2)):
        with database.read() as session, pytest.raises(NotClaimed):
            complete(session, stranger, now)
    with database.write() as session:
        complete(session, first, now)
        assert count_by_state(session) == {"done": 1}


def test_a_lease_ends_by_the_clock_of_the_database_whatever_the_story_says(database: Database, now: datetime) -> None:
    with database.write() as session:
        for _ in range(2):
            jobs.enqueue(session, "a", {}, now)
        lost = claim(session, {"a"}, now, "one", 0.01)
        claim(session, {"a"}, now, "one", 600)
    time.sleep(0.05)
    with database.write() as session:
        assert [job.id for job in expired(session, 10)] == [lost.id]
        fail(session, lost, "lost", now)
        again = claim(session, {"a"}, now + wait_after(lost), "two", 600)
        assert (again.id, again.attempt, again.owner) == (lost.id, 2, "two")
        with pytest.raises(NotClaimed):
            complete(session, lost, now)


def test_a_job_waits_longer_each_time_and_then_becomes_a_dead_letter(database: Database, now: datetime) -> None:
    waits, moment = [], now
    with database.write() as session:
        jobs.enqueue(session, "a", {"to": "x"}, now, max_attempts=3)
        while found := find_due(session, {"a"}, moment, 1):
            waits.append(wait_after(found[0]))
            fail(session, found[0], f"attempt {found[0].attempt} of 张三", moment)
            moment += waits[-1]
        ((dead, error),) = jobs.dead_letters(session)
        assert (dead.payload, error) == ({"to": "x"}, "attempt 3 of 张三")
        assert "张三".encode() not in session.scalar(select(JOB.c.error))
        assert jobs.revive(session, dead.id, moment)
        assert not jobs.revive(session, dead.id, moment)
        assert only(session, moment).attempt == 1
    assert waits == sorted(set(waits))
    assert len(waits) == 3


def test_a_mass_launch_is_one_statement_and_may_be_repeated(database: Database, now: datetime) -> None:
    source = select(
        column("id").label("reference"), null().label("case_id"), (literal("2020:") + column("id")).label("dedup")
    ).select_from(text("paid"))
    statement = jobs.launching("a", source)
    with database.write() as session:
        session.execute(text("CREATE TABLE paid (id VARCHAR(20))"))
        session.execute(text("INSERT INTO paid VALUES (:id)"), [{"id": f"award{number}"} for number in range(500)])
        with counted(session) as statements:
            assert jobs.launch(session, statement, now) == 500
        assert sum(sent.startswith("INSERT") for sent in statements) == 1
        assert jobs.launch(session, statement, now) == 0
        found = find_due(session, {"a"}, now, 1000)
        assert {job.reference for job in found} == {f"award{number}" for number in range(500)}
        assert len({job.id for job in found}) == 500
        assert found[0].payload == {}


def test_finished_work_is_purged_and_dead_letters_are_kept(database: Database, now: datetime) -> None:
    with database.write() as session:
        for kind in ("a", "b", "c"):
            jobs.enqueue(session, kind, {}, now)
        found = {job.kind: job for job in find_due(session, {"a", "b"}, now, 10)}
        complete(session, found["a"], now)
        fail(session, found["b"], "broken", now, give_up=True)
        assert jobs.purge(session, now) == 0
        assert jobs.purge(session, now + MINUTE) == 1
        assert count_by_state(session) == {"dead": 1, "ready": 1}


def test_finding_due_work_reads_the_indexes_of_ready_jobs_alone(database: Database, now: datetime) -> None:
    with database.write() as session:
        row = {"kind": "a", "due": now, "max_attempts": 1, "priority": 0}
        states = [{"state": "done", "lane": "a"}] * 3000 + [
            {"state": "ready", "lane": f"b:{each % 3}"} for each in range(300)
        ]
        session.execute(insert(JOB), [{"id": f"{number:032d}", **row, **each} for number, each in enumerate(states)])
        bind = session.connection()
        if not database.is_sqlite:
            bind.exec_driver_sql("ANALYZE job")
        with counted(session) as statements:
            due = lanes.due_lanes(session, {"b"}, now)
            found = lanes.first_of(session, due, now, 2)
        assert [lane.name for lane in due] == ["b:0", "b:1", "b:2"]
        assert len(found) == 6
        assert len(statements) == 2
        given = {f"{key}{n}": value for n in range(3) for key, value in (("priority", 0), ("lane", f"b:{n}"))}
        for query in (lanes._LANES.statement.params(now=now), lanes._firsts(3).params(now=now, most=2, **given)):
            spelled = str(query.compile(bind, compile_kwargs={"literal_binds": True}))
            explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
            plan = "\n".join(str(row) for row in bind.exec_driver_sql(explain + spelled))
            assert plan.count("ix_job_ready") >= 3
            assert not re.search(r"SCAN job(?! USING COVERING INDEX ix_job_due)|Seq Scan on job", plan)
