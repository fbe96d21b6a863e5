"""What is due of the subsidies of institutions less what was ordered, by month (E17; docs/adr/0035).

Stars that changed with effect from an earlier month, and residents entered late, leave a month that was ordered too
low or too high. The next batch pays what is lacking as a line of its own; what was too much becomes a claim when that
batch is confirmed. A county has few institutions: their lines are made one by one, not in one statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, case, func, literal, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import Gone, Invalid
from app.core.ids import digest, new_id
from app.core.months import first_of, name_of
from app.db.types import Money
from app.funds import quota, settling
from app.funds.claims import CLAIMED, ClaimRequest
from app.funds.models import Batch, BatchLine, PaymentOrder
from app.funds.quota import QUOTA, Subsidy
from app.funds.settling import ZERO, Difference, Standing
from app.identity import queries as identity
from app.jobs import operations as jobs
from app.jobs.operations import NewJob
from app.jobs.sql import insert_if_new
from app.registry import house_accounts

OVERPAID = "quota.overpaid"
LINE: Table = BatchLine.__table__  # type: ignore[assignment]
_KEPT = ("claimed", "undone", "waived")
"""Entries that say what of an order may be kept; what was paid back, or given back by the bank, was not kept before."""


@dataclass(frozen=True, slots=True)
class Owing:
    """What a month of an institution comes to: `of` is what follows, `ordered` all that was ordered before.

    `again` where it is not the month of the batch that is ordered for the first time.
    """

    programme: str
    month: date
    institution_id: str
    name: str
    due: Subsidy | None
    ordered: Decimal
    again: bool
    of: Difference

    @property
    def once(self) -> str:
        """What stands in a batch once, and names the order: what a month lacks, by how much was ordered before."""
        if not self.again:
            return self.institution_id
        named = f"{self.programme} {self.institution_id} {self.month} {self.ordered}"
        return digest(named.encode())[:32]

    @property
    def basis(self) -> str:
        """How the amount was reached."""
        told = self.due.basis if self.due else ""
        if self.again:
            told = f"{self.month.year}年{self.month.month}月应拨 {self.of.decided} 元（{told}），已拨 {self.of.had} 元"
        return told[:200]


@dataclass(slots=True)
class _Had:
    """What was ordered for an institution and month, and what became of it by claims."""

    name: str
    ordered: Decimal = ZERO
    claimed: Decimal = ZERO
    owed: Decimal = ZERO
    waived: Decimal = ZERO

    @property
    def standing(self) -> Standing:
        return Standing(self.ordered - self.claimed, self.owed, self.waived)


def of_batch(
    session: Session, region: identity.RegionRef, programmes: Sequence[str], due_on: date, today: date
) -> list[Owing]:
    """Everything that is not as it should be: of the month of `due_on`, and of those before it that were confirmed.

    Raises Invalid where a month cannot be reckoned.
    """
    return [
        each for programme in programmes for each in _of_programme(session, region, programme, first_of(due_on), today)
    ]


def _of_programme(
    session: Session, region: identity.RegionRef, programme: str, first: date, today: date
) -> Iterator[Owing]:
    months = sorted({first, *_confirmed(session, region, programme, first)})
    had = _had(session, region, programme, months)
    left_out = _left_out(session, region, programme, first)
    for month in months:
        due = {each.institution_id: each for each in quota.month_of(session, region, programme, month, today).subsidies}
        for house in sorted(due.keys() | {key[0] for key in had if key[1] == month}):
            mine = had.get((house, month), _Had(due[house].name if house in due else ""))
            if not mine.ordered and (house, month) in left_out:
                continue
            subsidy = due.get(house)
            of = settling.difference(mine.standing, subsidy.amount if subsidy else ZERO)
            if of.order or of.claim or of.undo:
                name, again = subsidy.name if subsidy else mine.name, bool(mine.ordered) or month != first
                yield Owing(programme, month, house, name, subsidy, mine.ordered, again, of)


def list_lines(session: Session, batch_id: str, spec: Any, region: identity.RegionRef, today: date) -> None:
    """A line for every institution and month that lacks something."""
    rows = [
        {
            "id": new_id(), "batch_id": batch_id, "once": each.once, "person_id": None, "award_id": None,
            "institution_id": each.institution_id, "split": list(spec.split) if spec.split else None,
            "basis": each.basis, "region_id": region.id, "programme": each.programme, "payee": each.name,
            "heads": each.due.heads if each.due else 0, "purpose": name_of(each.month), "amount": each.of.order,
            "excluded": False,
        }
        for each in of_batch(session, region, spec.programmes, spec.due_on, today)
        if each.of.order
    ]  # fmt: skip
    for row in rows:
        session.connection().execute(insert_if_new(LINE, "batch_id", "once").values(row))


def dedup_of(otherwise: Any) -> Any:
    """The name of a line's order: the institution's own of the month, else by what is lacking of it."""
    again = literal(f"{QUOTA}:again:") + LINE.c.once
    return case((LINE.c.once == LINE.c.institution_id, otherwise), else_=again)


def require_current(session: Session, batch: Batch, region: identity.RegionRef, today: date) -> list[Owing]:
    """What is owed as the batch is confirmed, with the institutions locked until that is written.

    Raises Gone where residents, stars or figures changed since it was listed.
    """
    lines = select(LINE.c.once, LINE.c.amount, LINE.c.institution_id).where(LINE.c.batch_id == batch.id)
    listed = session.execute(lines.where(~LINE.c.excluded)).all()
    house_accounts.lock_all(session, region.id)
    found = of_batch(session, region, batch.programmes or (), batch.due_on, today)
    due = {each.once: each.of.order for each in found}
    stale = {line.institution_id for line in listed if due.get(line.once) != line.amount}
    if stale:
        told = f"名单编制以后有 {len(stale)} 家机构的人数、星级或者标准有变化，请先点“更新名单”，核对后再确认"
        raise Gone(told)
    return found


def settle(
    session: Session, found: Sequence[Owing], batch: Batch, region: identity.RegionRef, actor: Actor, now: datetime
) -> None:
    """Claim back what earlier months had too much, and forget claims of what is due after all."""
    for each in found:
        mine = _orders(region, each.programme, [each.month]) & (PaymentOrder.institution_id == each.institution_id)
        title = f"{each.name}{each.month.year}年{each.month.month}月定额补助多拨的款项"
        settling.settle_orders(session, each.of, mine, ClaimRequest(each.name, title, (), batch.clause), actor, now)
    _tell(session, [each for each in found if each.of.claim], batch, region, now)


def _tell(session: Session, claimed: Sequence[Owing], batch: Batch, region: identity.RegionRef, now: datetime) -> None:
    """Have a letter written to each institution that owes something back; an order of the batch tells it otherwise."""
    if not claimed:
        return
    ordered = set(session.scalars(select(PaymentOrder.institution_id).where(PaymentOrder.batch_id == batch.id)))
    by_house: dict[tuple[str, str], list[Owing]] = {}
    for each in claimed:
        if each.institution_id not in ordered:
            by_house.setdefault((each.programme, each.institution_id), []).append(each)
    jobs.enqueue_all(
        session,
        [
            NewJob(
                OVERPAID,
                {"programme": programme, "region_id": region.id, "given": _told(owing, batch)},
                now,
                f"{OVERPAID}:{batch.id}:{programme}:{house}",
                priority=jobs.BULK,
                reference=house,
            )
            for (programme, house), owing in by_house.items()
        ],
    )


def _told(owing: Sequence[Owing], batch: Batch) -> dict[str, Any]:
    months = [{"reckoning": each.basis, "amount": each.of.claim} for each in owing]
    total = sum((each.of.claim for each in owing), ZERO)
    return {"recipient": owing[0].name, "clause": batch.clause, "months": months, "amount": total}


def unrated(session: Session, batch: Batch, region: identity.RegionRef, today: date) -> list[str]:
    """Names of institutions where people live for whom nothing is paid, since it has no stars."""
    first = first_of(batch.due_on)
    try:
        months = [quota.month_of(session, region, each, first, today) for each in batch.programmes or ()]
    except Invalid:
        return []
    return [name for month in months for name in month.unrated]


def too_much(session: Session, batch: Batch, region: identity.RegionRef, today: date) -> list[Owing]:
    """What is claimed back when the batch is confirmed."""
    try:
        found = of_batch(session, region, batch.programmes or (), batch.due_on, today)
    except Invalid:
        return []
    return [each for each in found if each.of.claim]


def claimed_with(session: Session, order: PaymentOrder, batch: Batch) -> Decimal:
    """What was claimed back from the institution of an order when its batch was confirmed: its first order tells."""
    own = PaymentOrder.institution_id == order.institution_id
    if order.id != session.scalar(select(func.min(PaymentOrder.id)).where(own, PaymentOrder.batch_id == batch.id)):
        return ZERO
    claimed = select(func.sum(CLAIMED.c.amount, type_=Money()))
    entries = claimed.join(PaymentOrder, PaymentOrder.id == CLAIMED.c.order_id)
    mine = own & _orders_of(order.programme) & (CLAIMED.c.kind == "claimed") & (CLAIMED.c.at == batch.confirmed_at)
    return session.scalar(entries.where(mine)) or ZERO


def _confirmed(session: Session, region: identity.RegionRef, programme: str, first: date) -> set[date]:
    """First days of the months before one whose subsidies were confirmed here."""
    batches = select(Batch.due_on, Batch.programmes).where(
        Batch.kind == QUOTA, Batch.status == "confirmed", Batch.region_id == region.id, Batch.due_on < first
    )
    return {first_of(row.due_on) for row in session.execute(batches) if programme in (row.programmes or ())}


def _left_out(session: Session, region: identity.RegionRef, programme: str, first: date) -> set[tuple[str, date]]:
    """Institutions and earlier months that people left out of a confirmed batch, with a reason."""
    lines = select(BatchLine.institution_id, Batch.due_on).join(Batch, Batch.id == BatchLine.batch_id)
    mine = Batch.kind == QUOTA, Batch.status == "confirmed", Batch.region_id == region.id, Batch.due_on < first
    excluded = lines.where(*mine, BatchLine.excluded, BatchLine.programme == programme)
    return {(row.institution_id, first_of(row.due_on)) for row in session.execute(excluded)}


def _had(
    session: Session, region: identity.RegionRef, programme: str, months: Sequence[date]
) -> dict[tuple[str, date], _Had]:
    """By institution and month what was ordered. An order that came back counts; what replaces it does not again."""
    mine, found = _orders(region, programme, months), dict[tuple[str, date], _Had]()
    columns = (PaymentOrder.id, PaymentOrder.institution_id, PaymentOrder.purpose)
    orders = select(*columns, PaymentOrder.payee, PaymentOrder.amount, PaymentOrder.replaces).where(mine)
    for row in session.execute(orders):
        had = found.setdefault(_key(row), _Had(row.payee))
        had.ordered += ZERO if row.replaces else row.amount
    entries = select(*columns, CLAIMED.c.kind, CLAIMED.c.amount).join(CLAIMED, CLAIMED.c.order_id == PaymentOrder.id)
    for row in session.execute(entries.where(mine)):
        had = found[_key(row)]
        had.owed += row.amount
        had.claimed += row.amount if row.kind in _KEPT else ZERO
        had.waived -= row.amount if row.kind == "waived" else ZERO
    return found


def _key(row: Any) -> tuple[str, date]:
    return row.institution_id, date.fromisoformat(f"{row.purpose}-01")


def _orders(region: identity.RegionRef, programme: str, months: Sequence[date]) -> ColumnElement[bool]:
    """Orders of subsidies for months; those of a resident have an award, those of a case the case."""
    here = (PaymentOrder.region_id == region.id) & PaymentOrder.purpose.in_([name_of(each) for each in months])
    return _orders_of(programme) & here


def _orders_of(programme: str) -> ColumnElement[bool]:
    return and_(
        PaymentOrder.programme == programme, PaymentOrder.institution_id.is_not(None), PaymentOrder.award_id.is_(None),
        PaymentOrder.case_id.is_(None), PaymentOrder.status != "cancelled",
    )  # fmt: skip
