"""What starting, changing, ending and taking back an award have in common: columns, places, events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app import audit
from app.audit import books
from app.core.errors import OverLimit
from app.core.exact_json import dump_json
from app.core.ids import new_id
from app.registry import held_places, place_line
from app.registry.houses import institution
from app.registry.institutions import free_place, take_place
from app.registry.models import AwardEvent

CHANGED, LEFT = "changed", "left"
"""Kinds of events: a change by a case on the award, and somebody whom something else took out of it."""


def waiting(rank: int | None, since: date | None, number: int | None) -> dict[str, Any]:
    """The columns of who waits for a place by a rank (null: nobody waits)."""
    told = (None, None) if rank is None else (since, number)
    return {"place_rank": rank, **dict(zip(("wants_place_on", "place_number"), told, strict=True))}


def joins(session: Session, county_id: str | None, rank: int | None, day: date, case_id: str | None) -> dict[str, Any]:
    """The columns of an award that joins the line of its county, where its case may have waited for it already."""
    if rank is None:
        return waiting(None, None, None)
    if taken := place_line.take(session, case_id):
        return waiting(rank, *taken)
    if county_id is None:
        return waiting(rank, day, None)
    place_line.lock(session, county_id)
    return waiting(rank, day, place_line.draw(session, county_id))


def move(session: Session, left: str | None, entered: str | None, case_id: str | None = None) -> dict[str, Any]:
    """Leave one institution and enter another, where a place may be kept for the case; None is home."""
    if left == entered:
        return {}
    if entered:
        require_place(session, entered, case_id)
    if left:
        free_place(session, left)
    return {"institution_id": entered}


def require_place(session: Session, institution_id: str, case_id: str | None = None) -> None:
    """Take the bed that is kept for the case, else a free one. Raises OverLimit where there is none."""
    if not held_places.use(session, institution_id, case_id) and not take_place(session, institution_id):
        name = institution(session, institution_id).name
        raise OverLimit(f"{name}已没有空床位，请另选机构，或报市级民政部门统筹调配", clause="E12")


def fact_columns(session: Session, award_id: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that hold facts: all of them sealed, and of `payment_terms` what batches pay by (E18)."""
    terms = facts.get("payment_terms") or {}
    sealed = session.info["vault"].seal(dump_json(dict(facts)).encode(), "award", "facts", award_id) if facts else None
    return {"facts_sealed": sealed, "channel": terms.get("channel"), "split": terms.get("split")}


def account_column(session: Session, award_id: str, account: str | None) -> dict[str, Any]:
    """The column of the account to which an award is paid."""
    sealed = session.info["vault"].seal_text(account, "award", "account", award_id) if account else None
    return {"account_sealed": sealed}


def note_event(
    session: Session,
    award_id: str,
    kind: str,
    on: date,
    amount: Decimal | None,
    now: datetime,
    *,
    reason: str | None = None,
    case_id: str | None = None,
    case_seq: int | None = None,
    before: Mapping[str, Any] | None = None,
) -> None:
    """An event of an award, which then has this amount; `before` is what it takes to undo it, and rests sealed."""
    event_id = new_id()
    sealed = None
    if before is not None:
        sealed = session.info["vault"].seal(dump_json(dict(before)).encode(), "award_event", "before", event_id)
    mine = AwardEvent.award_id == award_id
    seq = select(func.coalesce(func.max(AwardEvent.seq), 0) + 1).where(mine).scalar_subquery()
    row = {"id": event_id, "award_id": award_id, "kind": kind, "on": on, "amount": amount, "reason": reason}
    session.execute(
        insert(AwardEvent).values(**row, seq=seq, case_id=case_id, case_seq=case_seq, before_sealed=sealed, at=now)
    )
    audit.witness(session, books.AWARD, award_id, amount)
