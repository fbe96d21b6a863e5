"""A decision on an award was made again: what was ordered for its months is set against what they are due, to the fen.

What a month lacks became arrears before (`funds.arrears`). What is too much is taken off arrears that nobody ordered
yet and off orders that nobody paid yet, where the whole of them is too much; the rest is claimed back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.ids import new_id
from app.funds import arrears, award_orders, came_back, claims
from app.funds.arrears import ARREARS, Found
from app.funds.award_orders import AGAIN, Order
from app.funds.claims import ClaimRequest
from app.funds.models import PaymentOrder
from app.funds.settling import Difference, Standing, difference

ZERO = Decimal("0.00")


class Settling:
    """The months of one award, `due` by month (`2021-05`), and what is ordered for them.

    What people gave up of a month that came back is not due any more.
    """

    def __init__(
        self, session: Session, award_id: str, due: Mapping[str, Decimal], actor: Actor, now: datetime
    ) -> None:
        self._session, self._award_id, self._actor, self._now = session, award_id, actor, now
        self._orders = award_orders.orders_of(session, award_id, due)
        self._open = award_orders.open_arrears(session, award_id, due)
        self._ordered = award_orders.ordered_arrears(session, award_id, due)
        self._due = {month: amount - min(amount, self._given_up(month)) for month, amount in due.items()}
        self._stopped = ZERO
        self._parts: dict[str, list[tuple[str, Decimal]]] = {}

    def settle(self, claim: ClaimRequest) -> Difference:
        """Order, claim or undo the difference. `claim` says why; who owes it, and its parts, are found here.

        `had` is what was ordered and stays, `order` what is to be ordered yet, arrears found before among it.
        """
        kept = self._total(self._open) + self._kept(self._orders)
        owed, waived = (
            sum((each.owed for each in self._orders), ZERO),
            sum((each.waived for each in self._orders), ZERO),
        )
        found = difference(Standing(kept, owed, waived), self._total(self._due) - self._given_up(ARREARS))
        self._take_off(found.claim)
        if found.undo:
            self._undo(found.undo, claim.title)
        if found.order:
            last = Found(self._award_id, max(self._due), found.order)
            arrears.record(self._session, [last], new_id(), self._now)
        claimed = self._claim(claim)
        left = self._total(award_orders.open_arrears(self._session, self._award_id, self._due))
        had = kept - self._total(self._open) - self._stopped
        return replace(found, had=had, order=left, claim=claimed)

    def _take_off(self, amount: Decimal) -> None:
        """Take what is too much off the months that have it, the latest first, then off whatever is left."""
        for month in sorted(self._due, reverse=True):
            mine = [each for each in self._orders if each.month == month]
            over = self._open.get(month, ZERO) + self._ordered.get(month, ZERO) + self._kept(mine) - self._due[month]
            over = min(amount, max(ZERO, over - sum((each.waived for each in mine), ZERO)))
            amount -= over - self._off(month, mine, over)
        rest = sorted(self._orders, key=lambda each: each.month != ARREARS)
        for month in sorted(self._open, reverse=True):
            amount = self._off(month, (), amount)
        self._off("", rest, amount)

    def _off(self, month: str, orders: Iterable[Order], amount: Decimal) -> Decimal:
        """Take an amount off a month's arrears and orders; what of it is left."""
        if amount and month:
            amount -= award_orders.cut_arrears(self._session, self._award_id, month, amount)
        for order in orders:
            if amount > 0:
                amount -= self._off_order(order, amount)
        return amount

    def _off_order(self, order: Order, amount: Decimal) -> Decimal:
        if (order.is_pending or order.waits) and order.is_untouched and order.amount <= amount:
            self._stop(order)
            return order.amount
        if order.waits:
            return self._withhold(order, min(amount, order.kept - order.waived))
        part = min(amount, order.claimable)
        if part > 0:
            order.claimed += part
            self._parts.setdefault(order.payee, []).append((order.id, part))
        return max(part, ZERO)

    def _stop(self, order: Order) -> None:
        this = PaymentOrder.id == order.id
        came_back.stop(self._session, this, AGAIN, self._now)
        pending = this & (PaymentOrder.status == "pending")
        self._session.execute(update(PaymentOrder).where(pending).values(status="cancelled", settled_at=self._now))
        order.is_live = order.is_pending = order.waits = False
        self._stopped += order.amount

    def _withhold(self, order: Order, part: Decimal) -> Decimal:
        """What came back from the bank is ordered again without this part."""
        if part <= 0:
            return ZERO
        request = ClaimRequest(debtor=order.payee, title=AGAIN, parts=[(order.id, part)])
        claims.claim(self._session, request, self._actor, self._now)
        claims.given_back(self._session, self._actor, [order.id], AGAIN, self._now)
        order.back += part
        self._stopped += part
        return part

    def _undo(self, amount: Decimal, reason: str) -> None:
        """Of what is owed, this much is due after all: first where a month is short, then wherever it is owed."""
        short = [
            (min(each.owed, self._due.get(each.month, ZERO) - each.kept), each)
            for each in self._orders if each.month in self._due
        ]  # fmt: skip
        for most, order in [*short, *((each.owed, each) for each in self._orders)]:
            part = min(amount, most, order.owed)
            if part > 0:
                claims.undo(self._session, [order.id], part, reason, self._actor, self._now)
                order.owed -= part
                amount -= part

    def _claim(self, claim: ClaimRequest) -> Decimal:
        """One claim for each account to which it was paid: an institution owes what it got."""
        for payee, parts in sorted(self._parts.items()):
            claims.claim(self._session, replace(claim, debtor=payee, parts=parts), self._actor, self._now)
        return self._total(self.claimed)

    def _given_up(self, month: str) -> Decimal:
        gone = (
            each.amount - each.back - each.outside for each in self._orders if each.is_given_up and each.month == month
        )
        return sum(gone, ZERO)

    @property
    def claimed(self) -> dict[str, Decimal]:
        """Who owes how much by it."""
        return {payee: sum((part for _, part in parts), ZERO) for payee, parts in self._parts.items()}

    @staticmethod
    def _kept(orders: Iterable[Order]) -> Decimal:
        return sum((each.kept for each in orders), ZERO)

    @staticmethod
    def _total(by_month: Mapping[str, Decimal]) -> Decimal:
        return sum(by_month.values(), ZERO)
