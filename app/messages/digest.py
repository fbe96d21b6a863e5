"""The digest (消息摘要): once a day, at an hour of the settings, unread messages go by mail to who asked for it.

A mail says how many there are, of which case numbers and steps, and nothing of what was typed or of anybody's name:
mail leaves the house. Each message is mailed once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.clock import local_date, midnight
from app.db import training
from app.identity import appointed
from app.jobs import operations as jobs
from app.jobs.operations import DueJob
from app.jobs.runner import Claim, DatabaseHandler, OutsideHandler
from app.messages.operations import DIGEST, MESSAGE
from app.messages.queries import SENTENCES
from app.outside import Messenger

COLLECT, MAIL = "message.collect", "message.mail"
LINES, PEOPLE = 20, 5000


def plan(session: Session, hour: int, now: datetime) -> None:
    """Put the next digest on the table; a day that is planned already stays planned once."""
    due = midnight(local_date(now)) + timedelta(hours=hour)
    due = due if due > now else midnight(local_date(now) + timedelta(days=1)) + timedelta(hours=hour)
    jobs.enqueue(session, COLLECT, {}, due=due, dedup=f"{COLLECT}:{local_date(due).isoformat()}")


def collecting(hour: int) -> DatabaseHandler:
    """A mail for each person who asked for one and has unread messages; then the next day is planned."""

    def collect(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
        claim()
        if not training.is_training(session):
            _collect(session, now)
        plan(session, hour, now)

    return collect


def mailing(messenger: Messenger) -> OutsideHandler:
    """Send one digest."""

    def prepare(session: Session, job: DueJob, now: datetime) -> None:
        return None

    def send(job: DueJob, prepared: None) -> None:
        messenger.send(job.id, job.payload["to"], job.payload["text"])

    def finish(session: Session, job: DueJob, result: None, now: datetime) -> None:
        return None

    return OutsideHandler(send, prepare, finish)


def _collect(session: Session, now: datetime) -> None:
    waiting = MESSAGE.c.read_at.is_(None), MESSAGE.c.mailed_at.is_(None), MESSAGE.c.at >= DIGEST.c.since
    found = select(*(MESSAGE.c[name] for name in ("id", "user_id", "kind", "case_number", "step")), DIGEST.c.address)
    query = found.join(DIGEST, DIGEST.c.id == MESSAGE.c.user_id).where(*waiting)
    rows = session.execute(query.order_by(MESSAGE.c.user_id, MESSAGE.c.at, MESSAGE.c.id).limit(PEOPLE)).all()
    if not rows:
        return
    by_person: dict[str, list[Any]] = {}
    for row in rows:
        by_person.setdefault(row.user_id, []).append(row)
    still_here = appointed.user_names(session, by_person, active=True)
    jobs.enqueue_all(session, [_mail(session, rows, now) for user, rows in by_person.items() if user in still_here])
    session.execute(update(MESSAGE).where(MESSAGE.c.id.in_([row.id for row in rows])).values(mailed_at=now))


def _mail(session: Session, rows: Sequence[Any], now: datetime) -> jobs.NewJob:
    to = session.info["vault"].open_text(rows[0].address, "message_digest", "address", rows[0].user_id)
    lines = [f"{row.case_number} {row.step}：{SENTENCES.get(row.kind, row.kind)}" for row in rows[:LINES]]
    more = [f"另有 {len(rows) - LINES} 条"] if len(rows) > LINES else []
    text = "\n".join([f"您有 {len(rows)} 条未读消息：", *lines, *more, "请登录社会救助工作台查看和办理。"])
    dedup = f"{MAIL}:{rows[0].user_id}:{local_date(now).isoformat()}"
    return jobs.NewJob(MAIL, {"to": to, "text": text}, now, dedup)
