"""Awards as a recalculation needs them: read, locked and written many at a time (D15)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from app import audit
from app.audit import books
from app.core.exact_json import dump_json, load_json
from app.core.ids import new_id
from app.identity.queries import RegionRef, within
from app.registry.award_rows import CHANGED, fact_columns
from app.registry.lookups import AWARD
from app.registry.models import IN_PAYMENT, Award, AwardEvent
from app.registry.queries import AwardState, states
from app.registry.terms import Terms, row_of, write_many

RECALCULATED = "recalculated"
EVENT: Table = AwardEvent.__table__  # type: ignore[assignment]
_CHANGE = (
    update(AWARD)
    .where(AWARD.c.id == bindparam("award_id"))
    .values({name: bindparam(f"new_{name}") for name in ("amount", "facts_sealed", "channel", "split")})
)
_NOTE = insert(EVENT)


@dataclass(frozen=True, slots=True)
class NewAmount:
    """What a recalculation gives an award; `facts` are merged into those that it has.

    `months`: from which months on which amount is due, and the event whose facts it was calculated from; the last one
    is the amount of today.
    """

    award: AwardState
    monthly: Decimal
    facts: Mapping[str, Any]
    reason: str
    months: Sequence[Terms] = ()


@dataclass(frozen=True, slots=True)
class Before:
    """The facts of an award as they stood until an event."""

    seq: int
    facts: dict[str, Any]


def ids_in_payment(session: Session, region: RegionRef, programme: str) -> list[str]:
    """Ids of the awards of a programme in payment in a region, in order."""
    return list(session.scalars(_in_payment(region, [programme]).order_by(Award.id)))


def count_in_payment(session: Session, region: RegionRef, programmes: Collection[str]) -> int:
    """How many awards of programmes are in payment in a region."""
    return session.scalar(_in_payment(region, programmes).with_only_columns(func.count())) or 0


def lock(session: Session, award_ids: Sequence[str]) -> list[AwardState]:
    """Those of the awards that are in payment, by id, locked until the end of the transaction."""
    return states(session, Award.id.in_(award_ids), Award.status == IN_PAYMENT, Award.monthly.is_(True), lock=True)


def in_payment(
    session: Session, region: RegionRef, programmes: Collection[str], after: str, limit: int
) -> list[AwardState]:
    """A page of the awards of programmes in payment in a region, by id; `after` is the last id seen."""
    chosen = _in_payment(region, programmes).where(Award.id > after).order_by(Award.id).limit(limit)
    return states(session, Award.id.in_(chosen.scalar_subquery()))


def history(session: Session, award_ids: Sequence[str]) -> dict[str, list[Before]]:
    """By award, how its facts stood before each change, the earliest first."""
    columns = (EVENT.c.id, EVENT.c.award_id, EVENT.c.seq, EVENT.c.before_sealed)
    changed = EVENT.c.kind.in_((CHANGED, RECALCULATED)) & EVENT.c.before_sealed.is_not(None)
    query = select(*columns).where(EVENT.c.award_id.in_(award_ids), changed).order_by(EVENT.c.award_id, EVENT.c.seq)
    vault, found = session.info["vault"], dict[str, list[Before]]()
    for row in session.execute(query):
        before = load_json(vault.open(row.before_sealed, "award_event", "before", row.id))
        found.setdefault(row.award_id, []).append(Before(row.seq, before["facts"] or {}))
    return found


def write(session: Session, amounts: Sequence[NewAmount], on: date, now: datetime) -> None:
    """Give awards their new amounts, each with an event that says why and how it stood before."""
    if not amounts:
        return
    vault, connection = session.info["vault"], session.connection()
    last = (
        select(EVENT.c.award_id, func.max(EVENT.c.seq))
        .where(EVENT.c.award_id.in_([each.award.id for each in amounts]))
        .group_by(EVENT.c.award_id)
    )
    seqs = {row[0]: row[1] for row in connection.execute(last)}
    changes, events, due = [], [], []
    for each in amounts:
        award, event_id = each.award, new_id()
        columns = fact_columns(session, award.id, {**award.facts, **each.facts})
        audit.witness(session, books.AWARD, award.id, each.monthly)
        changes.append({"award_id": award.id, "new_amount": each.monthly} | {f"new_{k}": v for k, v in columns.items()})
        seq = seqs.get(award.id, 0) + 1
        due += [row_of(award.id, _decided(terms, seq, each, columns), now) for terms in each.months]
        before = dump_json({"amount": award.monthly, "facts": award.facts}).encode()
        events.append(
            {
                "id": event_id, "award_id": award.id, "seq": seq, "kind": RECALCULATED,
                "on_date": on, "amount": each.monthly, "reason": each.reason, "at": now,
                "before_sealed": vault.seal(before, "award_event", "before", event_id),
            }
        )  # fmt: skip
    connection.execute(_CHANGE, changes)
    connection.execute(_NOTE, events)
    write_many(session, due)


def _decided(terms: Terms, seq: int, by: NewAmount, columns: Mapping[str, Any]) -> Terms:
    """The terms as this recalculation decides them; the latest are paid as the facts now say."""
    paid = {name: columns[name] for name in ("channel", "split")} if terms is by.months[-1] else {}
    return replace(terms, seq=seq, **paid)


def _in_payment(region: RegionRef, programmes: Collection[str]) -> Select[tuple[str]]:
    mine = Award.status == IN_PAYMENT, Award.programme.in_(programmes), Award.monthly, within(region, Award)
    return select(Award.id).where(*mine)
