"""Playing the demo cases: every step is the command that a person would give, at its own time before today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.cases import handlers, operations
from app.core.actor import APPLICANT, Actor
from app.core.clock import SHANGHAI, MovableClock, local_date
from app.core.errors import NotYours, Rejection
from app.db import Database
from app.identity import appointed
from app.identity import queries as identity
from app.inbox import queries as inbox
from app.jobs import operations as jobs
from app.jobs.runner import Worker
from app.seed.data import read

DEFAULT_TIME = "09:30"


@dataclass(frozen=True, slots=True)
class Event:
    """A step of the demo case with this number; `do` is `apply`, `withdraw`, `object`, `hold`, or a human task."""

    at: datetime
    number: int
    do: str
    case: Mapping[str, Any]
    data: Mapping[str, Any]


def play_cases(database: Database, now: datetime) -> None:
    """Play all demo cases. A refusal is a mistake in `seed/cases.yaml` and is raised."""
    play(database, read("cases")["cases"], now)


def play(
    database: Database, cases: Sequence[Mapping[str, Any]], now: datetime, *, passes: type[Rejection] | None = None
) -> None:
    """Play cases in the order of time, due timers between them; nothing happens after `now`.

    A refusal is raised, but where an application is refused as `passes` the case ends there.
    """
    events = sorted(_events(cases, now), key=lambda event: event.at)
    clock = MovableClock(min([event.at for event in events], default=now))
    case_ids: dict[int, str] = {}
    for event in events:
        _move(database, clock, min(event.at, now))
        if event.do != "apply" and event.number not in case_ids:
            continue
        try:
            with database.write() as session:
                _act(session, event, case_ids, clock.now())
        except Rejection as refusal:
            if event.do != "apply" or passes is None or not isinstance(refusal, passes):
                raise
    _move(database, clock, now)


def _events(cases: Sequence[Mapping[str, Any]], now: datetime) -> Iterator[Event]:
    for number, case in enumerate(cases):
        yield Event(_moment(case, now), number, "apply", case, _dated(case["apply"], now))
        for step in case.get("steps", ()):
            yield Event(_moment(step, now), number, step["do"], case, _dated(step["with"], now))


def _moment(entry: Mapping[str, Any], now: datetime) -> datetime:
    day = local_date(now) - timedelta(days=entry["days"])
    at = datetime.combine(day, time.fromisoformat(entry.get("at", DEFAULT_TIME)), SHANGHAI)
    return min(at, now)


def _dated(data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What was filled in, with days before the day of loading as days."""
    return {
        key: local_date(now) - timedelta(days=value["days_ago"])
        if isinstance(value, Mapping) and "days_ago" in value else value
        for key, value in data.items()
    }  # fmt: skip


def _move(database: Database, clock: MovableClock, moment: datetime) -> None:
    """Let the clock reach a moment; what falls due on the way is done at its own time."""
    worker = Worker(database, clock, handlers.HANDLERS, on_dead=handlers.on_dead)
    while True:
        with database.read() as session:
            due = jobs.next_due(session, handlers.HANDLERS, moment)
        if due is None:
            break
        clock.move_to(max(due, clock.now()))
        if not worker.run_once():
            break
    clock.move_to(max(moment, clock.now()))


def _act(session: Session, event: Event, case_ids: dict[int, str], now: datetime) -> None:
    case, data = event.case, event.data
    if event.do == "apply":
        actor = _window(session, case, case.get("as"), now)
        receipt = operations.apply(session, actor, case["programme"], case["region"], data, now)
        case_ids[event.number] = receipt.case_id
        return
    case_id = case_ids[event.number]
    match event.do:
        case "withdraw":
            operations.withdraw(session, APPLICANT, case_id, data["reason"], now)
        case "object":
            operations.object_to(session, APPLICANT, case_id, data, now)
        case "hold":
            operations.hold(session, _window(session, case, "township_head", now), case_id, data["reason"], now)
        case _:
            _complete(session, event, case_id, now)


def _window(session: Session, case: Mapping[str, Any], position: str | None, now: datetime) -> Actor:
    """Who deals with the case outside its tasks: the applicant, or staff who hold a position there."""
    on = local_date(now)
    if position is None:
        return APPLICANT
    chain = identity.chain_of_code(session, case["region"], on)
    office = identity.office_of(session, chain, position)
    if office is None:
        raise NotYours(f"{chain.full_name}没有 {position} 岗位")
    return next(_holders(session, f"{position}@{office.id}", now))


def _complete(session: Session, event: Event, case_id: str, now: datetime) -> None:
    """Whoever of the position may do it does it: duties must be separate."""
    found = [item for item in inbox.items_of_case(session, case_id) if item.element_id == event.do]
    task = next(item for item in found if item.status == "open" and item.kind == "task")
    refusal: NotYours | None = None
    for actor in _holders(session, task.candidate, now):
        try:
            with session.begin_nested():
                operations.complete_task(session, actor, task.id, event.data, now)
        except NotYours as other:
            refusal = other
            continue
        return
    raise refusal or NotYours(f"没有人担任 {task.candidate}")


def _holders(session: Session, candidate: str, now: datetime) -> Iterator[Actor]:
    on = local_date(now)
    for holder in appointed.holders(session, candidate, on):
        actor = appointed.load_actor(session, holder.user_id, on)
        if actor is not None:
            yield actor
