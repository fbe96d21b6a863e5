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
from app.db.types import dump_json
from app.identity.queries import RegionChain
from app.jobs import operations as jobs
from app.publicity.models import Notice, NoticePeriod, Objection

CLOSE, EXPIRE = "publicity.close", "publicity.expire"


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
    """Put the notice up today and set the job that ends it."""
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
    _end_after(session, posting.case_id, posting.wait_id, until_on, CLOSE if posting.waits else EXPIRE)
    return notice_id


def interrupt(session: Session, notice: Notice, objection: Mapping[str, Any], now: datetime) -> None:
    """Somebody objected: the notice stops with the days that are left, and who it was is sealed."""
    today = local_date(now)
    left = max((notice.until_on - today).days, 0)
    session.execute(update(Notice).where(Notice.id == notice.id).values(status="interrupted", days_left=left))
    _cut_period(session, notice.id, today)
    jobs.cancel(session, dedup=_job(notice.wait_id))
    objection_id = new_id()
    sealed = session.info["vault"].seal_text(dump_json(dict(objection)), "objection", "sealed", objection_id)
    row = {"id": objection_id, "notice_id": notice.id, "case_id": notice.case_id, "sealed": sealed}
    session.execute(insert(Objection).values(**row, received_at=now))


def resume(session: Session, notice_id: str, wait_id: str, now: datetime) -> None:
    """The objection was not upheld: the notice goes on for the days that were left, today not counted."""
    notice = session.get_one(Notice, notice_id)
    today = local_date(now)
    until_on = today + timedelta(days=notice.days_left)
    changed = {"status": "posted", "wait_id": wait_id, "until_on": until_on}
    session.execute(update(Notice).where(Notice.id == notice_id).values(changed))
    _stand(session, notice_id, today, until_on)
    _end_after(session, notice.case_id, wait_id, until_on)


def complete(session: Session, wait_id: str) -> bool:
    """The days are over. False when this notice does not stand any more."""
    standing = (Notice.wait_id == wait_id) & (Notice.status == "posted")
    return rows_changed(session, update(Notice).where(standing).values(status="completed", days_left=0)) == 1


def take_down(
    session: Session, case_id: str, reason: str, now: datetime, since_seq: int = 0, *, announcements: bool = True
) -> int:
    """Take down what stands or was interrupted, with the reason; it stays on record."""
    live = (Notice.case_id == case_id) & Notice.status.in_(["posted", "interrupted"]) & (Notice.case_seq >= since_seq)
    if not announcements:
        live &= Notice.waits
    notices = session.execute(select(Notice.id, Notice.wait_id, Notice.status).where(live)).all()
    for notice in notices:
        if notice.status == "posted":
            _cut_period(session, notice.id, local_date(now))
            jobs.cancel(session, dedup=_job(notice.wait_id))
    if notices:
        ids = [notice.id for notice in notices]
        session.execute(update(Notice).where(Notice.id.in_(ids)).values(status="taken_down", reason=reason))
    return len(notices)


def hold(session: Session, case_id: str) -> None:
    """The case is on hold: what stands keeps standing, but its end does not move the case."""
    jobs.cancel(session, case_id=case_id, kind=CLOSE)


def release(session: Session, case_id: str) -> None:
    """The case goes on: what stands ends on its day, or at once where that has passed."""
    posted = (Notice.case_id == case_id) & (Notice.status == "posted") & Notice.waits
    standing = select(Notice.wait_id, Notice.until_on).where(posted)
    for notice in session.execute(standing).all():
        _end_after(session, case_id, notice.wait_id, notice.until_on)


def attach_proof(session: Session, notice_id: str, file_id: str) -> None:
    """A photograph of the posted notice."""
    session.execute(update(Notice).where(Notice.id == notice_id).values(proof_file_id=file_id))


def _stand(session: Session, notice_id: str, from_on: date, until_on: date) -> None:
    period = {"id": new_id(), "notice_id": notice_id, "from_on": from_on, "until_on": until_on}
    session.execute(insert(NoticePeriod).values(period))


def _end_after(session: Session, case_id: str, wait_id: str, until_on: date, kind: str = CLOSE) -> None:
    jobs.enqueue(
        session,
        kind,
        {"case_id": case_id, "wait_id": wait_id},
        due=midnight(until_on + timedelta(days=1)),
        dedup=_job(wait_id),
        case_id=case_id,
    )


def _cut_period(session: Session, notice_id: str, today: date) -> None:
    running = (NoticePeriod.notice_id == notice_id) & (NoticePeriod.until_on > today)
    session.execute(update(NoticePeriod).where(running).values(until_on=today))


def _job(wait_id: str) -> str:
    return f"{CLOSE}:{wait_id}"
