"""From orders to the bank and back: files that the bank executes, and the proof that it did (F13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Gone, Invalid, NotYours, OverLimit
from app.core.ids import new_id
from app.db import rows_changed, training
from app.definitions import queries as definitions
from app.funds import answers, claims, lists, telling
from app.funds.models import BankFile, Batch, PaymentOrder
from app.identity import policy as identity_policy
from app.identity import reach
from app.registry import house_accounts

LONGEST = 20_000
PROOF = 100


@dataclass(frozen=True, slots=True)
class BankLine:
    """One line of the file, named by `reference` in the bank's answer too.

    `account` is None where nobody gave one: such a line cannot go to the bank.
    """

    payee: str
    account: str | None
    amount: Decimal
    note: str
    reference: str


def make_file(
    session: Session, actor: Actor, filter: lists.OrderFilter, order_ids: Sequence[str] | None, now: datetime
) -> str:
    """Put pending orders into a new bank file; returns its id. The chosen ones, or all that the filter finds and that
    are due by its day, today where it has none: instalments of later months wait.

    An order that is in a file already is left alone, so no bank gets it twice. Raises NotYours, Invalid, Gone,
    OverLimit.
    """
    if training.is_training(session):
        raise Gone("这是演练环境，不生成银行文件；要练习后面的步骤，请直接登记已支付")
    free = _payable(session, actor) & PaymentOrder.bank_file_id.is_(None)
    if order_ids is None:
        due = replace(filter, until=filter.until or local_date(now))
        wanted = free & lists.matching(session, actor, due)
    else:
        wanted = free & PaymentOrder.id.in_(chosen_ids(order_ids))
    count = session.scalar(select(func.count()).where(wanted)) or 0
    if order_ids is not None and count != len(set(order_ids)):
        raise Gone("所选支付单中有已支付、已取消或已在银行文件中的，请刷新后重新选择")
    if count == 0:
        raise Invalid({"orders": "没有可以列入银行文件的支付单：待支付并且还没有列入其他文件的才可以"})
    if count > LONGEST:
        raise OverLimit(f"一个银行文件最多 {LONGEST} 笔，现在有 {count} 笔，请按项目或日期分开制作")
    _require_other_hands(session, actor, wanted)
    _require_confirmed_accounts(session, wanted)
    file_id = new_id()
    row = {"id": file_id, "made_at": now, "made_by": actor.user_id, "made_by_name": actor.name}
    session.execute(insert(BankFile).values(row))
    if rows_changed(session, update(PaymentOrder).where(wanted).values(bank_file_id=file_id)) != count:
        raise Gone("有支付单刚刚被同事列入别的文件或已支付，请刷新后重新制作")
    tell(session, "bank_file_made", actor, PaymentOrder.bank_file_id == file_id, now, bank_file=file_id)
    return file_id


def lines_of(session: Session, actor: Actor, bank_file_id: str, now: datetime) -> list[BankLine]:
    """What the bank has to pay, accounts in the clear; who opened them is on record. Raises NotYours, Gone."""
    waiting = _payable(session, actor) & (PaymentOrder.bank_file_id == bank_file_id)
    rows = list(session.execute(select(*lists.SHOWN).where(waiting).order_by(PaymentOrder.due_on, PaymentOrder.id)))
    if not rows:
        raise Gone("这个银行文件中没有待支付的支付单")
    tell(session, "bank_file_opened", actor, waiting, now, bank_file=bank_file_id)
    numbers = lists.accounts(session, rows)
    titles = definitions.programme_titles(session)
    batches = _batch_titles(session, {row.batch_id for row in rows if row.batch_id})
    return [
        BankLine(
            row.payee,
            numbers.get(row.id),
            row.amount,
            _note(batches.get(row.batch_id or "", titles.get(row.programme, row.programme)), row.recipient),
            row.id,
        )
        for row in rows
    ]


def take_out(session: Session, actor: Actor, order_ids: Sequence[str], now: datetime) -> int:
    """Orders that never reached the bank leave their file and may go into another. Raises NotYours, Invalid, Gone.

    What the bank refused or sent back is `returns.mark_returned`.
    """
    chosen = _payable(session, actor) & PaymentOrder.id.in_(chosen_ids(order_ids))
    chosen &= PaymentOrder.bank_file_id.is_not(None)
    claims.require_none(session, order_ids)
    tell(session, "bank_file_left", actor, chosen, now)
    taken = rows_changed(session, update(PaymentOrder).where(chosen).values(bank_file_id=None))
    if taken != len(set(order_ids)):
        raise Gone("所选支付单中有已支付、已取消或不在银行文件中的，请刷新后重新选择")
    return taken


def mark_paid(
    session: Session, actor: Actor, order_ids: Sequence[str], proof: str, now: datetime, file_id: str | None = None
) -> int:
    """The bank has paid; reference and receipt (an upload) stay with each order.

    Raises NotYours, Invalid, and Gone when one is not pending any more: nothing is paid twice.
    """
    chosen = _payable(session, actor) & PaymentOrder.id.in_(chosen_ids(order_ids))
    done = _settle(session, actor, chosen, proof, now, file_id)
    if done != len(set(order_ids)):
        raise Gone("所选支付单中有已支付、已取消或不归您支付的，请刷新后重新选择")
    return done


def mark_file_paid(
    session: Session, actor: Actor, bank_file_id: str, proof: str, now: datetime, file_id: str | None = None
) -> int:
    """The bank has executed a file: whatever in it was pending is paid. Raises NotYours, Invalid, Gone."""
    chosen = _payable(session, actor) & (PaymentOrder.bank_file_id == bank_file_id)
    done = _settle(session, actor, chosen, proof, now, file_id)
    if not done:
        raise Gone("这个银行文件已经全部支付或移出，不能再登记支付")
    return done


def _settle(
    session: Session, actor: Actor, chosen: ColumnElement[bool], proof: str, now: datetime, file_id: str | None
) -> int:
    if not 0 < len(proof.strip()) <= PROOF:
        raise Invalid({"proof": f"请填写银行回单号或凭证号（不超过 {PROOF} 字）"})
    orders = answers.locked(session, chosen)
    answers.record(session, actor, orders, answers.PAID, proof.strip(), now)
    tell(session, "paid", actor, chosen, now, proof=proof.strip(), receipt=file_id)
    telling.paid(session, chosen, now)
    values = {"status": "paid", "proof": proof.strip(), "proof_file_id": file_id, "settled_at": now}
    return rows_changed(session, update(PaymentOrder).where(chosen).values(values))


def _payable(session: Session, actor: Actor) -> ColumnElement[bool]:
    """Pending orders that the actor may pay. Raises NotYours for who may pay none."""
    identity_policy.require_any(session, actor, "pay")
    return (PaymentOrder.status == "pending") & reach.reached(actor, "pay", PaymentOrder)


def _require_other_hands(session: Session, actor: Actor, wanted: ColumnElement[bool]) -> None:
    """Who typed an account does not also send money to it. Raises NotYours."""
    mine = wanted & PaymentOrder.account_by.is_not(None) & (PaymentOrder.account_by == actor.user_id)
    if payees := session.scalars(select(PaymentOrder.payee).where(mine).limit(5)).all():
        raise NotYours(f"{'、'.join(payees)}的账号是您更正的，请由另一位同事制作银行文件")


def _require_confirmed_accounts(session: Session, wanted: ColumnElement[bool]) -> None:
    """What came back from an institution's account is not sent again while another account waits. Raises Gone."""
    housed = PaymentOrder.institution_id.is_not(None) & PaymentOrder.account.is_(None)
    again = select(PaymentOrder.institution_id, PaymentOrder.payee).where(wanted, PaymentOrder.replaces.is_not(None))
    payees = {row.institution_id: row.payee for row in session.execute(again.where(housed))}
    if waits := house_accounts.waiting(session, payees):
        names = "、".join(sorted(payees[each] for each in waits))
        raise Gone(f"{names}更正的账号还没有经另一人确认，请先在“供养机构”确认，再制作银行文件")


