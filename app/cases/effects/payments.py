"""`payment`: one approval, paid at once or in monthly instalments (C4), from a county fund or a reserve fund (B5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from app.cases import informing
from app.cases.action import Action
from app.cases.effects import corrections
from app.cases.effects.base import EffectObject
from app.cases.effects.corrections import Correction
from app.cases.errors import EffectError
from app.cases.plan import Planned, Rank
from app.effects import SCHEMAS
from app.engine import Effect
from app.funds import operations as funds
from app.funds import settling
from app.registry import operations as registry
from app.registry import payees

COUNTY_FUND = "county_fund"


@dataclass(frozen=True, slots=True)
class _To:
    """Who is paid; `recipient` is whom an institution is paid for."""

    name: str
    account: str | None
    institution_id: str | None = None
    recipient: str | None = None


class Payment(EffectObject):
    """Orders for `amount` to `payee` or an institution; the claim that something is received once goes with them (A6).

    Where an office alone begins the cases, the institution is paid for itself and nobody received anything.
    """

    schema = SCHEMAS["payment"]

    def plan(
        self,
        action: Action,
        effect: Effect,
        *,
        amount: Decimal,
        instalments: int | None,
        on: date | None,
        payee: str | None,
        account: str | None,
        institution: str | None,
        source: str | None,
        split: list[dict[str, Any]] | None,
    ) -> dict[str, Any]:
        to = _to(action, effect, payee, account, institution)
        order = funds.OrderRequest(
            total=amount,
            instalments=instalments or 1,
            first_on=on or action.today,
            payee=to.name,
            account=to.account,
            institution_id=to.institution_id,
            recipient=to.recipient,
            source=source or COUNTY_FUND,
            split=split or None,
            programme=action.case.programme,
            dedup=f"case:{action.case.id}:{effect.engine_task_id}",
        )
        if action.bundle.once_scope:
            action.plan(Planned(Rank.CLAIM, _claim))
        correction = None
        if corrections.is_again(action):
            order, correction = corrections.pay(action, order)
        action.plan(Planned(Rank.FUND, partial(_pay, order=order, correction=correction)))
        several = order.instalments if order.instalments > 1 else None
        house = order.payee if institution else None
        self.note(action, amount=order.total, instalments=several, source=order.source, institution=house)
        return {"amount": order.total, "schedule": [{"due": due, "amount": part} for due, part in order.schedule()]}

    def undo(self, action: Action, since: int, reason: str) -> int:
        registry.release_claims(action.session, action.case.id, since)
        cancelled = funds.cancel_orders(action.session, action.case.id, since, action.now)
        registry.withdraw_grants(action.session, action.case.id, since)
        return cancelled

    def reopen(self, action: Action, since: int, reason: str) -> int:
        """What was paid stays, and so does the claim to be paid once, until it is decided again."""
        return settling.stop_unpaid(action.session, action.case.id, since, action.now)

    def settle(self, action: Action) -> None:
        """Nothing was decided for somebody who was paid: all of it is owed back, and may be granted again."""
        action.plan(Planned(Rank.CLAIM, _release_earlier))
        for correction in corrections.rest(action):
            action.plan(Planned(Rank.FUND, partial(_settle, correction=correction)))


def _to(action: Action, effect: Effect, payee: str | None, account: str | None, institution: str | None) -> _To:
    """Who is paid, and where the account is. Raises Invalid (`institution`) for one that cannot be paid."""
    application = effect.variables["application"]
    if institution is None:
        given = account or application.get("bank_account")
        return _To(payee or application["name"], given)
    if payee or account:
        raise EffectError(f"「{effect.element.label}」付给机构时不能再写收款人或者账号，请政策管理员改正流程图")
    house = payees.institution_to_pay(action.session, action.chain, institution)
    recipient = None if action.bundle.by_office else application["name"]
    return _To(house.name, None, house.id, recipient)


def _release_earlier(action: Action) -> None:
    case_id, until = action.case.id, action.case.reopened_seq or 0
    registry.release_claims(action.session, case_id, until=until)
    registry.withdraw_grants(action.session, case_id, until=until)
    settling.give_up_waiting(action.session, case_id, until, action.now)


def _settle(action: Action, correction: Correction) -> None:
    corrections.settle(action, correction)


def _claim(action: Action) -> None:
    if corrections.is_again(action):  # who is paid may be another person now
        registry.release_claims(action.session, action.case.id)
    scope = action.chain.at(action.bundle.once_scope or "province")
    registry.claim_once(
        action.session,
        action.case.programme,
        scope.id if scope else action.case.province_id,
        action.number,
        action.case.id,
        action.now,
        action.seq,
    )


def _pay(action: Action, order: funds.OrderRequest, correction: Correction | None) -> None:
    origin = funds.Origin(action.chain, action.actor, case_id=action.case.id, case_seq=action.seq)
    first_on = order.first_on
    if correction is not None:
        settling.give_up_waiting(action.session, action.case.id, action.case.reopened_seq or 0, action.now)
        settling.decide(action.session, action.case.id, action.seq, order.payee, order.total)
        corrections.settle(action, correction)
        earlier = registry.withdraw_grants(action.session, action.case.id, until=action.case.reopened_seq)
        first_on = min(earlier, default=first_on)
    if order.total > order.paid:
        funds.order_payment(action.session, order, origin, action.now)
        if order.source == funds.RESERVE:  # it pays at once
            action.events.append(informing.PAID)
    if action.bundle.by_office:
        return
    registry.record_benefit(
        action.session,
        programme=action.case.programme,
        id_number=action.number,
        name=action.variables["application"]["name"],
        region_id=action.case.region_id,
        paid_on=first_on,
        amount=order.total,
        monthly=False,
        case_id=action.case.id,
        case_number=action.case.number,
        case_seq=action.seq,
        now=action.now,
        living=order.payee == action.variables["application"]["name"],
    )
