"""Running cases move to another release in the background: previewed or for good, some in a job, with progress.

What became of each is kept line by line, so that a worker that dies loses nothing and moves none twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, func, insert, select, update
from sqlalchemy.orm import Session

from app.cases import operations
from app.cases.models import CaseMigration, CaseMigrationLine
from app.cases.operations.migrate import APPROVE, AT_ONCE, Journey, ToMigrate
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Gone, NotFound, NotYours
from app.core.ids import new_id
from app.db import rows_changed
from app.definitions.store import bundle_by_id
from app.identity import appointed
from app.identity import policy as identity_policy
from app.jobs import operations as jobs
from app.jobs.operations import DueJob
from app.jobs.runner import Claim, DatabaseHandler

PART = "case_migration.part"
WAITING, MOVES, STAYS = "waiting", "moves", "stays"
RUN: Table = CaseMigration.__table__  # type: ignore[assignment]
LINE: Table = CaseMigrationLine.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Told:
    """How far a migration is. `cases` None: they are still being listed. `names`: new ids of elements by their old."""

    id: str
    release_id: str
    is_preview: bool
    names: dict[str, str]
    cases: int | None
    moves: int
    stays: int
    elsewhere: int
    asked_by: str
    asked_at: datetime
    stopped_at: datetime | None
    done_at: datetime | None

    @property
    def looked(self) -> int:
        return self.moves + self.stays

    @property
    def is_running(self) -> bool:
        return self.done_at is None and self.stopped_at is None


def begin(
    session: Session, actor: Actor, release_id: str, names: dict[str, str], *, preview: bool, now: datetime
) -> str:
    """Move the actor's running cases under this release, or tell what would become of each; its id.

    Raises NotYours, NotFound, Gone (one of the actor's is on its way).
    """
    identity_policy.require_any(session, actor, APPROVE)
    if actor.user_id is None:
        raise NotYours("转入要由一位具体的政策管理员提出，请登录后操作")
    bundle_by_id(session, release_id)
    before = newest(session, actor, release_id)
    if before is not None and before.is_running:
        raise Gone("上一次还在进行，请等它完成，或者先停止")
    migration_id = new_id()
    row = {"id": migration_id, "release_id": release_id, "is_preview": preview, "names": names, "elsewhere": 0,
           "asked_by": actor.user_id, "asked_at": now}  # fmt: skip
    session.execute(insert(RUN).values(row))
    _go_on(session, migration_id, 0, now)
    return migration_id


def stop(session: Session, actor: Actor, migration_id: str, now: datetime) -> None:
    """No further case is looked at; what has moved has moved. Raises NotYours, Gone (it is over)."""
    identity_policy.require_any(session, actor, APPROVE)
    running = (RUN.c.id == migration_id) & RUN.c.done_at.is_(None) & RUN.c.stopped_at.is_(None)
    if rows_changed(session, update(RUN).where(running).values(stopped_at=now)) != 1:
        raise Gone("这次转入已经完成或者已经停止，请刷新页面")


def newest(session: Session, actor: Actor, release_id: str) -> Told | None:
    """The last one that the actor asked for."""
    mine = (RUN.c.release_id == release_id) & (RUN.c.asked_by == actor.user_id)
    row = session.execute(select(RUN).where(mine).order_by(RUN.c.asked_at.desc(), RUN.c.id.desc()).limit(1)).first()
    return _told(session, row) if row else None


def lines(session: Session, migration_id: str, state: str, *, after: int, limit: int) -> Sequence[Row[Any]]:
    """A page of the cases that move, or stay, in the order of the work; `after` is the place of the last one seen."""
    wanted = (LINE.c.migration_id == migration_id) & (LINE.c.state == state) & (LINE.c.place > after)
    return session.execute(select(LINE).where(wanted).order_by(LINE.c.place).limit(limit)).all()


def _told(session: Session, row: Row[Any]) -> Told:
    counted = select(LINE.c.state, func.count()).where(LINE.c.migration_id == row.id).group_by(LINE.c.state)
    counts = dict(session.execute(counted).tuples().all())
    return Told(
        row.id, row.release_id, row.is_preview, row.names, row.cases, counts.get(MOVES, 0), counts.get(STAYS, 0),
        row.elsewhere, row.asked_by, row.asked_at, row.stopped_at, row.done_at,
    )  # fmt: skip


def _go_on(session: Session, migration_id: str, place: int, now: datetime) -> None:
    key = f"{PART}:{migration_id}:{place}"
    jobs.enqueue(session, PART, {}, due=now, dedup=key, priority=jobs.BULK, reference=migration_id)


def _part(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """The first job lists the cases, each of the others looks at the next ones."""
    running = (RUN.c.id == job.reference) & RUN.c.done_at.is_(None) & RUN.c.stopped_at.is_(None)
    row = session.execute(select(RUN).where(running)).one_or_none()
    actor = appointed.load_actor(session, row.asked_by, local_date(now)) if row is not None else None
    if row is None or actor is None:
        claim()
        if row is not None:
            _end(session, row.id, stopped_at=now)
        return
    if row.cases is None:
        claim()
        _list(session, actor, row, now)
    else:
        _look(session, actor, row, now, claim)


def _list(session: Session, actor: Actor, row: Row[Any], now: datetime) -> None:
    try:
        found, elsewhere = operations.cases_to_migrate(session, actor, row.release_id, local_date(now))
    except (NotFound, NotYours):  # the right was withdrawn in between, or nothing is in force any more
        _end(session, row.id, stopped_at=now)
        return
    told = [
        {"migration_id": row.id, "place": place, "case_id": each.case_id, "number": each.number, "state": WAITING,
         "told": []} for place, each in enumerate(found, 1)
    ]  # fmt: skip
    if told:
        session.execute(insert(LINE), told)
    _end(session, row.id, cases=len(found), elsewhere=elsewhere, done_at=None if found else now)
    if found:
        _go_on(session, row.id, 1, now)


def _look(session: Session, actor: Actor, row: Row[Any], now: datetime, claim: Claim) -> None:
    waiting = (LINE.c.migration_id == row.id) & (LINE.c.state == WAITING)
    found = session.execute(select(LINE).where(waiting).order_by(LINE.c.place).limit(AT_ONCE)).all()
    journey = Journey(session, actor, row.release_id, row.names, now)
    journey.lock([each.case_id for each in found])
    claim()
    for line in found:
        moved = journey.attempt(ToMigrate(line.case_id, line.number), keep=not row.is_preview)
        mine = (LINE.c.migration_id == row.id) & (LINE.c.place == line.place)
        told = moved.problems or moved.told
        session.execute(update(LINE).where(mine).values(state=STAYS if moved.problems else MOVES, told=told))
    if len(found) < AT_ONCE or found[-1].place == row.cases:
        _end(session, row.id, done_at=now)
    else:
        _go_on(session, row.id, found[-1].place + 1, now)


def _end(session: Session, migration_id: str, **values: Any) -> None:
    session.execute(update(RUN).where(RUN.c.id == migration_id).values(**values))


HANDLERS: dict[str, DatabaseHandler] = {PART: _part}