def chosen_ids(order_ids: Sequence[str]) -> list[str]:
    if not order_ids:
        raise Invalid({"orders": "请先勾选支付单"})
    if len(order_ids) > LONGEST:
        raise OverLimit(f"一次最多勾选 {LONGEST} 笔支付单，请分几次办理")
    return list(order_ids)


def _note(what: str, recipient: str | None) -> str:
    """What the money is for; for whom, where somebody else holds the account."""
    return f"{what}（{recipient}）" if recipient else what


def _batch_titles(session: Session, batch_ids: set[str]) -> dict[str, str]:
    return {row.id: row.title for row in session.execute(select(Batch.id, Batch.title).where(Batch.id.in_(batch_ids)))}


def tell(session: Session, kind: str, actor: Actor, chosen: ColumnElement[bool], now: datetime, **told: Any) -> None:
    """One event in the payment chain of every county that the orders concern, with their number and sum."""
    query = select(PaymentOrder.county_id, func.count(), func.sum(PaymentOrder.amount)).where(chosen)
    for county_id, count, total in session.execute(query.group_by(PaymentOrder.county_id)).all():
        chain = f"payments:{county_id or 'none'}"
        audit.append(session, chain, kind, actor, {"orders": count, "total": total, **told}, None, now, shared=True)
