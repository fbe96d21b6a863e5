"""`owed` and `settle_owed`: what was skipped stays visible until it is supplied (B2)."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import delete, insert, select, update

from app.cases import addressing
from app.cases.action import Action
from app.cases.effects.base import EffectObject
from app.cases.errors import EffectError
from app.cases.models import Owed
from app.cases.plan import Planned, Rank
from app.core.ids import new_id
from app.core.money import to_money
from app.db import rows_changed
from app.effects import SCHEMAS
from app.engine import Effect
from app.funds import claims

OVERPAID = "overpaid"


class OwedItems(EffectObject):
    """`items`: list of `{key, title, clause, parts}`, in the order in which they are shown.

    What was paid too much (`overpaid`) names its `parts`, `{order, amount}`: they are claimed back, order by order.
    """

    schema = SCHEMAS["owed"]

    def plan(self, action: Action, effect: Effect, *, items: list[dict[str, Any]] | None) -> None:
        if not items:
            return
        if not all(item.get("key") for item in items):
            raise EffectError(f"「{effect.element.label}」的待补事项（items）应逐项写明 key 和 title，请改正流程图")
        if any(item["key"] == OVERPAID and not item.get("parts") for item in items):
            raise EffectError(f"「{effect.element.label}」登记的多发款项应写明各笔支付单和金额（parts），请改正流程图")
        action.plan(Planned(Rank.RECORD, partial(_owe, items=items)))
        self.note(action, items=[_title(item) for item in items])

    def undo(self, action: Action, since: int, reason: str) -> int:
        claims.take_back(action.session, action.case.id, since, reason, action.actor, action.now)
        return self.reopen(action, since, reason)

    def reopen(self, action: Action, since: int, reason: str) -> int:
        """What was claimed stays, and may be paid back in part, until it is decided again."""
        mine = (Owed.case_id == action.case.id) & (Owed.case_seq >= since)
        return rows_changed(action.session, delete(Owed).where(mine))


class SettleOwed(EffectObject):
    """`items`: list of keys that have now been supplied."""

    schema = SCHEMAS["settle_owed"]

    def plan(self, action: Action, effect: Effect, *, items: list[str]) -> None:
        action.plan(Planned(Rank.RECORD, partial(_settle, keys=items)))
        self.note(action, items=items)

    def undo(self, action: Action, since: int, reason: str) -> int:
        mine = (Owed.case_id == action.case.id) & (Owed.settled_seq >= since)
        return rows_changed(action.session, update(Owed).where(mine).values(settled_at=None, settled_seq=None))


def _title(item: dict[str, Any]) -> str:
    return str(item.get("title") or item["key"])


def owe(action: Action, items: list[dict[str, Any]]) -> bool:
    """Enter what the case owes; False where it was entered already."""
    known = select(Owed.key).where(Owed.case_id == action.case.id)
    if set(action.session.scalars(known)) & {str(item["key"]) for item in items}:
        return False
    rows = [
        {
            "id": new_id(),
            "case_id": action.case.id,
            "county_id": action.case.county_id,
            "case_seq": action.seq,
            "key": str(item["key"]),
            "place": place,
            "title": _title(item),
            "clause": item.get("clause"),
            "since": action.now,
        }
        for place, item in enumerate(items)
    ]
    action.session.execute(insert(Owed), rows)
    for item in items:
        if item.get("parts"):
            _claim(action, item)
    return True


def _owe(action: Action, items: list[dict[str, Any]]) -> None:
    owe(action, items)


def _claim(action: Action, item: dict[str, Any]) -> None:
    request = claims.ClaimRequest(
        debtor=addressing.debtor(action, action.case.applicant_name),
        title=_title(item),
        clause=item.get("clause"),
        parts=[(part["order"], to_money(part["amount"])) for part in item["parts"]],
        case_id=action.case.id,
        case_seq=action.seq,
    )
    claims.open_claim(action.session, request, action.actor, action.now)


def _settle(action: Action, keys: list[str]) -> None:
    mine = (Owed.case_id == action.case.id) & Owed.key.in_(keys) & Owed.settled_at.is_(None)
    action.session.execute(update(Owed).where(mine).values(settled_at=action.now, settled_seq=action.seq))
