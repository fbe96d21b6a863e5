"""`owed` and `settle_owed`: what was skipped stays visible until it is supplied (B2)."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import delete, insert, update

from app.cases.action import Action
from app.cases.effects.base import EffectObject
from app.cases.errors import EffectError
from app.cases.models import Owed
from app.cases.plan import Planned, Rank
from app.core.ids import new_id
from app.db import rows_changed
from app.effects import SCHEMAS
from app.engine import Effect


class OwedItems(EffectObject):
    """`items`: list of `{key, title, clause}`, in the order in which they are shown."""

    schema = SCHEMAS["owed"]

    def plan(self, action: Action, effect: Effect, *, items: list[dict[str, Any]] | None) -> None:
        if not items:
            return
        if not all(item.get("key") for item in items):
            raise EffectError(f"「{effect.element.label}」的待补事项（items）应逐项写明 key 和 title，请改正流程图")
        action.plan(Planned(Rank.RECORD, partial(owe, items=items)))
        self.note(action, items=[_title(item) for item in items])

    def undo(self, action: Action, since: int, reason: str) -> int:
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


def owe(action: Action, items: list[dict[str, Any]]) -> None:
    """Enter what the case owes."""
    rows = [
        {
            "id": new_id(),
            "case_id": action.case.id,
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


def _settle(action: Action, keys: list[str]) -> None:
    mine = (Owed.case_id == action.case.id) & Owed.key.in_(keys) & Owed.settled_at.is_(None)
    action.session.execute(update(Owed).where(mine).values(settled_at=action.now, settled_seq=action.seq))
