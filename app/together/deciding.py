"""What a worker does with each case of a batch: a dry run, then the act itself, each in a transaction of its own.

A job that is done twice finds its item done: the item's state is changed in the transaction that decides the case. A
refusal undoes what the act wrote, is noted at the item, and stops nothing else.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.cases import operations as cases
from app.cases import standing_out
from app.cases.foresight import foresee
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Gone, Lost, NotYours, Rejection
from app.core.exact_json import load_json
from app.db import Database, rows_changed
from app.identity import appointed
from app.inbox import operations as inbox
from app.jobs.operations import DueJob
from app.jobs.runner import Claim, DatabaseHandler, OutsideHandler
from app.together import results
from app.together.models import APART, DONE, FINE, LEFT, NEW, REFUSED, RUNNING, STOPPED, TRYING, WAITING
from app.together.operations import BATCH, DATA, DECIDE, ITEM, TOLD
from app.together.results import Told

log = logging.getLogger(__name__)
GONE = "您已不在岗，没有办理"
FAILED = "处理出错，没有办理。请单独打开办理；仍然出错的，请联系系统管理员"
STUCK = "已经办理，但后面的环节处理失败：{}"


class Piece(NamedTuple):
    """One case of a batch, and how it is to be decided."""

    task_id: str
    state: str
    batch_state: str
    made_by: str
    round: int
    data: dict[str, Any]


def trying(database: Database) -> OutsideHandler:
    """The dry run of one case: everything is done as it would be, and taken back."""

    def prepare(session: Session, job: DueJob, now: datetime) -> tuple[Piece | None, datetime]:
        piece = _piece(session, job.reference or "")
        stands = piece and (piece.state, piece.batch_state, piece.round) == (NEW, TRYING, job.payload["round"])
        return (piece if stands else None), now

    def do(job: DueJob, prepared: tuple[Piece | None, datetime]) -> Told | None:
        piece, now = prepared
        return None if piece is None else _tried(database, piece, now)

    return OutsideHandler(do, prepare, _note_trial)


def _tried(database: Database, piece: Piece, now: datetime) -> Told:
    apart: list[tuple[str, str]] = []
    try:
        with database.trial() as session:
            actor = _actor(session, piece, now)
            item = inbox.load(session, actor, piece.task_id)
            apart = standing_out.reasons(session, actor, item, now)
            return results.foreseen(foresee(session, actor, piece.task_id, piece.data, now), apart)
    except Rejection as refusal:
        return results.refused(refusal, apart)
    except Exception as failure:
        if isinstance(failure, Lost):
            raise
        log.exception("the dry run of an item failed")
        return Told((("failed", FAILED.replace("没有办理", "试办失败")), *apart), bars=True)


def _note_trial(session: Session, job: DueJob, told: Told | None, now: datetime) -> None:
    if told is None:
        return
    stands = select(BATCH.c.id).where(
        BATCH.c.id == ITEM.c.batch_id, BATCH.c.state == TRYING, BATCH.c.round == job.payload["round"]
    )
    mine = (ITEM.c.id == job.reference) & (ITEM.c.state == NEW) & stands.exists()
    session.execute(
        update(ITEM).where(mine).values(state=APART if told.apart else FINE, told=_sealed(session, job, told))
    )


def decide(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """Decide one case as the person who confirmed the batch."""
    piece = _piece(session, job.reference or "")
    if piece is None or piece.state != WAITING or piece.batch_state not in (RUNNING, STOPPED):
        claim()
        return
    if piece.batch_state == STOPPED:
        claim()
        _note(session, job, LEFT, Told(), now)
        return
    told, state = Told(), DONE
    try:
        with session.begin_nested():
            done = cases.complete_task(session, _actor(session, piece, now), piece.task_id, piece.data, now)
            if done.incident:
                told = Told(message=STUCK.format(done.incident))
    except Rejection as refusal:
        told, state = Told(message=refusal.message), REFUSED
    except Exception as failure:
        if isinstance(failure, Lost):
            raise
        log.exception("an item of a batch failed")
        told, state = Told(message=FAILED), REFUSED
    claim()
    _note(session, job, state, told, now)


def _actor(session: Session, piece: Piece, now: datetime) -> Actor:
    """Who confirmed it, with what he may today. Raises NotYours."""
    actor = appointed.load_actor(session, piece.made_by, local_date(now))
    if actor is None:
        raise NotYours(GONE)
    return actor


def _note(session: Session, job: DueJob, state: str, told: Told, now: datetime) -> None:
    """Of two that decide the same item the later one is undone. Raises Gone.

    Where nothing went wrong, what the dry run told of letters and money stays: it came true.
    """
    mine = (ITEM.c.id == job.reference) & (ITEM.c.state == WAITING)
    values: dict[str, Any] = {"state": state, "done_at": now}
    if told.message:
        values["told"] = _sealed(session, job, told)
    if rows_changed(session, update(ITEM).where(mine).values(values)) != 1:
        raise Gone("这一件已经办过")


def _sealed(session: Session, job: DueJob, told: Told) -> bytes:
    sealed: bytes = session.info["vault"].seal(told.dumped(), *TOLD, job.reference)
    return sealed


def _piece(session: Session, item_id: str) -> Piece | None:
    columns = (ITEM.c.task_id, ITEM.c.state, BATCH.c.state.label("batch_state"), BATCH.c.made_by, BATCH.c.round,
               BATCH.c.data, BATCH.c.id)  # fmt: skip
    found = select(*columns).join(BATCH, BATCH.c.id == ITEM.c.batch_id).where(ITEM.c.id == item_id)
    row = session.execute(found).one_or_none()
    if row is None:
        return None
    data = load_json(session.info["vault"].open(row.data, *DATA, row.id)) if row.data else {}
    return Piece(row.task_id, row.state, row.batch_state, row.made_by, row.round, data)


def on_dead(session: Session, job: DueJob, error: str, now: datetime) -> None:
    """Given up, since it failed as often as it may: the batch does not wait for it."""
    told = _sealed(session, job, Told((("failed", FAILED),), bars=True, message=FAILED))
    for state, becomes in ((NEW, APART), (WAITING, REFUSED)):
        mine = (ITEM.c.id == job.reference) & (ITEM.c.state == state)
        session.execute(update(ITEM).where(mine).values(state=becomes, told=told, done_at=now))


HANDLERS: dict[str, DatabaseHandler] = {DECIDE: decide}
