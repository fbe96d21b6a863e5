"""Guards: decisions that refuse. Each row that hits returns `{code, field, message, clause}`; the first row decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from app import engine
from app.cases.action import Action
from app.cases.errors import EffectError
from app.core.errors import Invalid, NotEligible, Rejection, rejection

Hit = dict[str, Any]


def hits(action: Action, element: engine.Element, decisions: Iterable[str], extra: Mapping[str, Any]) -> list[Hit]:
    """Rows of the decisions that refuse, in order; `extra` are names that only guards may read."""
    names, found = action.names(element, extra), list[Hit]()
    for decision in decisions:
        found.extend(rows(element, decision, action.decide(element, decision, names)))
    return found


def check_task(action: Action, element: engine.Element, submission: Mapping[str, Any], item: Any) -> None:
    """Refuse a submission of a human task that one of its guards does not allow."""
    names = action.names(element, {element.id: submission, "item": item})
    for decision in element.guards:
        refuse(rows(element, decision, action.decide(element, decision, names)))


def task_hits(
    action: Action, element: engine.Element, decisions: Iterable[str], submission: Mapping[str, Any], item: Any
) -> list[Hit]:
    """Rows of a human task's guards that refuse the submission; they may read it by the id of the task."""
    return hits(action, element, decisions, {element.id: submission, "item": item})


def told_with(wrong: Mapping[str, str], rules: Callable[[], list[Hit]]) -> Invalid:
    """One refusal for what the form found wrong and what the rules find wrong beside it (F9: all is said at once).

    Rules that need what could not be read stay silent: they speak when the rest is mended.
    """
    try:
        found = [hit for hit in rules() if hit["code"] == Invalid.code and hit["field"]]
    except SQLAlchemyError:
        raise
    except Exception:
        found = []
    beside = {hit["field"]: hit["message"] for hit in found if not any(_touch(hit["field"], path) for path in wrong)}
    return Invalid({**wrong, **beside})


def _touch(one: str, other: str) -> bool:
    """Whether two paths are the same field or one lies within the other."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def refuse(found: list[Hit]) -> None:
    """Raise what the rows say, all of them in one refusal; nothing when there is none."""
    if not found:
        return
    wrong = [hit for hit in found if hit["code"] == Invalid.code]
    if wrong:
        raise Invalid({hit["field"] or "_": hit["message"] for hit in wrong}, clause=wrong[0]["clause"])
    if found[0]["code"] == NotEligible.code:
        raise not_eligible([hit for hit in found if hit["code"] == NotEligible.code])
    first = found[0]
    raise rejection(first["code"], first["message"], field=first["field"], clause=first["clause"])


def not_eligible(found: list[Hit]) -> Rejection:
    """The refusal that names every failing rule with its clause."""
    message = "；".join(f"{hit['message']}（{hit['clause']}）" if hit["clause"] else hit["message"] for hit in found)
    fields = {hit["field"]: hit["message"] for hit in found if hit["field"]}
    return NotEligible(message, fields=fields, clause=found[0]["clause"])


def rows(element: engine.Element, decision: str, result: Any) -> list[Hit]:
    """The rows that a guard gave, each with its code, field, message and clause. Raises EffectError."""
    given = [] if result is None else result if isinstance(result, list) else [result]
    for row in given:
        if not isinstance(row, Mapping) or not row.get("code") or not row.get("message"):
            raise EffectError(f"「{element.label}」的校验表 {decision} 应输出 code、field、message 和 clause")
    return [{key: row.get(key) for key in ("code", "field", "message", "clause")} for row in given]
