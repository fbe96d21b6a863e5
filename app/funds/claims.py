"""Money that is owed back (追回): claimed order by order, paid back in parts, given back by the bank, or waived.

Entries are only added. What is owed is their sum; a claim is closed when it comes to nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, func, insert, literal, select, update
from sqlalchemy.orm import Session

from app import audit
from app.audit import books
from app.core.actor import Actor
from app.core.errors import Gone, Invalid, NotFound
from app.core.ids import new_id
from app.db.types import Money
from app.funds import operations
from app.funds.models import Claim, ClaimEntry, Fund, PaymentOrder
from app.identity import policy
from app.identity import queries as identity
from app.jobs import operations as jobs

CLAIMED: Table = ClaimEntry.__table__  # type: ignore[assignment]
CLOSED = "claim.closed"
KEEP, WAIVE = "keep_claims", "waive_claims"
NOTE = 200
_INSERT = insert(CLAIMED)


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """Who owes what: `parts` are orders with what of each, in yuan, must come back."""

    debtor: str
    title: str
    parts: Sequence[tuple[str, Decimal]]
    clause: str | None = None
    case_id: str | None = None
    case_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What is still owed of one order."""

    order_id: str
    fund_id: str | None
    amount: Decimal


def open_claim(session: Session, request: ClaimRequest, actor: Actor, now: datetime) -> str | None:
    """Enter a claim; its id, None where nothing is owed. Orders that a claim of the case names already add nothing."""
    known = _claimed(session, request.case_id)
    parts = [(order_id, amount) for order_id, amount in request.parts if amount > 0 and order_id not in known]
    return claim(session, replace(request, parts=parts), actor, now) if parts else None


def claim(session: Session, request: ClaimRequest, actor: Actor, now: datetime) -> str:
    """The same for at least one order of which something may have been claimed before: this is owed in addition."""
    parts = request.parts
    order = session.execute(_PLACE.where(PaymentOrder.id == parts[0][0])).one()
    claim_id = new_id()
    row = {name: getattr(request, name) for name in ("debtor", "title", "clause", "case_id", "case_seq")}
    session.execute(insert(Claim).values(**row, id=claim_id, opened_at=now, **order._mapping))
    _enter(session, claim_id, "claimed", parts, request.title, actor, now)
    total = sum(amount for _, amount in parts)
    _tell(session, claim_id, "claimed", actor, now, debtor=request.debtor, amount=total, case_id=request.case_id)
    return claim_id


def repay(session: Session, actor: Actor, claim_id: str, amount: Decimal, proof: str, now: datetime) -> Decimal:
    """Money has come back; the oldest order first. Returns what is still owed.

    Raises NotFound, NotYours, Gone (closed), Invalid (amount, proof).
    """
    claim = _locked(session, actor, claim_id, KEEP)
    owed = outstanding(session, claim_id)
    total = sum((part.amount for part in owed), Decimal("0.00"))
    faults = {} if 0 < amount <= total else {"amount": f"金额应大于 0 元，且不超过尚欠的 {total} 元"}
    if not 0 < len(proof.strip()) <= NOTE:
        faults["proof"] = f"请填写收款凭证号（不超过 {NOTE} 字）"
    if faults:
        raise Invalid(faults)
    taken = _oldest_first(owed, amount)
    _enter(session, claim_id, "repaid", [(part.order_id, -each) for part, each in taken], proof.strip(), actor, now)
    for part, each in taken:
        if part.fund_id:
            _back_to_fund(session, part, each, f"追回{claim.debtor}", actor, now)
    _tell(session, claim_id, "repaid", actor, now, amount=amount, proof=proof.strip())
    _close(session, [claim_id], now)
    return total - amount


def waive(session: Session, actor: Actor, claim_id: str, reason: str, now: datetime) -> Decimal:
    """What is still owed is given up, by somebody who may, for a reason. Returns how much it was.

    Raises NotFound, NotYours, Gone (closed), Invalid (reason).
    """
    _locked(session, actor, claim_id, WAIVE)
    if not 4 <= len(reason.strip()) <= NOTE:
        raise Invalid({"reason": f"请写明不再追回的依据（4 到 {NOTE} 字）"})
    owed = outstanding(session, claim_id)
    _enter(session, claim_id, "waived", [(part.order_id, -part.amount) for part in owed], reason.strip(), actor, now)
    total = sum((part.amount for part in owed), Decimal("0.00"))
    _tell(session, claim_id, "waived", actor, now, amount=total, reason=reason.strip())
    _close(session, [claim_id], now)
    return total


