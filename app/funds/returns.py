"""Money that comes back from the bank (退汇): why, and the one order that goes out for it again, or none.

An order that came back is final. What it was for is ordered once more by an order that `replaces` it; so there are
never two live orders for one month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, insert, literal, select, update
from sqlalchemy.orm import Session

from app import audit
from app.audit import books
from app.core import bank_account
from app.core.actor import Actor
from app.core.errors import Gone, Invalid, NotFound, OverLimit
from app.core.ids import new_id
from app.db import rows_changed
from app.db.types import Money
from app.funds import answers, bank, claims, lists, operations, telling
from app.funds.came_back import BACK, SETTLED, follow, waiting
from app.funds.models import Fund, PaymentOrder
from app.identity import policy as identity_policy
from app.identity import reach
from app.registry import accounts, house_accounts

SHORTEST, LONGEST = 2, 200
_KEPT = (
    "case_id", "case_seq", "award_id", "programme", "region_id", "county_id", "place", "payee", "source", "split",
    "institution_id", "recipient", "fund_id", "due_on", "purpose",
)  # fmt: skip
"""What an order that is made again has from the one that came back."""


@dataclass(frozen=True, slots=True)
class Returned:
    """An order that came back. `waits` until it is ordered again or given up; `amount` is what would be ordered."""

    order: PaymentOrder
    waits: bool
    amount: Decimal


def mark_returned(session: Session, actor: Actor, order_ids: Sequence[str], reason: str, now: datetime) -> int:
    """The bank refused orders or sent them back, with its reason. What was claimed back of them is settled by it.

    Raises NotYours, Invalid (orders, reason), and Gone for what is neither paid nor at the bank.
    """
    identity_policy.require_any(session, actor, "pay")
    if not SHORTEST <= len(reason.strip()) <= LONGEST:
        raise Invalid({"reason": f"请写明银行退回的原因（{SHORTEST} 到 {LONGEST} 字）"})
    chosen = PaymentOrder.id.in_(bank.chosen_ids(order_ids)) & reach.reached(actor, "pay", PaymentOrder)
    at_bank = (PaymentOrder.status == "pending") & PaymentOrder.bank_file_id.is_not(None)
    orders = answers.locked(session, chosen & ((PaymentOrder.status == "paid") | at_bank))
    if len(orders) != len(set(order_ids)):
        raise Gone("所选支付单中有没交银行的、已退汇或已取消的，请刷新后重新选择")
    answers.record(session, actor, orders, answers.RETURNED, reason.strip(), now)
    ids = [order.id for order in orders]
    values = {"status": "returned", "return_reason": reason.strip(), "settled_at": now}
    session.execute(update(PaymentOrder).where(PaymentOrder.id.in_(ids)).values(values))
    for order in orders:
        if order.fund_id:
            _into_fund(session, order, actor, now)
    bank.tell(session, "returned", actor, PaymentOrder.id.in_(ids), now, reason=reason.strip(), ids=ids)
    claims.given_back(session, actor, ids, f"银行退回：{reason.strip()}"[:LONGEST], now)
    follow(session, ids, BACK, now)
    telling.returned(session, PaymentOrder.id.in_(ids), now)
    return len(orders)


def order_again(session: Session, actor: Actor, order_id: str, account: str, basis: str, now: datetime) -> str:
    """A further order for the same purpose and month, to a corrected account or (empty) to the same one; its id.

    The account is corrected where it belongs: at the award, on the order alone, or at the institution, where another
    person has to confirm it before the order goes to the bank.
    Raises NotFound, NotYours, Gone (dealt with, or nothing is due any more), Invalid (account, basis).
    """
    found = returned(session, actor, order_id, lock=True)
    _require_waiting(found)
    digits = _sound(account, basis)
    if found.amount <= 0:
        raise Gone("这笔款项已全部抵作追回，没有应当再付的金额，请作不再支付处理")
    order, fresh_id = found.order, new_id()
    own = _account(session, actor, order, digits, basis.strip(), now)
    sealed = session.info["vault"].seal_text(own, *operations.SEALED, fresh_id) if own else None
    row = {name: getattr(order, name) for name in _KEPT}
    row |= {
        "id": fresh_id,
        "account": sealed,
        "amount": found.amount,
        "status": "pending",
        "replaces": order_id,
        "dedup": f"again:{order_id}",
        "created_at": now,
        "account_by": actor.user_id if digits else None,
    }
    if order.fund_id:
        _out_of_fund(session, order, fresh_id, found.amount, actor, now)
        row |= {"status": "paid", "settled_at": now}
    session.execute(insert(PaymentOrder).values(row))
    audit.witness(session, books.ORDER, fresh_id, found.amount)
    told = {"replaces": order_id, "order": fresh_id, "basis": basis.strip(), "account_corrected": bool(digits)}
    bank.tell(session, "ordered_again", actor, PaymentOrder.id == fresh_id, now, **told)
    follow(session, [order_id], SETTLED, now)
    return fresh_id


def give_up(session: Session, actor: Actor, order_id: str, reason: str, now: datetime) -> None:
    """Nothing more is paid for an order that came back. Raises NotFound, NotYours, Gone (dealt with), Invalid."""
    found = returned(session, actor, order_id, lock=True)
    _require_waiting(found)
    if not 4 <= len(reason.strip()) <= LONGEST:
        raise Invalid({"reason": f"请写明不再支付的理由（4 到 {LONGEST} 字）"})
    session.execute(update(PaymentOrder).where(PaymentOrder.id == order_id).values(given_up=reason.strip()))
    bank.tell(session, "given_up", actor, PaymentOrder.id == order_id, now, order=order_id, reason=reason.strip())
    follow(session, [order_id], SETTLED, now)


def returned(session: Session, actor: Actor, order_id: str, *, lock: bool = False) -> Returned:
    """An order that came back and that the actor may deal with. Raises NotFound, NotYours."""
    identity_policy.require_any(session, actor, "pay")
    mine = reach.reached(actor, "pay", PaymentOrder) & (PaymentOrder.id == order_id)
    query = select(PaymentOrder).where(mine, PaymentOrder.status == "returned")
    order = session.scalar(query.with_for_update() if lock else query)
    if order is None:
        raise NotFound("没有这笔退汇的支付单，或者不在您的地区")
    waits = session.scalar(select(exists().where(PaymentOrder.id == order_id, waiting()))) or False
    return Returned(order, waits, order.amount - claims.kept_back(session, order_id))


def _require_waiting(found: Returned) -> None:
    if not found.waits:
        raise Gone("这笔退汇已经处理过，请刷新后查看")


def _sound(account: str, basis: str) -> str:
    digits, faults = account.replace(" ", ""), {}
    if digits and not bank_account.is_valid(digits):
        faults["account"] = "银行账号应为 12 到 19 位数字；账号没有错的不填"
    if not 4 <= len(basis.strip()) <= LONGEST:
        faults["basis"] = f"请写明更正账号或者再次支付的依据（4 到 {LONGEST} 字）"
    if faults:
        raise Invalid(faults)
    return digits


def _account(session: Session, actor: Actor, order: PaymentOrder, digits: str, basis: str, now: datetime) -> str | None:
    """The account of the order itself; None where it is that of the award or the institution, corrected there."""
    if order.account is None and order.institution_id:
        if digits and digits != lists.accounts(session, [order]).get(order.id):
            house_accounts.propose(session, actor, order.institution_id, digits, basis, now)
        return None
    if order.account is None and order.award_id:
        if digits:
            accounts.set_of_award(session, actor, order.award_id, digits, basis, now)
        return None
    return digits or lists.accounts(session, [order]).get(order.id)


def _into_fund(session: Session, order: Any, actor: Actor, now: datetime) -> None:
    grown = update(Fund).where(Fund.id == order.fund_id)
    session.execute(grown.values(balance=Fund.balance + literal(order.amount, Money)))
    operations.enter(session, order.fund_id, "returned", order.amount, f"{order.payee}退回", actor, now, order.id)


def _out_of_fund(
    session: Session, order: PaymentOrder, fresh_id: str, amount: Decimal, actor: Actor, now: datetime
) -> None:
    enough = (Fund.id == order.fund_id) & (Fund.balance >= literal(amount, Money))
    drawn = update(Fund).where(enough).values(balance=Fund.balance - literal(amount, Money))
    if rows_changed(session, drawn) == 0:
        raise OverLimit(f"备用金余额不足 {amount} 元，请先申请补充备用金")
    assert order.fund_id is not None
    operations.enter(session, order.fund_id, "paid", -amount, f"支付{order.payee}", actor, now, fresh_id)
