"""公示 has one clock: the notice's. Posting, interruption by an objection, going on, completion, taking down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.core.clock import local_date, midnight
from app.core.ids import new_id
from app.db import rows_changed
from app.identity.queries import RegionChain
from app.jobs import operations as jobs
from app.publicity import objections
from app.publicity.models import Notice, NoticePeriod, Objection

EXPIRE = "publicity.expire"
POSTED, INTERRUPTED, TAKEN_DOWN = "posted", "interrupted", "taken_down"


@dataclass(frozen=True, slots=True)
class Posting:
    """A notice to be posted; `days` calendar days, the day of posting not counted."""

    case_id: str
    case_seq: int
    wait_id: str
    element_id: str
    kind: str
    chain: RegionChain
    programme_title: str
    subject: str
    summary: str
    place: str
    days: int
    waits: bool = True

    def until(self, posted_on: date) -> date:
        """The last day on which it stands."""
        return posted_on + timedelta(days=self.days)


def post(session: Session, posting: Posting, now: datetime) -> str:
    """Put the notice up today; a job ends an announcement, the case itself what it waits for."""
    notice_id, today = new_id(), local_date(now)
    until_on = posting.until(today)
    row = {
        "id": notice_id,
        "case_id": posting.case_id,
        "case_seq": posting.case_seq,
        "wait_id": posting.wait_id,
        "element_id": posting.element_id,
        "kind": posting.kind,
        "waits": posting.waits,
        "region_id": posting.chain.nearest.id,
        "county_id": posting.chain.county.id if posting.chain.county else None,
        "programme_title": posting.programme_title,
        "subject": posting.subject,
        "summary": posting.summary,
        "place": posting.place,
        "days": posting.days,
        "days_left": posting.days,
        "posted_on": today,
        "until_on": until_on,
        "status": "posted",
        "created_at": now,
    }
    session.execute(insert(Notice).values(row))
    _stand(session, notice_id, today, until_on)
    if not posting.waits:
        _expire_after(session, posting.case_id, posting.wait_id, until_on)
    return notice_id


def stop(session: Session, notice: Notice, now: datetime) -> None:
    """The notice stands no longer; the days that are left stay its own. One that was stopped already stays as it is."""
    if notice.status == POSTED:
        left = _cut(session, notice, now)
        session.execute(update(Notice).where(Notice.id == notice.id).values(status=INTERRUPTED, days_left=left))


def object_to(
    session: Session, notice: Notice, said: Mapping[str, Any], now: datetime, confirmed: str = objections.PHONE
) -> objections.Receipt:
    """Somebody whose contact is confirmed objected {name?, phone?, reason}: the notice stops."""
    stop(session, notice, now)
    return objections.add(session, notice, said, confirmed, now)


def go_on(session: Session, notice: Notice, now: datetime, **moved: Any) -> date:
    """A notice that was stopped stands again for the days that were left, today not counted; its last day."""
    until_on = resumed_until(notice.days_left, now)
    standing = {"status": POSTED, "until_on": until_on, **moved}
    session.execute(update(Notice).where(Notice.id == notice.id).values(standing))
    _stand(session, notice.id, local_date(now), until_on)
    return until_on


def resume(session: Session, notice_id: str, wait_id: str, now: datetime, seq: int) -> None:
    """The objections were answered and not upheld: the notice goes on."""
    notice = session.get_one(Notice, notice_id)
    go_on(session, notice, now, wait_id=wait_id, moved_seq=seq, moved_from=INTERRUPTED)
    _answered(session, notice_id, seq)


def resumed_until(days_left: int, now: datetime) -> date:
    """The last day of a notice that goes on today with the days that were left."""
    return local_date(now) + timedelta(days=days_left)


def complete(session: Session, wait_id: str) -> bool:
    """The days are over. False when this notice does not stand any more."""
    standing = (Notice.wait_id == wait_id) & (Notice.status == "posted")
    return rows_changed(session, update(Notice).where(standing).values(status="completed")) == 1


def take_down(
    session: Session,
    case_id: str,
    reason: str,
    now: datetime,
    since_seq: int = 0,
    *,
    waits: bool = True,
    seq: int | None = None,
) -> int:
    """Take down what stands or was interrupted, with the reason; it stays on record. How many there were.

    `waits` tells a 公示 from an announcement. An effect gives its audit number as `seq`, so that it can be undone.
    """
    live = (Notice.case_id == case_id) & Notice.status.in_([POSTED, INTERRUPTED]) & (Notice.case_seq >= since_seq)
    columns = select(Notice.id, Notice.wait_id, Notice.status, Notice.until_on)
    notices = session.execute(columns.where(live, Notice.waits.is_(waits))).all()
    for notice in notices:
        values = {"status": TAKEN_DOWN, "reason": reason, "moved_seq": seq, "moved_from": notice.status}
        if notice.status == POSTED:
            values["days_left"] = _cut(session, notice, now)
            jobs.cancel(session, dedup=_job(notice.wait_id))
        session.execute(update(Notice).where(Notice.id == notice.id).values(values))
        if seq is not None:
            _answered(session, notice.id, seq)
    return len(notices)


def undo_moves(session: Session, case_id: str, since_seq: int, status: str, now: datetime) -> int:
    """Notices that an effect resumed (now posted or completed) or took down since then stand as before; how many.

    `status` says which: what was resumed is interrupted again, what was taken down is as it was.
    """
    moved = (Notice.case_id == case_id) & (Notice.moved_seq >= since_seq) & (Notice.case_seq < since_seq)
    resumed = [POSTED, "completed"] if status == POSTED else [status]
    columns = select(Notice.id, Notice.status, Notice.until_on, Notice.moved_from)
    notices = session.execute(columns.where(moved, Notice.status.in_(resumed))).all()
    for notice in notices:
        values = {"status": notice.moved_from, "reason": None, "moved_seq": None, "moved_from": None}
        if notice.status == POSTED:
            values["days_left"] = _cut(session, notice, now)
        session.execute(update(Notice).where(Notice.id == notice.id).values(values))
        again = (Objection.notice_id == notice.id) & (Objection.answered_seq >= since_seq)
        session.execute(update(Objection).where(again).values(answered_seq=None))
    return len(notices)


def attach_proof(session: Session, notice_id: str, file_id: str) -> None:
    """A photograph of the posted notice."""
    session.execute(update(Notice).where(Notice.id == notice_id).values(proof_file_id=file_id))


def _answered(session: Session, notice_id: str, seq: int) -> None:
    open_ones = (Objection.notice_id == notice_id) & Objection.answered_seq.is_(None)
    session.execute(update(Objection).where(open_ones).values(answered_seq=seq))


def _stand(session: Session, notice_id: str, from_on: date, until_on: date) -> None:
    period = {"id": new_id(), "notice_id": notice_id, "from_on": from_on, "until_on": until_on}
    session.execute(insert(NoticePeriod).values(period))


def _expire_after(session: Session, case_id: str, wait_id: str, until_on: date) -> None:
    jobs.enqueue(
        session, EXPIRE, {"wait_id": wait_id}, due=end_of(until_on), dedup=_job(wait_id), case_id=case_id
    )  # fmt: skip


def end_of(until_on: date) -> datetime:
    """The moment at which the last day of a notice is over."""
    return midnight(until_on + timedelta(days=1))


def _cut(session: Session, notice: Any, now: datetime) -> int:
    """The notice stands no longer than today; the days that were left."""
    _cut_period(session, notice.id, local_date(now))
    return max((notice.until_on - local_date(now)).days, 0)


def _cut_period(session: Session, notice_id: str, today: date) -> None:
    running = (NoticePeriod.notice_id == notice_id) & (NoticePeriod.until_on > today)
    session.execute(update(NoticePeriod).where(running).values(until_on=today))


def _job(wait_id: str) -> str:
    return f"{EXPIRE}:{wait_id}"
