"""Months that an old system paid stand here as paid orders, so that no batch pays one again (docs/adr/0027)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app import audit
from app.audit import books
from app.core.ids import new_id
from app.funds.arrears import BROUGHT_IN
from app.funds.batches import ORDER, digest_of_batch
from app.funds.listing import MONTHLY, purpose_of
from app.identity.queries import RegionChain

_INSERT = insert(ORDER)


@dataclass(frozen=True, slots=True)
class PaidAward:
    """What was paid for an award: yuan by month (its first day), or once on a day."""

    award_id: str
    programme: str
    payee: str
    chain: RegionChain
    paid: Sequence[tuple[date, Decimal]]
    once: bool = False


def record_paid(session: Session, part_id: str, awards: Sequence[PaidAward], now: datetime) -> int:
    """Enter what was paid, as orders of `part_id` which are witnessed together like those of a batch; how many."""
    rows = [
        {
            "id": new_id(),
            "batch_id": part_id,
            "award_id": each.award_id,
            "programme": each.programme,
            "region_id": each.chain.nearest.id,
            "county_id": each.chain.county.id if each.chain.county else None,
            "place": place,
            "payee": each.payee,
            "amount": amount,
            "source": BROUGHT_IN,
            "due_on": day,
            "status": "paid",
            "dedup": _dedup(each, day),
            "purpose": None if each.once else purpose_of(MONTHLY, "", day),
            "created_at": now,
            "settled_at": now,
        }
        for each in awards
        for place, (day, amount) in enumerate(each.paid)
    ]
    if rows:
        session.connection().execute(_INSERT, rows)
        audit.witness(session, books.BATCH, part_id, digest_of_batch(session, part_id))
    return len(rows)


def withdraw(session: Session, award_ids: Sequence[str], now: datetime) -> None:
    """What was brought in with awards that come in again as they should be counts no more."""
    mine = ORDER.c.award_id.in_(award_ids) & (ORDER.c.source == BROUGHT_IN)
    session.connection().execute(update(ORDER).where(mine).values(status="cancelled", settled_at=now))


def ordered_here(session: Session, award_ids: Sequence[str]) -> set[str]:
    """Those of the awards for which money was ordered here, after they were brought in."""
    here = select(ORDER.c.award_id).where(ORDER.c.award_id.in_(award_ids), ORDER.c.source != BROUGHT_IN)
    return set(session.connection().execute(here.distinct()).scalars())


def _dedup(award: PaidAward, day: date) -> str:
    """The name that a batch of the month would give the order."""
    return f"{BROUGHT_IN}:{award.award_id}" if award.once else f"monthly:{day:%Y-%m}:{award.award_id}"
