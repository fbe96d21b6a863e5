"""Reading notices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.types import load_json
from app.publicity.models import Notice, NoticePeriod, Objection


def interrupted(session: Session, case_id: str, element_id: str) -> str | None:
    """The notice of this element that an objection interrupted."""
    mine = (Notice.case_id == case_id) & (Notice.element_id == element_id) & (Notice.status == "interrupted")
    return session.scalar(select(Notice.id).where(mine).order_by(Notice.created_at.desc()).limit(1))


def standing(session: Session, case_id: str) -> Notice | None:
    """The notice of the case that stands now."""
    mine = (Notice.case_id == case_id) & (Notice.status == "posted")
    return session.scalar(select(Notice).where(mine).order_by(Notice.created_at.desc()).limit(1))


def notices_of(session: Session, case_id: str) -> list[Notice]:
    """All notices of a case, oldest first."""
    return list(session.scalars(select(Notice).where(Notice.case_id == case_id).order_by(Notice.created_at)))


def periods_of(session: Session, case_id: str) -> list[Any]:
    """For each notice of a case `(kind, from_on, until_on)` of its whole and of its unbroken periods."""
    whole = select(Notice.kind, Notice.posted_on, Notice.until_on).where(Notice.case_id == case_id)
    parts = (
        select(Notice.kind, NoticePeriod.from_on, NoticePeriod.until_on)
        .join(NoticePeriod, NoticePeriod.notice_id == Notice.id)
        .where(Notice.case_id == case_id)
    )
    return list(session.execute(whole.union(parts)))


def board(session: Session, region_ids: Sequence[str], after: str = "", limit: int = 20) -> list[Notice]:
    """What stands on the public notice board of the regions, newest first, a page at a time."""
    query = select(Notice).where(Notice.region_id.in_(region_ids), Notice.status == "posted")
    if after:
        query = query.where(Notice.id < after)
    return list(session.scalars(query.order_by(Notice.id.desc()).limit(limit)))


def objections_of(session: Session, case_id: str) -> list[dict[str, Any]]:
    """What was objected in a case, for the staff who handle it."""
    vault = session.info["vault"]
    rows = session.scalars(select(Objection).where(Objection.case_id == case_id).order_by(Objection.received_at))
    return [
        {**load_json(vault.open_text(row.sealed, "objection", "sealed", row.id)), "received_at": row.received_at}
        for row in rows
    ]
