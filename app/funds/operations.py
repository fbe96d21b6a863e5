"""Ordering money: reserve funds are drawn under their constraint, and every order has an origin and a `dedup` key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Table, insert, literal, select, update
from sqlalchemy.orm import Session

from app import audit
from app.audit import books
from app.core.actor import Actor
from app.core.errors import Duplicate, Gone, Invalid, NotFound, OverLimit
from app.core.ids import new_id
from app.core.money import instalments, to_money
from app.db import Prepared, rows_changed
from app.db.types import Money
from app.funds import came_back
from app.funds.models import Fund, FundEntry, PaymentOrder
from app.identity import policy
from app.identity import queries as identity
from app.identity.queries import RegionChain

RESERVE = "reserve_fund"
SEALED, LINE_SEALED = ("payment_order", "account"), ("batch_line", "account")
ORDER: Table = PaymentOrder.__table__  # type: ignore[assignment]
ENTRY: Table = FundEntry.__table__  # type: ignore[assignment]
FUND: Table = Fund.__table__  # type: ignore[assignment]
_INSERT = Prepared(insert(ORDER))
NOTE = 100


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """Money to be paid: `total` yuan in `instalments` monthly parts from `first_on` on, of which `paid` was before.

    `split` shares the source among payers, as `[{source, share}]` (E18: city and county 5 : 5). To an institution it
    goes to the account that this has when the bank is told; `recipient` then says for whom.
    """

    total: Decimal
    instalments: int
    first_on: date
    payee: str
    account: str | None
    source: str
    programme: str
    dedup: str
    split: Sequence[dict[str, Any]] | None = None
    award_id: str | None = None
    institution_id: str | None = None
    recipient: str | None = None
    paid: Decimal = Decimal("0.00")

    def schedule(self) -> list[tuple[date, Decimal]]:
        """Days and parts; what does not divide is in the first. What was paid already is taken off the first parts."""
        rest, parts = self.paid, []
        for part in instalments(self.total, self.instalments):
            off = min(part, rest)
            rest -= off
            parts.append(part - off)
        open_parts = [part for part in parts if part]
        return [(months_later(self.first_on, month), part) for month, part in enumerate(open_parts)]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an order comes from: a case (with its audit number) or a batch."""

    chain: RegionChain
    actor: Actor
    case_id: str | None = None
    case_seq: int | None = None
    batch_id: str | None = None


def months_later(day: date, months: int) -> date:
    """The same day `months` later, or the last day of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def shares(amount: Decimal, split: Sequence[Mapping[str, Any]] | None) -> list[dict[str, Any]]:
    """What each source pays of an order, as `[{source, amount}]`; what rounding leaves is in the first."""
    if not split:
        return []
    whole = sum(Decimal(part["share"]) for part in split)
    parts = [to_money(amount * Decimal(part["share"]) / whole) for part in split]
    parts[0] += amount - sum(parts)
    return [{"source": part["source"], "amount": money} for part, money in zip(split, parts, strict=True)]


def order_payment(session: Session, order: OrderRequest, origin: Origin, now: datetime) -> list[str]:
    """Create the orders; a reserve fund pays at once and refuses what it does not hold (B5). Returns order ids."""
    schedule = [(new_id(), *each) for each in order.schedule()]
    fund_id = _draw(session, order, schedule[0][0], origin, now) if order.source == RESERVE else None
    vault = session.info["vault"]
    rows: list[dict[str, Any]] = []
    for place, (order_id, due_on, amount) in enumerate(schedule):
        audit.witness(session, books.ORDER, order_id, amount)
        rows.append(
            {
                "id": order_id,
                "case_id": origin.case_id,
                "case_seq": origin.case_seq,
                "batch_id": origin.batch_id,
                "award_id": order.award_id,
                "programme": order.programme,
                "region_id": origin.chain.nearest.id,
                "county_id": origin.chain.county.id if origin.chain.county else None,
                "place": place,
                "payee": order.payee,
                "account": vault.seal_text(order.account, *SEALED, order_id) if order.account else None,
                "amount": amount,
                "source": order.source,
                "split": list(order.split) if order.split else None,
                "institution_id": order.institution_id,
                "recipient": order.recipient,
                "fund_id": fund_id,
                "due_on": due_on,
                "status": "paid" if fund_id else "pending",
                "dedup": f"{order.dedup}:{place}",
                "created_at": now,
                "settled_at": now if fund_id else None,
            }
        )
    _INSERT.run_all(session, rows)
    return [row["id"] for row in rows]


def open_reserve(session: Session, region_id: str, balance: Decimal | None, actor: Actor, now: datetime) -> None:
    """Open a township's reserve fund, empty or with its first money. Raises NotYours, Invalid, Duplicate."""
    chain = identity.chain(session, region_id)
    policy.require_covers(session, actor, chain, "keep_funds")
    if chain.nearest.level != "township":
        raise Invalid({"region": "备用金只设在乡镇（街道）"})
    if session.scalar(select(Fund.id).where(Fund.region_id == region_id, Fund.kind == RESERVE)) is not None:
        raise Duplicate(f"{chain.nearest.name}已有备用金账户，请直接拨入")
    row = {"id": new_id(), "region_id": region_id, "kind": RESERVE, "balance": Decimal(0)}
    session.execute(insert(Fund).values(row))
    if balance:
        top_up(session, region_id, balance, "开户", actor, now)


