"""A case whose money is out is decided again: what it decides now is set against what it has paid, to the fen.

More is ordered in addition, less is claimed back; what was claimed by an earlier decision and is due after all is
owed no more. Orders and entries are only added.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, case, func, insert, select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import Gone
from app.core.ids import new_id
from app.db.types import Money
from app.funds import came_back, claims
from app.funds.claims import CLAIMED, ClaimRequest
from app.funds.models import PaymentDecision, PaymentOrder

ZERO = Decimal("0.00")
AGAIN = "案件重新办理"
_LIVE = PaymentOrder.status.in_(("paid", "pending"))


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody has of a case's orders, in yuan: `kept` after all that was claimed back, paid back or not.

    `owed` is claimed and not paid back yet, `forgiven` was waived.
    """

    kept: Decimal = ZERO
    owed: Decimal = ZERO
    forgiven: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Difference:
    """What follows from a decision: `order` is paid in addition, `claim` is owed back, `undo` is owed no more.

    `had` is what was kept before, `decided` what it should be.
    """

    had: Decimal
    decided: Decimal
    order: Decimal = ZERO
    claim: Decimal = ZERO
    undo: Decimal = ZERO


def difference(standing: Standing, decided: Decimal) -> Difference:
    """What was waived is not claimed a second time, and not paid a second time either."""
    more = decided - standing.kept
    if more > 0:
        undo = min(more, standing.owed)
        return Difference(standing.kept, decided, order=more - undo, undo=undo)
    return Difference(standing.kept, decided, claim=max(ZERO, standing.kept - standing.forgiven - decided))


def standings(session: Session, case_id: str, names: Mapping[str, str]) -> dict[str, Standing]:
    """By payee, what the orders of a case come to; `names` says who is called otherwise now."""
    entries = (
        select(
            CLAIMED.c.order_id,
            func.sum(case((CLAIMED.c.kind == "repaid", 0), else_=CLAIMED.c.amount), type_=Money()).label("claimed"),
            func.sum(CLAIMED.c.amount, type_=Money()).label("owed"),
            func.sum(case((CLAIMED.c.kind == "waived", -CLAIMED.c.amount), else_=0), type_=Money()).label("forgiven"),
        )
        .group_by(CLAIMED.c.order_id)
        .subquery()
    )
    columns = (PaymentOrder.payee, PaymentOrder.amount, entries.c.claimed, entries.c.owed, entries.c.forgiven)
    query = select(*columns).outerjoin(entries, entries.c.order_id == PaymentOrder.id)
    found: dict[str, Standing] = {}
    for row in session.execute(query.where(PaymentOrder.case_id == case_id, _LIVE)):
        payee = names.get(row.payee, row.payee)
        had = found.get(payee, Standing())
        found[payee] = Standing(
            had.kept + row.amount - (row.claimed or ZERO), had.owed + (row.owed or ZERO),
            had.forgiven + (row.forgiven or ZERO),
        )  # fmt: skip
    return found


def stop_unpaid(session: Session, case_id: str, since_seq: int, now: datetime) -> int:
    """What was not paid yet is not paid by the decision that fell; how many orders. Raises Gone (at the bank)."""
    mine = (PaymentOrder.case_id == case_id) & (PaymentOrder.case_seq >= since_seq)
    states = select(PaymentOrder.status, PaymentOrder.bank_file_id).where(mine).with_for_update()
    if any(order.status == "pending" and order.bank_file_id for order in session.execute(states).all()):
        raise Gone("有款项已列入银行文件，银行可能正在支付；请财务人员登记银行的答复，或者移出文件后再办")
    back = came_back.stop(session, mine, AGAIN, now)
    unpaid = mine & (PaymentOrder.status == "pending")
    stopped = update(PaymentOrder).where(unpaid).values(status="cancelled", settled_at=now)
    return back + len(session.scalars(stopped.returning(PaymentOrder.id)).all())


def decide(session: Session, case_id: str, case_seq: int, payee: str, amount: Decimal) -> None:
    """Keep what the case decided to pay to somebody."""
    row = {"id": new_id(), "case_id": case_id, "case_seq": case_seq, "payee": payee, "amount": amount}
    session.execute(insert(PaymentDecision).values(row))


def decided(session: Session, case_id: str, after_seq: int) -> dict[str, Decimal]:
    """By payee, what the case decided to pay after an audit number."""
    mine = (PaymentDecision.case_id == case_id) & (PaymentDecision.case_seq > after_seq)
    query = select(PaymentDecision.payee, func.sum(PaymentDecision.amount, type_=Money())).where(mine)
    return {row[0]: row[1] for row in session.execute(query.group_by(PaymentDecision.payee))}


def decided_seqs(session: Session, case_id: str, after_seq: int) -> list[int]:
    """The audit numbers of these decisions."""
    mine = (PaymentDecision.case_id == case_id) & (PaymentDecision.case_seq > after_seq)
    return list(session.scalars(select(PaymentDecision.case_seq).where(mine)))


def give_up_waiting(session: Session, case_id: str, until_seq: int, now: datetime) -> None:
    """What came back from the bank and waits is not paid by the decision that fell."""
    came_back.stop(session, (PaymentOrder.case_id == case_id) & (PaymentOrder.case_seq <= until_seq), AGAIN, now)


def settle(session: Session, of: Difference, payees: Collection[str], claim: ClaimRequest, actor: Actor,
           now: datetime) -> None:  # fmt: skip
    """Claim back, or take claims back, what the difference says, from the orders of these payees.

    `claim` says who owes it and why; its parts are found here, the latest order first.
    """
    settle_orders(session, of, (PaymentOrder.case_id == claim.case_id) & PaymentOrder.payee.in_(payees), claim, actor,
                  now)  # fmt: skip


def settle_orders(session: Session, of: Difference, mine: ColumnElement[bool], claim: ClaimRequest, actor: Actor,
                  now: datetime) -> None:  # fmt: skip
    """The same from any orders. What came back from the bank and waits can be claimed once it is ordered again."""
    parts = _parts(session, mine, of.claim) if of.claim else []
    if parts:
        claims.claim(session, replace(claim, parts=parts), actor, now)
    if of.undo:
        orders = session.scalars(select(PaymentOrder.id).where(mine, _LIVE)).all()
        claims.undo(session, orders, of.undo, claim.title, actor, now)


def _parts(session: Session, mine: ColumnElement[bool], amount: Decimal) -> list[tuple[str, Decimal]]:
    """Orders with what of each must come back: nobody owes more of an order than it paid."""
    query = select(PaymentOrder.id, PaymentOrder.amount, claims.ALREADY.label("claimed")).where(mine, _LIVE)
    parts = []
    for row in session.execute(query.order_by(PaymentOrder.due_on.desc(), PaymentOrder.place.desc(), PaymentOrder.id)):
        part = min(amount, row.amount - row.claimed)
        amount -= part
        if part:
            parts.append((row.id, part))
    return parts
