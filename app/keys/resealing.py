"""Sealing again what an older key sealed: a job that does a small batch and puts the next one on the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, func, select, update
from sqlalchemy.orm import Session

from app import audit, jobs
from app.core.actor import SYSTEM
from app.db import keys
from app.db.vault import SealBroken, mark
from app.jobs.operations import DueJob
from app.jobs.runner import GiveUp

RESEAL = "keys.reseal"
CHAIN = "keys"
BATCH = 100
PATIENCE, WAIT = 3, timedelta(minutes=1)  # rounds that met only what somebody holds or what does not open


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a round has come: rows after the id `after` of a column (by number) are next; `done` in this round."""

    key: str
    column: int = 0
    after: str = ""
    done: int = 0
    idle: int = 0


def begin(session: Session, name: str, now: datetime) -> None:
    """Seal with the key `name` what has another one; a worker does it."""
    _put(session, Progress(name), now)


def reseal(session: Session, job: DueJob, now: datetime, claim: Callable[[], None]) -> None:
    """One batch. Rows that somebody holds are passed over and met in the next round."""
    claim()
    at = Progress(**job.payload)
    if session.info["vault"].in_force.seal != at.key:
        return  # a newer key came, with its own job
    columns = keys.sealed_columns()
    if at.column < len(columns):
        last, done = _batch(session, *columns[at.column], at)
        at = replace(at, done=at.done + done, after=last or "", column=at.column + (last is None))
        _put(session, at, now)
        return
    left = [column.table.name for column, _ in columns if _has_old(session, column, at.key)]
    if not left:
        audit.append(session, CHAIN, "keys.resealed", SYSTEM, {"key": at.key}, None, now, shared=True)
    elif at.done or at.idle < PATIENCE:
        idle = 0 if at.done else at.idle + 1
        _put(session, Progress(at.key, idle=idle), now + idle * WAIT)
    else:
        raise GiveUp(f"{'、'.join(sorted(set(left)))} 表有数据打不开，没有重新加密；是哪些行见 doudi keys check --all")


def _batch(session: Session, column: Column[Any], place: tuple[str, str], at: Progress) -> tuple[str | None, int]:
    """Seal the next rows again; the last of them, None where there are no more, and how many could be opened."""
    row_id, vault = column.table.c.id, session.info["vault"]
    wanted = select(row_id, column).where(row_id > at.after, _has_another(column, at.key)).order_by(row_id).limit(BATCH)
    rows, done = session.execute(wanted.with_for_update(skip_locked=True)).all(), 0
    for each_id, blob in rows:
        try:
            again = vault.seal(vault.open(blob, *place, each_id), *place, each_id)
        except SealBroken:
            continue
        session.execute(update(column.table).where(row_id == each_id).values({column: again}))
        done += 1
    return (rows[-1][0] if rows else None), done


def _has_old(session: Session, column: Column[Any], name: str) -> bool:
    return session.scalar(select(1).where(_has_another(column, name)).limit(1)) is not None


def _has_another(column: Column[Any], name: str) -> Any:
    begins = mark(name)
    return column.is_not(None) & (func.substr(column, 1, len(begins)) != begins)


def _put(session: Session, at: Progress, due: datetime) -> None:
    jobs.enqueue(session, RESEAL, asdict(at), due=due, priority=jobs.BULK)