def plan(session: Session, actor: Actor, claim_id: str, monthly: Decimal, first_on: date, now: datetime) -> None:
    """Agree on parts: `monthly` yuan from a day on. Raises NotFound, NotYours, Gone (closed), Invalid (monthly)."""
    _locked(session, actor, claim_id, KEEP)
    if monthly <= 0:
        raise Invalid({"monthly": "每月归还的金额应大于 0 元"})
    session.execute(update(Claim).where(Claim.id == claim_id).values(plan_monthly=monthly, plan_from=first_on))
    _tell(session, claim_id, "planned", actor, now, monthly=monthly, first_on=first_on)


def undo(
    session: Session, order_ids: Collection[str], amount: Decimal, reason: str, actor: Actor, now: datetime
) -> None:
    """Of what is owed of these orders, this much is due to whoever owes it after all; the oldest order first."""
    taken: dict[str, list[tuple[str, Decimal]]] = {}
    for row, each in _oldest_first(session.execute(_of_claims(CLAIMED.c.order_id.in_(order_ids))).all(), amount):
        taken.setdefault(row.claim_id, []).append((row.order_id, -each))
    _take_off(session, "undone", taken, reason, actor, now)


def take_back(session: Session, case_id: str, since: int, reason: str, actor: Actor, now: datetime) -> None:
    """What the case claimed at audit number `since` and later was a mistake. Raises Gone where some was paid back."""
    mine = (Claim.case_id == case_id) & (Claim.case_seq >= since) & Claim.closed_at.is_(None)
    for claim_id in session.scalars(select(Claim.id).where(mine)).all():
        paid_back = (CLAIMED.c.claim_id == claim_id) & (CLAIMED.c.kind == "repaid")
        if session.scalar(select(CLAIMED.c.id).where(paid_back).limit(1)) is not None:
            raise Gone("追回的款项已有归还，不能退回；请先把归还的款项退给本人")
        owed = outstanding(session, claim_id)
        _take_off(session, "undone", {claim_id: [(part.order_id, -part.amount) for part in owed]}, reason, actor, now)


def given_back(session: Session, actor: Actor, order_ids: Collection[str], reason: str, now: datetime) -> None:
    """The bank sent these orders back whole: nothing is owed of them any more."""
    _owed_no_more(session, actor, order_ids, "returned", reason, now)


def forgive(session: Session, actor: Actor, order_ids: Collection[str], reason: str, now: datetime) -> None:
    """These orders were due after all: nothing is owed of them any more."""
    _owed_no_more(session, actor, order_ids, "undone", reason, now)


def _owed_no_more(
    session: Session, actor: Actor, order_ids: Collection[str], kind: str, reason: str, now: datetime
) -> None:
    back: dict[str, list[tuple[str, Decimal]]] = {}
    for row in session.execute(_of_claims(CLAIMED.c.order_id.in_(order_ids))):
        back.setdefault(row.claim_id, []).append((row.order_id, -row.amount))
    _take_off(session, kind, back, reason, actor, now)


def outstanding(session: Session, claim_id: str) -> list[Part]:
    """What is still owed of a claim, by order, the oldest month first."""
    rows = session.execute(_parts(CLAIMED.c.claim_id == claim_id))
    return [Part(row.order_id, row.fund_id, row.amount) for row in rows]


def kept_back(session: Session, order_id: str) -> Decimal:
    """What of an order that came back nobody is entitled to: it is not ordered again."""
    mine = select(func.sum(CLAIMED.c.amount)).where(CLAIMED.c.order_id == order_id, CLAIMED.c.kind == "returned")
    return -(session.scalar(mine) or Decimal("0.00"))


def require_none(session: Session, order_ids: Collection[str]) -> None:
    """Raises Gone where something is owed back of one of the orders: as returned its claim goes with it."""
    if session.execute(_parts(CLAIMED.c.order_id.in_(order_ids)).limit(1)).first() is not None:
        raise Gone("所选支付单中有已登记追回的，不能直接移出；银行没有付出的，请登记退汇，追回随之结清")


ALREADY = (
    select(func.coalesce(func.sum(CLAIMED.c.amount, type_=Money()), 0, type_=Money()))
    .where(CLAIMED.c.order_id == PaymentOrder.id, CLAIMED.c.kind.in_(("claimed", "undone")))
    .correlate(PaymentOrder)
    .scalar_subquery()
)
"""What of an order was claimed, repaid or waived since or not."""
_PLACE = select(PaymentOrder.county_id, PaymentOrder.region_id, PaymentOrder.programme)


