"""Cases of a table: what its columns see is given row by row, and the table says what it makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from app.core.clock import midnight
from app.core.days import day_of
from app.definitions.bundle import Bundle
from app.engine import budget
from app.feel import FeelError
from app.feel import compile as compile_feel
from app.feel.dmn import Decisions, Input, Table
from app.tryout.asking import Draft
from app.tryout.rows import explained, told

TRUTHS = {"是": True, "否": False, "true": True, "false": False, "对": True, "错": False}
MOST_WHYS = 5
SAME, DIFFERENT = "相符", "不符"
NOTHING: Mapping[str, Any] = {"result": "", "rows": "", "verdict": "", "faults": {}, "why": ""}


def tables(draft: Draft) -> list[dict[str, Any]]:
    """Every decision table of the draft with its columns."""
    bundle = Bundle(draft.files)
    found = []
    for name, model in bundle.decisions.items():
        table = model.table(name)
        if table is not None:
            found.append({"id": name, "title": model.label(name), "file": bundle.file_of(name),
                          "inputs": [_column(each) for each in table.inputs], "note": table.documentation})  # fmt: skip
    return found


def decided(
    draft: Draft, decision: str, rows: Sequence[Mapping[str, str]], figures: Mapping[str, str], today: str
) -> dict[str, Any]:
    """For each row of texts by column (`0`, `1` … and `expected`): `{result, rows, verdict, faults, why}`.

    `faults` are by column; `verdict` is empty where nothing is expected.
    """
    model: Decisions = Bundle(draft.files).decisions[decision]
    table = model.table(decision)
    assert table is not None
    values = {key: Decimal(value) for key, value in figures.items()}
    context = {"figure": values, "optional_figure": values, "today": date.fromisoformat(today)}
    return {"cases": [_case(model, decision, table, row, context) for row in rows]}


def _case(
    model: Decisions, decision: str, table: Table, row: Mapping[str, str], context: Mapping[str, Any]
) -> dict[str, Any]:
    given, faults = [], {}
    for place, column in enumerate(table.inputs):
        value, fault = value_of(row.get(str(place), ""), column.type)
        given.append(value)
        if fault:
            faults[str(place)] = fault
    if faults:
        return {**NOTHING, "faults": faults}
    try:
        outcome = model.decide(decision, context, budget(midnight(context["today"])), explain=True, given=given)
    except FeelError as error:
        return {**NOTHING, "why": str(error)}
    fired = next((each for each in reversed(outcome.trace) if each.owner == table.name), None)
    if fired is None:
        return {**NOTHING, "why": "有一格的值不在这一列允许的值里"}
    whys = [f"第 {each['number']} 行：{each['why']}" for each in explained(model, fired)["rows"] if each["why"]]
    numbers = "、".join(str(each.index) for each in fired.rows)
    why = "" if numbers else "；".join(whys[:MOST_WHYS])
    verdict = _verdict(outcome.result, row.get("expected", "").strip())
    return {"result": told(outcome.result), "rows": numbers, "verdict": verdict, "faults": {}, "why": why}


def _verdict(result: Any, expected: str) -> str:
    """A result of several outputs is as expected, too, where one of them is what was written."""
    if not expected:
        return ""
    records = result if isinstance(result, list) else [result]
    said = {told(result), *(told(each) for one in records if isinstance(one, Mapping) for each in one.values())}
    number, fault = _number(expected)
    same = expected in said or (not fault and isinstance(result, Decimal) and number == result)
    return SAME if same else DIFFERENT


def value_of(text: str, type: str | None) -> tuple[Any, str]:
    """What a cell means to a column of this type, or what is wrong with it; empty: not known."""
    text = text.strip()
    match type:
        case _ if not text:
            return None, ""
        case "boolean":
            found = TRUTHS.get(text.lower())
            return found, "" if found is not None else "应填“是”或“否”"
        case "number" | "integer" | "long" | "double":
            return _number(text)
        case "date":
            day = day_of(text)
            return day, "" if day else "应填日期，例如 2020-10-12"
        case "string":
            return text, ""
    return _guessed(text), ""


def _number(text: str) -> tuple[Decimal | None, str]:
    try:
        found = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None, "应填数字"
    return (found, "") if found.is_finite() else (None, "应填数字")


def _guessed(text: str) -> Any:
    """A column without a type: numbers and truths are taken for such."""
    number, fault = _number(text)
    return TRUTHS.get(text.lower(), text) if fault else number


def _column(column: Input) -> dict[str, Any]:
    """`choices`: the words that may be chosen, where the column lists them."""
    choices = list(TRUTHS)[:2] if column.type == "boolean" else _listed(column.allowed)
    return {"label": column.label, "type": column.type or "", "choices": choices}


def _listed(allowed: str | None) -> list[str]:
    if not allowed:
        return []
    try:
        found = compile_feel(f"[{allowed}]").evaluate({})
    except FeelError:
        return []
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
