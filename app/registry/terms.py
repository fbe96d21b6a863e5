"""What an award is due month by month (AwardTerms): one rule for whoever drafts a month, whatever was decided when.

A decision holds from the month after it was taken, as an award itself is first paid for the month after; a death, or
somebody who went to another programme, from the month for which somebody is missing; a figure from its own month.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from app import audit
from app.audit import books
from app.core.ids import new_id
from app.core.months import first_of
from app.registry.models import AwardEvent, AwardTerms

TERMS: Table = AwardTerms.__table__  # type: ignore[assignment]
PAYS = ("amount", "channel", "split", "institution_id")
"""What terms say; `amount` of Award too."""
_ANY = TERMS.alias("any_terms")
_EVENT: Table = AwardEvent.__table__  # type: ignore[assignment]
_SEQ = (
    select(func.coalesce(func.max(_EVENT.c.seq), 0)).where(_EVENT.c.award_id == bindparam("of_award")).scalar_subquery()
)
_INSERT = insert(TERMS)
_NOTE = _INSERT.values(seq=_SEQ, basis=_SEQ)
_STANDING = (
    select(*(TERMS.c[name] for name in ("award_id", "seq", "since", "basis", *PAYS)))
    .where(TERMS.c.award_id.in_(bindparam("awards", expanding=True)), ~TERMS.c.void)
    .order_by(TERMS.c.award_id, TERMS.c.seq, TERMS.c.since)
)


@dataclass(frozen=True, slots=True)
class Terms:
    """From `since` on, `amount` a month, as the event `seq` decided on the facts that the event `basis` left."""

    seq: int
    since: date
    basis: int
    amount: Decimal | None
    channel: str | None = None
    split: Any = None
    institution_id: str | None = None


def hold(award_id: Any, first: Any) -> ColumnElement[bool]:
    """The terms that hold for an award in the month of a first day: of those that have begun, the ones decided last."""
    begun = _ANY.c.award_id == award_id, ~_ANY.c.void, _ANY.c.since <= first
    latest = select(_ANY.c.id).where(*begun).order_by(_ANY.c.seq.desc(), _ANY.c.since.desc()).limit(1)
    return TERMS.c.id == latest.scalar_subquery()


def holding(known: Sequence[Terms], first: date) -> Terms | None:
    """The same, of an award's terms in the order in which they were decided."""
    return next((each for each in reversed(known) if each.since <= first), None)


def standing(session: Session, award_ids: Collection[str]) -> dict[str, list[Terms]]:
    """By award, its terms in the order in which they were decided. One statement."""
    found: dict[str, list[Terms]] = {}
    for award_id, *terms in session.connection().execute(_STANDING, {"awards": list(award_ids)}):
        found.setdefault(award_id, []).append(Terms(*terms))
    return found


def note(session: Session, award_id: str, since: date, now: datetime, **pays: Any) -> None:
    """What the award's latest event decided holds from the month of a day on; `pays` as in PAYS."""
    row_id = new_id()
    row = {"id": row_id, "award_id": award_id, "since": first_of(since), "void": False, "at": now}
    audit.witness(session, books.TERMS, row_id, pays["amount"])
    session.connection().execute(_NOTE, row | {"of_award": award_id} | {name: pays.get(name) for name in PAYS})


def row_of(award_id: str, terms: Terms, now: datetime) -> dict[str, Any]:
    """A row for `write_many`."""
    kept = {name: getattr(terms, name) for name in ("seq", "since", "basis", *PAYS)}
    return {"id": new_id(), "award_id": award_id, "void": False, "at": now, **kept}


def write_many(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Enter rows of `row_of`. One statement."""
    for row in rows:
        audit.witness(session, books.TERMS, row["id"], row["amount"])
    if rows:
        session.connection().execute(_INSERT, rows)


def void(session: Session, award_id: str, seq: int) -> date | None:
    """What an event decided, and what was calculated on it since, never held; the first month of it."""
    mine = (TERMS.c.award_id == award_id) & ((TERMS.c.seq == seq) | (TERMS.c.basis == seq)) & ~TERMS.c.void
    gone = session.execute(update(TERMS).where(mine).values(void=True).returning(TERMS.c.id, TERMS.c.since)).all()
    for row in gone:
        audit.witness(session, books.TERMS, row.id, None)
    return min((row.since for row in gone), default=None)