def top_up(session: Session, region_id: str, amount: Decimal, note: str, actor: Actor, now: datetime) -> None:
    """Money comes into a township's reserve fund. Raises NotYours, Invalid, NotFound where none is open."""
    policy.require_covers(session, actor, identity.chain(session, region_id), "keep_funds")
    faults = {} if amount > 0 else {"amount": "拨入金额应大于 0 元"}
    if not 0 < len(note.strip()) <= NOTE:
        faults["note"] = f"请写明资金来源或凭证号（不超过 {NOTE} 字）"
    if faults:
        raise Invalid(faults)
    here = (Fund.region_id == region_id) & (Fund.kind == RESERVE)
    changed = update(Fund).where(here).values(balance=Fund.balance + literal(amount, Money)).returning(Fund.id)
    fund_id = session.execute(changed).scalar_one_or_none()
    if fund_id is None:
        raise NotFound("这个乡镇还没有备用金账户，请先开户")
    enter(session, fund_id, "top_up", amount, note.strip(), actor, now)
    tell(session, fund_id, "top_up", actor, now, amount=amount, note=note.strip())


def reconcile(session: Session, region_id: str, counted: Decimal, actor: Actor, now: datetime) -> Decimal:
    """The cash was counted: record the difference (counted − book) and set the book to what is there.

    Raises NotYours, Invalid, NotFound where none is open.
    """
    policy.require_covers(session, actor, identity.chain(session, region_id), "keep_funds")
    if counted < 0:
        raise Invalid({"counted": "盘点金额不能为负数"})
    fund = session.execute(
        select(Fund.id, Fund.balance).where(Fund.region_id == region_id, Fund.kind == RESERVE).with_for_update()
    ).one_or_none()
    if fund is None:
        raise NotFound("这个乡镇还没有备用金账户，请先开户")
    difference = counted - fund.balance
    session.execute(update(Fund).where(Fund.id == fund.id).values(balance=counted))
    enter(session, fund.id, "reconciled", difference, f"盘点现金 {counted} 元", actor, now)
    tell(session, fund.id, "reconciled", actor, now, book=fund.balance, counted=counted)
    return difference


def cancel_orders(session: Session, case_id: str, since_seq: int, now: datetime) -> int:
    """Cancel what a case ordered since `since_seq`. Raises Gone when any of it was paid or handed to the bank."""
    return _cancel(session, (PaymentOrder.case_id == case_id) & (PaymentOrder.case_seq >= since_seq), now)


def cancel_award_orders(session: Session, award_ids: Sequence[str], now: datetime) -> int:
    """Cancel what batches ordered for awards that are taken back. Raises Gone as `cancel_orders` does."""
    return _cancel(session, PaymentOrder.award_id.in_(award_ids), now) if award_ids else 0


def stop_orders(
    session: Session, day: date, now: datetime, *, award_ids: Sequence[str] = (), case_ids: Sequence[str] = ()
) -> int:
    """Cancel what awards or cases were to be paid on a day and later and did not yet reach the bank; how many."""
    mine = PaymentOrder.award_id.in_(award_ids) | PaymentOrder.case_id.in_(case_ids)
    later = mine & (PaymentOrder.due_on >= day)
    waiting = later & (PaymentOrder.status == "pending") & PaymentOrder.bank_file_id.is_(None)
    back = came_back.stop(session, later, "应付之日已停发", now)
    stopped = update(PaymentOrder).where(waiting).values(status="cancelled", settled_at=now)
    return back + rows_changed(session, stopped)


def _cancel(session: Session, mine: ColumnElement[bool], now: datetime) -> int:
    # Locked while it is looked at: nobody pays between the look and the cancelling.
    states = select(PaymentOrder.status, PaymentOrder.bank_file_id).where(mine).with_for_update()
    orders = session.execute(states).all()
    if any(order.status == "paid" for order in orders):
        raise Gone("已有款项发放，不能退回或撤回；确有错误请按追回程序另行处理")
    if any(order.status == "pending" and order.bank_file_id for order in orders):
        raise Gone("有款项已列入银行文件，银行可能正在支付，不能退回或撤回；请财务人员确认银行未付并移出文件后再办")
    pending = mine & (PaymentOrder.status == "pending")
    came_back.stop(session, mine, "案件已退回或撤回", now)
    return rows_changed(session, update(PaymentOrder).where(pending).values(status="cancelled", settled_at=now))


def _draw(session: Session, order: OrderRequest, order_id: str, origin: Origin, now: datetime) -> str:
    township = origin.chain.township
    if township is None:
        raise OverLimit("案件没有所属乡镇，不能动用乡镇备用金，请转县级办理")
    amount = order.total - order.paid
    enough = (Fund.region_id == township.id) & (Fund.kind == RESERVE) & (Fund.balance >= amount)
    drawn = session.execute(
        update(Fund).where(enough).values(balance=Fund.balance - literal(amount, Money)).returning(Fund.id)
    ).scalar_one_or_none()
    if drawn is None:
        raise OverLimit(f"{township.name}备用金余额不足 {amount} 元，请先申请补充备用金，或报县级决定")
    enter(session, drawn, "paid", -amount, f"支付{order.payee}", origin.actor, now, order_id)
    return drawn


def enter(
    session: Session,
    fund_id: str,
    kind: str,
    amount: Decimal,
    note: str,
    actor: Actor,
    now: datetime,
    order_id: str | None = None,
) -> None:
    """One movement of a fund; whoever writes it changes the balance by the same amount.

    `order_id` is the order, or the first of several instalments, that was paid from it.
    """
    entry_id = new_id()
    entry = {"id": entry_id, "fund_id": fund_id, "kind": kind, "amount": amount, "note": note, "order_id": order_id}
    session.execute(insert(FundEntry).values(**entry, actor_id=actor.user_id, at=now))
    audit.witness(session, books.ENTRY, entry_id, amount)


def tell(session: Session, fund_id: str, kind: str, actor: Actor, now: datetime, **told: Any) -> None:
    """What happened to a fund, in its own chain."""
    audit.append(session, f"fund:{fund_id}", kind, actor, told, None, now, shared=True)