def _parts(which: Any) -> Any:
    """Orders of which something is owed: order_id, fund_id, amount."""
    owed = func.sum(CLAIMED.c.amount, type_=Money())
    return (
        select(CLAIMED.c.order_id, PaymentOrder.fund_id, owed.label("amount"))
        .join(PaymentOrder, PaymentOrder.id == CLAIMED.c.order_id)
        .where(which)
        .group_by(CLAIMED.c.claim_id, CLAIMED.c.order_id, PaymentOrder.fund_id, PaymentOrder.due_on)
        .having(owed > 0)
        .order_by(PaymentOrder.due_on, CLAIMED.c.order_id)
    )


def _of_claims(which: Any) -> Any:
    """The same with the claim of each: claim_id, order_id, fund_id, amount."""
    parts = _parts(which)
    return parts.with_only_columns(CLAIMED.c.claim_id, *parts.selected_columns)


def _take_off(
    session: Session,
    kind: str,
    by_claim: Mapping[str, Sequence[tuple[str, Decimal]]],
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Entries that take something off claims (negative amounts, by order), and what follows from them."""
    for claim_id, parts in by_claim.items():
        _enter(session, claim_id, kind, parts, reason, actor, now)
        _tell(session, claim_id, kind, actor, now, amount=-sum(amount for _, amount in parts), reason=reason)
    _close(session, list(by_claim), now)


def _claimed(session: Session, case_id: str | None) -> set[str]:
    if case_id is None:
        return set()
    mine = select(CLAIMED.c.order_id).join(Claim, Claim.id == CLAIMED.c.claim_id).where(Claim.case_id == case_id)
    return set(session.scalars(mine))


def _oldest_first(owed: Sequence[Any], amount: Decimal) -> list[tuple[Any, Decimal]]:
    """Parts (`amount` each), with what of each makes up an amount."""
    taken = []
    for part in owed:
        each = min(part.amount, amount)
        amount -= each
        if each:
            taken.append((part, each))
    return taken


def _enter(
    session: Session,
    claim_id: str,
    kind: str,
    parts: Sequence[tuple[str, Decimal]],
    note: str,
    actor: Actor,
    now: datetime,
) -> None:
    rows = [
        {"id": new_id(), "claim_id": claim_id, "order_id": order_id, "kind": kind, "amount": amount,
         "note": note[:NOTE], "actor_id": actor.user_id, "at": now}
        for order_id, amount in parts
    ]  # fmt: skip
    session.connection().execute(_INSERT, rows)
    for row, (_, amount) in zip(rows, parts, strict=True):
        audit.witness(session, books.CLAIM, str(row["id"]), amount)


def _back_to_fund(session: Session, part: Part, amount: Decimal, note: str, actor: Actor, now: datetime) -> None:
    """What was paid from a township's reserve comes back into it."""
    assert part.fund_id is not None
    grown = update(Fund).where(Fund.id == part.fund_id).values(balance=Fund.balance + literal(amount, Money))
    session.execute(grown)
    operations.enter(session, part.fund_id, "repaid", amount, note, actor, now, part.order_id)


def _close(session: Session, claim_ids: Sequence[str], now: datetime) -> None:
    """Close those of which nothing is owed; the case that found one hears of it by a job of its own."""
    for claim_id in claim_ids:
        if not outstanding(session, claim_id):
            session.execute(update(Claim).where(Claim.id == claim_id).values(closed_at=now))
            jobs.enqueue(session, CLOSED, {}, due=now, dedup=f"{CLOSED}:{claim_id}", reference=claim_id)


def _locked(session: Session, actor: Actor, claim_id: str, capability: str) -> Claim:
    found = session.scalar(select(Claim).where(Claim.id == claim_id).with_for_update())
    if found is None:
        raise NotFound("没有这笔应当追回的款项，请刷新列表")
    policy.require_covers(session, actor, identity.chain(session, found.region_id), capability)
    if found.closed_at is not None:
        raise Gone("这笔款项已经结清，不需要再办理")
    return found


def _tell(session: Session, claim_id: str, kind: str, actor: Actor, now: datetime, **told: Any) -> None:
    audit.append(session, f"claim:{claim_id}", kind, actor, told, None, now, shared=True)
