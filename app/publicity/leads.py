"""Leads (线索): what is reported of a notice without a confirmed contact. They stop nothing and are looked into."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from app.core.errors import NotFound, Taken
from app.core.exact_json import dump_json, load_json
from app.core.ids import new_id
from app.core.spelling import compact
from app.db import Prepared, rows_changed
from app.identity.credentials import Throttled
from app.publicity.models import Lead, Notice

LEAD: Table = Lead.__table__  # type: ignore[assignment]
MOST_OPEN = 50
"""Different leads of one notice that wait to be looked into; who comes then goes to the window."""


@dataclass(frozen=True, slots=True)
class Told:
    """A lead as the township reads it. `name` and `phone` are empty where it is anonymous; `note`: what came of it."""

    id: str
    text: str
    name: str
    phone: str
    times: int
    received_at: datetime
    settled_at: datetime | None
    settled_by: str
    note: str


def report(session: Session, notice: Notice, county_id: str | None, said: dict[str, Any], now: datetime) -> bool:
    """Keep a lead {reason, name?, phone?}; whether it is new: the same words again only count. Raises Throttled.

    `county_id`: where the case lies, which a notice that outlives it may have left.
    """
    index = session.info["vault"].blind(compact(said["reason"]), "lead")
    same = (Lead.notice_id == notice.id) & (Lead.text_blind == index)
    if rows_changed(session, update(Lead).where(same).values(times=Lead.times + 1)):
        return False
    waiting = select(func.count()).where(Lead.notice_id == notice.id, Lead.settled_at.is_(None))
    if (session.scalar(waiting) or 0) >= MOST_OPEN:
        raise Throttled("对这个公示反映的线索已经很多，正在核实。有新的情况请到乡镇（街道）窗口反映")
    lead_id = new_id()
    sealed = session.info["vault"].seal_text(dump_json(said), "lead", "sealed", lead_id)
    session.add(
        Lead(id=lead_id, notice_id=notice.id, case_id=notice.case_id, county_id=county_id, text_blind=index,
             sealed=sealed, times=1, received_at=now)
    )  # fmt: skip
    session.flush()
    return True


_OF_CASE = Prepared(
    select(LEAD).where(LEAD.c.case_id == bindparam("case_id")).order_by(LEAD.c.received_at.desc(), LEAD.c.id)
)


def of_case(session: Session, case_id: str) -> list[Told]:
    """The leads of a case, newest first."""
    return [_told(session, row) for row in _OF_CASE.all(session, case_id=case_id)]


def waiting_of(session: Session, case_ids: Collection[str]) -> dict[str, int]:
    """How many leads of each of these cases nobody has looked into; cases without any are left out."""
    waiting = select(Lead.case_id, func.count()).where(Lead.case_id.in_(case_ids), Lead.settled_at.is_(None))
    return {row.case_id: row[1] for row in session.execute(waiting.group_by(Lead.case_id))}


def carry(session: Session, case_ids: Collection[str], county_id: str | None) -> None:
    """The cases lie in another county now."""
    session.execute(update(Lead).where(Lead.case_id.in_(case_ids)).values(county_id=county_id))


def settle(session: Session, case_id: str, lead_id: str, by: str, note: str, now: datetime) -> None:
    """Somebody looked into a lead of the case. Raises NotFound, Taken."""
    row = session.get(Lead, lead_id)
    if row is None or row.case_id != case_id:
        raise NotFound("这个案件没有这条线索，请刷新页面")
    sealed = session.info["vault"].seal_text(note, "lead", "note", lead_id)
    open_one = (Lead.id == lead_id) & Lead.settled_at.is_(None)
    values = {"settled_at": now, "settled_by": by, "note": sealed}
    if rows_changed(session, update(Lead).where(open_one).values(values)) != 1:
        raise Taken("这条线索已经有人核实过，请刷新页面")


def _told(session: Session, row: Lead) -> Told:
    vault = session.info["vault"]
    said = load_json(vault.open_text(row.sealed, "lead", "sealed", row.id))
    note = vault.open_text(row.note, "lead", "note", row.id) if row.note else ""
    return Told(
        row.id, said["reason"], said.get("name", ""), said.get("phone", ""), row.times, row.received_at, row.settled_at,
        row.settled_by or "", note,
    )  # fmt: skip
