"""`owed` and `settle_owed`: what was skipped stays visible until it is supplied (B2)."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import insert, update

from app.cases.action import Action
from app.cases.effects import inputs
from app.cases.errors import EffectError
from app.cases.models import Owed
from app.cases.plan import Planned, Rank
from app.core.ids import new_id
from app.engine import Effect


def plan_owed(action: Action, effect: Effect) -> None:
    """`items`: list of `{key, title, clause}`, in the order in which they are shown."""
    items = inputs.listing(effect, "items")
    if not all(isinstance(item, dict) and item.get("key") for item in items) or not items:
        raise EffectError(f"「{effect.element.label}」的 items 应逐项写明 key 和 title")
    action.plan(Planned(Rank.RECORD, partial(_owe, items=items)))
    action.note("owed", items=[item["key"] for item in items])


def plan_settle(action: Action, effect: Effect) -> None:
    """`items`: list of keys that have now been supplied."""
    keys = [str(key) for key in inputs.listing(effect, "items")]
    action.plan(Planned(Rank.RECORD, partial(_settle, keys=keys)))
    action.note("settled", items=keys)


def _owe(action: Action, items: list[dict[str, Any]]) -> None:
    rows = [
        {
            "id": new_id(),
            "case_id": action.case.id,
            "case_seq": action.seq,
            "key": str(item["key"]),
            "place": place,
            "title": str(item.get("title") or item["key"]),
            "clause": item.get("clause"),
            "since": action.now,
        }
        for place, item in enumerate(items)
    ]
    action.session.execute(insert(Owed), rows)


def _settle(action: Action, keys: list[str]) -> None:
    mine = (Owed.case_id == action.case.id) & Owed.key.in_(keys) & Owed.settled_at.is_(None)
    action.session.execute(update(Owed).where(mine).values(settled_at=action.now))
