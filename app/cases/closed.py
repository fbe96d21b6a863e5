"""What is over, page by page, with its decisions as they rest: closed cases, and answers given at the door."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, literal, or_, select, true
from sqlalchemy.orm import Session

from app import audit
from app.cases import decisions
from app.cases.decisions import Kept
from app.cases.instance import PLACE
from app.cases.models import Case, DoorAnswer
from app.core.clock import midnight
from app.identity import queries as identity
from app.inbox import queries as inbox

DOOR = "door"
"""The status under which an answer at the door is told; the others are those of cases."""
_CASE: Table = Case.__table__  # type: ignore[assignment]
_DOOR: Table = DoorAnswer.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Which:
    """Closed cases of programmes in regions (each with all below it; none: anywhere), by the day when they were over.

    `releases` are all releases of the programmes: an answer at the door knows its release alone.
    """

    programmes: Collection[str]
    releases: Collection[str]
    regions: Sequence[identity.RegionRef]
    since: date | None = None


@dataclass(slots=True)
class Done:
    """A human task that was done; `due_on` is the day of law that it had."""

    element_id: str
    created_at: datetime
    closed_at: datetime
    due_on: date | None


@dataclass(slots=True)
class Closed:
    """A closed case or an answer at the door (`number` is then empty). `records` are its decisions in order.

    `state` is the instance as it was packed (`Instance.unpack`), opened and not read; None for an answer at the door.
    """

    id: str
    number: str
    status: str
    programme: str
    process_key: str
    release_id: str
    region_id: str
    over_at: datetime
    state: bytes | None = None
    records: list[Kept] = field(default_factory=list)
    events: list[audit.Happened] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)


def count(session: Session, which: Which) -> int:
    """How many there are."""
    found = (select(func.count()).select_from(each.subquery()) for each in (_cases(which), _doors(which)))
    return sum(session.scalar(each) or 0 for each in found)


def page(session: Session, which: Which, after: tuple[str, str], limit: int) -> list[Closed]:
    """The next ones after (status, id) of the last; answers at the door come after the cases."""
    status, last = after
    found: list[Closed] = []
    if status != DOOR:
        rows = session.execute(_cases(which).where(_CASE.c.id > last).order_by(_CASE.c.id).limit(limit))
        found = [Closed(*row) for row in rows]
        _fill(session, found, "case_id")
        _tell(session, found)
        last = "" if len(found) < limit else last
    if len(found) < limit:
        rows = session.execute(_doors(which).where(_DOOR.c.id > last).order_by(_DOOR.c.id).limit(limit - len(found)))
        doors = [Closed(*row) for row in rows]
        _fill(session, doors, "door_id")
        found += doors
    return found


def _fill(session: Session, found: Sequence[Closed], owner: str) -> None:
    by_id = {each.id: each for each in found}
    for whose, kept in decisions.kept(session, owner, by_id):
        by_id[whose].records.append(kept)


def _tell(session: Session, found: Sequence[Closed]) -> None:
    """What happened in cases: their events, what people did, and the instance as it stood in the end."""
    vault, by_id = session.info["vault"], {each.id: each for each in found}
    for each in found:
        each.state = vault.open(each.state, *PLACE, each.id)
    for chain, event in audit.happened(session, [f"case:{each}" for each in by_id]):
        by_id[chain.partition(":")[2]].events.append(event)
    for case_id, *done in inbox.done_of(session, by_id):
        by_id[case_id].done.append(Done(*done))


def _cases(which: Which) -> Select[Any]:
    columns = (_CASE.c[name] for name in ("id", "number", "status", "programme", "process_key", "release_id",
                                          "region_id", "closed_at", "state"))  # fmt: skip
    wanted = [_CASE.c.programme.in_(which.programmes), _within(_CASE, which.regions), _CASE.c.closed_at.is_not(None)]
    if which.since is not None:
        wanted.append(_CASE.c.closed_at >= midnight(which.since))
    return select(*columns).where(*wanted)


def _doors(which: Which) -> Select[Any]:
    columns = (_DOOR.c.id, literal("").label("number"), literal(DOOR).label("status"), literal("").label("programme"),
               *(_DOOR.c[name] for name in ("process_key", "release_id", "region_id", "answered_at")))  # fmt: skip
    wanted = [_DOOR.c.release_id.in_(which.releases), _within(_DOOR, which.regions)]
    if which.since is not None:
        wanted.append(_DOOR.c.answered_at >= midnight(which.since))
    return select(*columns).where(*wanted)


def _within(table: Table, regions: Iterable[identity.RegionRef]) -> ColumnElement[bool]:
    inside = [table.c.region_id.in_(identity.ids_within(region)) for region in regions]
    return or_(*inside) if inside else true()
