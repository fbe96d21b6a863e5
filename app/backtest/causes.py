"""The row and the clause that made a decision come out differently."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.backtest.rules import MONTHLY
from app.core.money import to_money
from app.definitions.bundle import Bundle
from app.feel.dmn import Fired, Outcome, Row
from app.feel.dmn.xml import text_of
from app.feel.formatting import format_number

_CLAUSE = re.compile(r"\b[A-Z]\d+\b")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Cause:
    """`table` and `row` (0: no row) as the draft has them, or, where `was`, as they were; `clause` as the row says."""

    table: str
    row: int
    clause: str
    was: bool = False


def refusal(result: Any) -> list[Mapping[str, Any]]:
    """The rows of a result that refuse; nothing where it is none."""
    rows = result if isinstance(result, list) else [result]
    return [each for each in rows if isinstance(each, Mapping) and each.get("code") and each.get("message")]


def cause(old: Bundle, new: Bundle, decision: str, then: Outcome, now: Outcome) -> Cause:
    """Why `decision` gives `now` under the bundle `new` and gave `then` under `old`."""
    gone, come = refusal(then.result), refusal(now.result)
    if gone and not come:
        return _of_refusal(old, decision, then, gone, was=True)
    if come:
        fresh = [each for each in come if each not in gone] or come
        return _of_refusal(new, decision, now, fresh, was=False)
    return _of_value(old, new, decision, then, now)


def _of_refusal(bundle: Bundle, decision: str, outcome: Outcome, rows: list[Mapping[str, Any]], *, was: bool) -> Cause:
    clause = next((str(each["clause"]) for each in rows if each.get("clause")), "")
    title = bundle.decisions[decision].label(decision)
    told = refusal(outcome.result)
    if len(told) == len(outcome.rows):
        row = outcome.rows[told.index(rows[0])]
        return Cause(title, row.index, clause or _cited(row.annotation), was)
    return Cause(title, outcome.rows[0].index if outcome.rows else 0, clause, was)


def _of_value(old: Bundle, new: Bundle, decision: str, then: Outcome, now: Outcome) -> Cause:
    """The first table on the way that took another row, or whose row says something else; else the decision."""
    before = {fired.owner: fired for fired in then.trace}
    for fired in now.trace:
        for row in _other_rows(old, new, before.get(fired.owner), fired):
            return Cause(fired.owner, row.index, _cited(row.annotation))
    model = new.decisions[decision]
    if now.rows:
        return Cause(model.label(decision), now.rows[0].index, _cited(now.rows[0].annotation))
    return Cause(model.label(decision), 0, _cited(_about(model, decision)))


def _other_rows(old: Bundle, new: Bundle, before: Fired | None, fired: Fired) -> Iterable[Row]:
    if before is None:
        return fired.rows
    taken = {row.id or row.index for row in before.rows}
    other = [row for row in fired.rows if (row.id or row.index) not in taken]
    if other:
        return other
    was, now = _rules(old, fired.owner), _rules(new, fired.owner)
    return [row for row in fired.rows if was.get(row.id or row.index) != now.get(row.id or row.index)]


def _rules(bundle: Bundle, owner: str) -> dict[Any, tuple[tuple[str, ...], tuple[str, ...]]]:
    """What the rows of a table say, by id."""
    for model in bundle.tables.values():
        if owner in model.names:
            table = model.table(owner)
            return {each.id or each.index: (each.inputs, each.outputs) for each in table.rules} if table else {}
    return {}


def _about(model: Any, decision: str) -> str:
    """What its author wrote of a decision."""
    item = model.model.items.get(decision)
    return (text_of(item.element, "description") or "") if item is not None else ""


def _cited(text: str) -> str:
    """The clauses that a text names; the beginning of the text where it names none."""
    return "、".join(dict.fromkeys(_CLAUSE.findall(text))) or text[:_LONGEST]


def told(value: Any, words: frozenset[str]) -> str:
    """A result for the eyes of policy owners, who see nothing of people: refusals by their code and clause, numbers,
    yes and no, and texts that stand in the tables themselves."""
    rows = refusal(value)
    if rows:
        clauses = [str(each["clause"]) for each in rows if each.get("clause")]
        return "不符合" + (f"（{'、'.join(dict.fromkeys(clauses))}）" if clauses else "")
    if value is None or value == []:
        return "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return format_number(value)
    if isinstance(value, str):
        return value if value in words else "（内容）"
    if isinstance(value, Mapping) and isinstance(value.get(MONTHLY), Decimal):
        return f"每月 {to_money(value[MONTHLY])} 元"
    if isinstance(value, Mapping):
        parts = (f"{name} {told(each, words)}" for name, each in value.items() if isinstance(each, (Decimal, bool)))
        return "，".join(parts) or "（内容）"
    return "（内容）"
