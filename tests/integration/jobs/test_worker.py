"""The worker: effects with their job in one transaction, leases outside, incidents, and races with people."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app import jobs
from app.core.clock import MovableClock
from app.db import Database
from app.jobs import Apart, GiveUp, NewJob, OutsideHandler, Together, Worker
from app.jobs.operations import complete
from tests.support.jobs import claim, count_by_state


@pytest.fixture
def world(database: Database) -> Database:
    with database.write() as session:
        session.execute(text("CREATE TABLE sample (id VARCHAR(20) PRIMARY KEY, steps INTEGER NOT NULL)"))
        session.execute(text("CREATE TABLE trouble (job_id VARCHAR(32), error TEXT)"))
        session.execute(text("INSERT INTO sample VALUES ('one', 0)"))
    return database


def lock(session) -> None:
    session.execute(text("UPDATE sample SET steps = steps + 1 WHERE id = 'one'"))


def steps(database: Database) -> int:
    with database.read() as session:
        return session.scalar(text("SELECT steps FROM sample"))


def states(database: Database) -> dict[str, int]:
    with database.read() as session:
        return count_by_state(session)


def put(database: Database, now: datetime, kind: str = "timer", **more) -> None:
    with database.write() as session:
        jobs.enqueue(session, kind, {"n": 1}, now, case_id="one", **more)


def fire(session, job, now, claim) -> None:
    lock(session)
    claim()


def note_incident(session, job, error, now) -> None:
    lock(session)
    session.execute(text("INSERT INTO trouble VALUES (:job, :error)"), {"job": job.id, "error": error})


def test_timers_fire_when_the_injected_clock_says_so(world: Database, now: datetime, clock: MovableClock) -> None:
    put(world, now + timedelta(days=3))
    worker = Worker(world, clock, {"timer": fire})
    assert worker.run_once() == 0
    clock.move_to(now + timedelta(days=3))
    assert worker.run_once() == 1
    assert worker.run_once() == 0
    assert steps(world) == 1


def test_a_failed_handler_leaves_no_effect_and_is_tried_again(
    world: Database, now: datetime, clock: MovableClock
) -> None:
    def stumble(session, job, now, claim) -> None:
        fire(session, job, now, claim)
        if job.attempt == 1:
            raise RuntimeError("stumbled")

    put(world, now)
    worker = Worker(world, clock, {"timer": stumble})
    assert worker.run_once() == 1
    assert (steps(world), states(world)) == (0, {"ready": 1})
    clock.move_to(now + timedelta(seconds=30))
    assert worker.run_once() == 1
    assert (steps(world), states(world)) == (1, {"done": 1})


@pytest.mark.parametrize("max_attempts", [1, 5])
def test_given_up_work_writes_an_incident_and_is_a_dead_letter(
    world: Database, now: datetime, clock: MovableClock, max_attempts: int
) -> None:
    def broken(session, job, now, claim) -> None:
        raise (GiveUp if max_attempts > 1 else RuntimeError)("no such figure")

    put(world, now, max_attempts=max_attempts)
    assert Worker(world, clock, {"timer": broken}, on_dead=note_incident).run_once() == 1
    assert states(world) == {"dead": 1}
    with world.read() as session:
        assert "no such figure" in session.scalar(text("SELECT error FROM trouble"))
        assert "no such figure" in jobs.dead_letters(session)[0][1]


def test_a_dead_letter_is_kept_even_where_its_incident_cannot_be_written(
    world: Database, now: datetime, clock: MovableClock
) -> None:
    def broken(session, job, *rest) -> None:
        raise GiveUp("broken")

    put(world, now)
    Worker(world, clock, {"timer": broken}, on_dead=broken).run_once()
    assert states(world) == {"dead": 1}


def test_a_handler_that_does_not_claim_changes_nothing(world: Database, now: datetime, clock: MovableClock) -> None:
    put(world, now)
    Worker(world, clock, {"timer": lambda session, job, now, claim: lock(session)}).run_once()
    assert (steps(world), states(world)) == (0, {"dead": 1})


def test_kinds_without_a_handler_are_left_alone(world: Database, now: datetime, clock: MovableClock) -> None:
    put(world, now, kind="other")
    assert Worker(world, clock, {"timer": fire}).run_once() == 0
    assert states(world) == {"ready": 1}


def test_two_workers_do_every_job_once(world: Database, now: datetime, clock: MovableClock) -> None:
    for _ in range(30):
        put(world, now)
    workers = [threading.Thread(target=Worker(world, clock, {"timer": fire}).run_once) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    Worker(world, clock, {"timer": fire}).run_once()
    assert (steps(world), states(world)) == (30, {"done": 30})


def test_a_person_who_cancels_the_timer_while_it_fires_wins_without_a_deadlock(
    world: Database, now: datetime, clock: MovableClock
) -> None:
    put(world, now)
    found = threading.Event()

    def announce(session, job, now, claim) -> None:
        found.set()
        fire(session, job, now, claim)

    with world.write() as session:
        lock(session)
        worker = threading.Thread(target=Worker(world, clock, {"timer": announce}).run_once)
        worker.start()
        # On SQLite the worker waits at the door of its transaction, on PostgreSQL for the instance.
        found.wait(0.3)
        assert jobs.cancel(session, case_id="one") == 1
    worker.join(10)
    assert not worker.is_alive()
    assert (steps(world), states(world)) == (1, {"cancelled": 1})


def test_outside_work_is_prepared_done_and_recorded(world: Database, now: datetime, clock: MovableClock) -> None:
    sent = []
    handler = OutsideHandler(
        prepare=lambda session, job, now: session.scalar(text("SELECT id FROM sample")),
        do=lambda job, prepared: sent.append((prepared, job.payload)) or "receipt",
        finish=lambda session, job, result, now: lock(session) if result == "receipt" else None,
    )
    put(world, now, kind="sms")
    assert Worker(world, clock, {"sms": handler}).run_once() == 1
    assert sent == [("one", {"n": 1})]
    assert (steps(world), states(world)) == (1, {"done": 1})


def test_outside_work_that_fails_is_done_again_later(world: Database, now: datetime, clock: MovableClock) -> None:
    def do(job, prepared) -> None:
        if job.attempt == 1:
            raise TimeoutError("the gateway is silent")

    put(world, now, kind="sms")
    worker = Worker(world, clock, {"sms": OutsideHandler(do=do)})
    assert [worker.run_once(), worker.run_once()] == [1, 0]
    clock.move_to(now + timedelta(minutes=1))
    assert worker.run_once() == 1
    assert states(world) == {"done": 1}


def test_a_worker_that_comes_back_after_its_lease_records_nothing(
    world: Database, now: datetime, clock: MovableClock
) -> None:
    def overtaken(job, prepared) -> None:
        time.sleep(0.05)
        Worker(world, clock, {}).run_once()
        with world.write() as session:
            later = now + timedelta(hours=1)
            complete(session, claim(session, {"sms"}, later, "other", 60), later)

    def finish(session, job, result, now) -> None:
        lock(session)

    put(world, now, kind="sms")
    slow = OutsideHandler(do=overtaken, finish=finish, lease_seconds=0.01)
    Worker(world, clock, {"sms": slow}).run_once()
    assert (steps(world), states(world)) == (0, {"done": 1})


def test_a_lost_lease_on_the_last_attempt_is_a_dead_letter_with_an_incident(
    world: Database, now: datetime, clock: MovableClock
) -> None:
    put(world, now, kind="sms", max_attempts=1)
    with world.write() as session:
        claim(session, {"sms"}, now, "dead worker", 0.01)
    time.sleep(0.05)
    Worker(world, clock, {}, on_dead=note_incident).run_once()
    assert (steps(world), states(world)) == (1, {"dead": 1})


def test_the_loop_ends_when_it_is_told_and_survives_trouble(
    world: Database, now: datetime, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.jobs.runner.TROUBLE_WAIT", 0.01)
    stop, rounds = threading.Event(), []

    def trouble(limit: int = 0, stop: object = None) -> int:
        rounds.append(len(rounds))
        if len(rounds) == 3:
            stop.set()
        if len(rounds) == 1:
            raise ConnectionError("the database is away")
        return 0

    worker = Worker(world, clock, {"timer": fire})
    monkeypatch.setattr(worker, "run_once", trouble)
    worker.run_forever(stop, poll_seconds=0.01)
    assert rounds == [0, 1, 2]


@pytest.mark.parametrize("stuck", ["python", "statement"])
def test_a_job_that_takes_too_long_is_undone_and_holds_up_no_other(
    world: Database, now: datetime, clock: MovableClock, stuck: str
) -> None:
    def for_ever(session, job, now, claim) -> None:
        lock(session)
        claim()
        try:
            if stuck == "python":
                while True:
                    pass
            session.execute(text("SELECT pg_sleep(60)" if not world.is_sqlite else ENDLESS))
        except Exception:  # as somebody's handler may do
            pass

    put(world, now, "stuck")
    put(world, now + timedelta(seconds=1))
    clock.move_to(now + timedelta(seconds=1))
    worker = Worker(world, clock, {"stuck": for_ever, "timer": fire}, limit_seconds=0.3)
    began = time.monotonic()
    assert worker.run_once() == 2
    assert time.monotonic() - began < 10
    assert (steps(world), states(world)) == (1, {"ready": 1, "done": 1})
    put(world, now)
    assert worker.run_once() == 1  # the thread and the connection go on working
    assert steps(world) == 2


def test_of_jobs_done_together_the_one_that_fails_fails_alone(
    world: Database, now: datetime, clock: MovableClock
) -> None:
    transactions = []

    def count(session, jobs, now) -> None:
        transactions.append(len(jobs))
        for job in jobs:
            lock(session)
            if job.reference == "bad":
                raise RuntimeError("no such order")

    def carry(job, prepared) -> str:
        if job.reference == "bad":
            raise RuntimeError("no such letter")
        return prepared

    apart = Apart(lambda session, jobs, now: ["read"] * len(jobs), carry, lambda session, done, now: count(
        session, [job for job, _ in done], now), most=4)  # fmt: skip
    for kind in ("together", "apart"):
        for name in ("good", "good", "bad", "good", "good"):
            put(world, now, kind, reference=name)
    worker = Worker(world, clock, {"together": Together(count, most=4), "apart": apart})
    assert worker.run_once() == 10
    assert (steps(world), states(world)) == (8, {"ready": 2, "done": 8})
    assert transactions == [4, 1, 1, 1, 1, 3, 1, 1]


def test_lanes_take_turns_so_that_masses_delay_nobody(world: Database, now: datetime, clock: MovableClock) -> None:
    turns: list[tuple[str, int]] = []

    def write(session, found, now) -> None:
        turns.append((found[0].county, len(found)))
        if len(turns) == 3:  # somebody else's letters come while the batches are under way
            order(session, "small", 1)

    def order(session, county: str, number: int) -> None:
        letter = NewJob("letter", {}, now, priority=jobs.BULK, county=county)
        jobs.enqueue_all(session, [letter] * number)

    def between(session, job, now, claim) -> None:
        turns.append((job.kind, 1))
        fire(session, job, now, claim)

    with world.write() as session:
        order(session, "large", 50)
        order(session, "other", 25)
    put(world, now)
    worker = Worker(world, clock, {"letter": Together(write, most=10), "timer": between})
    while worker.run_once(200):
        pass
    large, other, rest = ("large", 10), ("other", 10), ("other", 5)
    assert turns == [("timer", 1), large, other, ("small", 1), large, other, large, rest, large, large]


def test_a_long_job_of_the_masses_holds_up_none_that_somebody_waits_for(
    world: Database, now: datetime, clock: MovableClock
) -> None:
    begun, ended = threading.Event(), threading.Event()
    long = OutsideHandler(do=lambda job, prepared: begun.set() or ended.wait(20))
    put(world, now, "long", priority=jobs.BULK)
    kinds = {"long": long, "timer": fire}
    masses = threading.Thread(target=Worker(world, clock, kinds, priorities=(jobs.BULK,)).run_once)
    masses.start()
    assert begun.wait(20)
    put(world, now)
    assert Worker(world, clock, kinds, priorities=(jobs.URGENT, jobs.NORMAL)).run_once() == 1
    assert (steps(world), states(world)) == (1, {"running": 1, "done": 1})
    ended.set()
    masses.join(20)
    assert states(world) == {"done": 2}


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def test_a_worker_that_is_told_to_stop_begins_no_other_job(world: Database, now: datetime, clock: MovableClock) -> None:
    stop = threading.Event()

    def last(session, job, now, claim) -> None:
        lock(session)
        claim()
        stop.set()

    for _ in range(3):
        put(world, now, "last")
    assert Worker(world, clock, {"last": last}).run_once(stop=stop) == 1
    assert (steps(world), states(world)) == (1, {"ready": 2, "done": 1})


def test_a_job_that_kills_its_worker_takes_no_other_of_its_lot_with_it(
    database: Database, now: datetime, clock: MovableClock
) -> None:
    with database.write() as session:
        jobs.enqueue_all(session, [NewJob("letter", {}, now, reference=str(number)) for number in range(5)])

    def render(job: jobs.DueJob, prepared: None) -> str:
        if job.reference == "0":
            raise SystemExit  # as a crash, a kill or a power cut: nobody gives anything back
        return job.reference

    letters = Apart(lambda session, jobs, now: [None] * len(jobs), render, lambda *_: None, lease_seconds=0.02)
    for _ in range(12):
        with suppress(SystemExit):
            Worker(database, clock, {"letter": letters}).run_once()
        time.sleep(0.03)
        clock.move_to(clock.now() + timedelta(hours=7))
    with database.read() as session:
        assert count_by_state(session) == {"done": 4, "dead": 1}


def test_the_limit_is_that_of_each_job_of_a_lot(database: Database, now: datetime, clock: MovableClock) -> None:
    with database.write() as session:
        jobs.enqueue_all(session, [NewJob("letter", {}, now, reference=str(number)) for number in range(8)])
    apart = Apart(
        lambda session, jobs, now: [None] * len(jobs), lambda *_: time.sleep(0.1), lambda *_: None, is_limited=True
    )
    Worker(database, clock, {"letter": apart}, limit_seconds=0.6).run_once()
    with database.read() as session:
        assert count_by_state(session) == {"done": 8}
