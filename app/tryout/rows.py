"""Why a table decided as it did: every row with its cells, which of them hold, and which rows fired."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app import engine
from app.cases import decisions
from app.core.chinese import words_of
from app.feel import FeelError, Replay
from app.feel.dmn import Decisions, Fired, Outcome, Table
from app.figures.content import Catalogue
from app.tryout.playing import Stage

MOST_ROWS = 200


def records(session: Session, case_id: str) -> list[decisions.Record]:
    """What was decided in the case, oldest first, also within one moment."""
    return sorted(decisions.of_case(session, case_id), key=lambda record: record.id)


def of(stage: Stage, steps: Mapping[str, str], record: decisions.Record, known: Catalogue) -> dict[str, Any]:
    """A decision: what it gave, the figures that it read, and every table on the way."""
    model = stage.bundle.decisions[record.decision]
    try:
        outcome = model.decide(record.decision, Replay(record.seen), engine.budget(record.decided_at), explain=True)
    except FeelError as error:
        outcome, result = Outcome(None), str(error)
    else:
        result = told(outcome.result)
    return {
        "step": steps.get(record.element_id, record.element_id), "title": model.label(record.decision),
        "result": result, "file": stage.bundle.file_of(record.decision),
        "figures": [_figure(known, each) for each in record.figures],
        "tables": [explained(model, fired) for fired in outcome.trace],
    }  # fmt: skip


def _figure(known: Catalogue, read: Mapping[str, Any]) -> dict[str, str]:
    entry = known.figures.get(read["key"])
    return {
        "title": known.title_of(read["key"]),
        "value": entry.display(read["value"]) if entry else told(read["value"]),
    }


def explained(model: Decisions, fired: Fired) -> dict[str, Any]:
    """A table as it was evaluated. A row's cell is `{text, holds}`; holds is null where the cell asks nothing."""
    table = model.table(fired.owner)
    if table is None:
        return {"title": fired.owner, "inputs": [], "outputs": [], "rows": []}
    hit = {row.index for row in fired.rows}
    return {
        "title": table.name,
        "inputs": [{"label": label, "value": told(value)} for label, value in fired.inputs.items()],
        "outputs": [each.label or table.name for each in table.outputs],
        "rows": [_row(table, index, held, index + 1 in hit) for index, held in enumerate(fired.cells[:MOST_ROWS])],
    }


def _row(table: Table, index: int, held: tuple[bool | None, ...], fired: bool) -> dict[str, Any]:
    rule = table.rules[index]
    cells = [{"text": text.strip() or "-", "holds": holds} for text, holds in zip(rule.inputs, held, strict=True)]
    return {
        "number": rule.index, "fired": fired, "cells": cells, "outputs": [text.strip() for text in rule.outputs],
        "why": why_not(table, held, fired), "note": rule.row.annotation,
    }  # fmt: skip


def why_not(table: Table, held: tuple[bool | None, ...], fired: bool) -> str:
    """Which columns kept a row from firing; empty where it fired."""
    if fired:
        return ""
    missed = [table.inputs[place].label for place, holds in enumerate(held) if holds is False]
    return f"“{'”、“'.join(missed)}”不符" if missed else "前面的行已经命中"


def told(value: Any) -> str:
    """A result as people read it."""
    if value is None:
        return "无"
    if isinstance(value, Mapping):
        return "，".join(f"{name}：{told(each)}" for name, each in value.items() if each is not None)
    if isinstance(value, list):
        return "；".join(map(told, value)) or "无"
    return words_of(value)
