"""`payment`: one approval, paid at once or in monthly instalments (C4), from a county fund or a reserve fund (B5)."""

from __future__ import annotations

from functools import partial
from typing import Any

from app.cases.action import Action
from app.cases.effects import inputs
from app.cases.plan import Planned, Rank
from app.engine import Effect
from app.funds import operations as funds
from app.registry import operations as registry


def plan_payment(action: Action, effect: Effect) -> dict[str, Any]:
    """Orders for `amount` to `payee`; the claim that something is received once is taken with them (A6)."""
    order = funds.OrderRequest(
        total=inputs.amount(effect, "amount"),
        instalments=inputs.whole(effect, "instalments", 1),
        first_on=inputs.day(effect, "on", action.today),
        payee=inputs.text(effect, "payee") or effect.variables["application"]["name"],
        account=inputs.text(effect, "account") or action.variables["application"].get("bank_account"),
        source=inputs.text(effect, "source", "county_fund") or "county_fund",
        split=inputs.listing(effect, "split") or None,
        programme=action.case.programme,
        dedup=f"case:{action.case.id}:{effect.engine_task_id}",
    )
    if action.bundle.once_scope:
        action.plan(Planned(Rank.CLAIM, _claim))
    action.plan(Planned(Rank.FUND, partial(_pay, order=order)))
    action.note("payment", amount=order.total, instalments=order.instalments, source=order.source)
    return {"amount": order.total, "schedule": [{"due": on, "amount": part} for on, part in order.schedule()]}


def _claim(action: Action) -> None:
    scope = action.chain.at(action.bundle.once_scope or "province")
    registry.claim_once(
        action.session,
        action.case.programme,
        scope.id if scope else action.case.province_id,
        action.variables["application"]["id_number"],
        action.case.id,
        action.now,
    )


def _pay(action: Action, order: funds.OrderRequest) -> None:
    origin = funds.Origin(action.chain, action.actor, case_id=action.case.id, case_seq=action.seq)
    funds.order_payment(action.session, order, origin, action.now)
    registry.record_benefit(
        action.session,
        programme=action.case.programme,
        id_number=action.variables["application"]["id_number"],
        name=action.variables["application"]["name"],
        region_id=action.case.region_id,
        paid_on=order.first_on,
        amount=order.total,
        monthly=False,
        case_id=action.case.id,
        case_number=action.case.number,
        now=action.now,
    )
