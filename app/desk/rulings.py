"""What the rules said in a case, and from what: each evaluation of a decision table in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any

from sqlalchemy.orm import Session

from app.cases.pages import Decided, Submitted
from app.core.chinese import words_of
from app.figures.catalogue import catalogue
from app.figures.content import Catalogue

Cite = Callable[[str], str]
Choices = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ruling:
    """One evaluation. `refused`: messages of the rows that refuse; `steps`: label, note and value of a sum; `rows`:
    numbers of the rows of the table that fired, from 1."""

    at: datetime
    step: str
    title: str
    refused: list[str]
    answer: str
    basis: str
    inputs: list[tuple[str, str]]
    figures: list[tuple[str, str, str]]
    steps: list[tuple[str, str, str]]
    rows: list[int]


def rulings(
    session: Session, decided: Iterable[Decided], codes: list[str], submitted: Iterable[Submitted]
) -> list[Ruling]:
    """The decisions of a case in words, oldest first; `codes` are those of its region and all above.

    What was chosen in a form reads as the form says it.
    """
    known, choices = catalogue(session), chosen(submitted)
    cite = partial(known.cite, region_codes=codes)
    return [_ruling(each, known, cite, choices) for each in decided]


def chosen(submitted: Iterable[Submitted]) -> Choices:
    """``self`` → ``本人申请``: the choices of the forms, for codes that mean the same in all of them."""
    found: dict[str, set[str]] = {}
    for each in submitted:
        for option in chain.from_iterable(field.options for field in each.form.root.walk()):
            if isinstance(option.value, str):
                found.setdefault(option.value, set()).add(option.label)
    return {code: labels.pop() for code, labels in found.items() if len(labels) == 1}


def _ruling(each: Decided, known: Catalogue, cite: Cite, choices: Choices) -> Ruling:
    return Ruling(
        at=each.at,
        step=each.step,
        title=each.title,
        refused=_refusals(each.result, cite),
        answer=_answer(each.result),
        basis="；".join(dict.fromkeys(cite(row.annotation) for row in each.rows if row.annotation)),
        inputs=[(label, _read(value, choices)) for label, value in each.inputs.items()],
        figures=[figure_told(read, known, cite) for read in each.figures],
        steps=_steps(each.result),
        rows=[row.index for row in each.rows],
    )


def _read(value: Any, choices: Choices) -> str:
    if isinstance(value, list):
        return "、".join(_read(each, choices) for each in value)
    return choices[value] if isinstance(value, str) and value in choices else words_of(value)


def _refusals(result: Any, cite: Cite) -> list[str]:
    hits = result if isinstance(result, list) else [result]
    found = [hit for hit in hits if isinstance(hit, Mapping) and hit.get("code") and hit.get("message")]
    return [f"{hit['message']}（{cite(hit['clause'])}）" if hit.get("clause") else hit["message"] for hit in found]


def _answer(result: Any) -> str:
    """The result where it is one value that people can read; codes and records only say that something was found."""
    if result is None or isinstance(result, list):
        return ""
    if isinstance(result, Mapping) or (isinstance(result, str) and result.isascii()):
        return "已判定"
    return words_of(result)


def _steps(result: Any) -> list[tuple[str, str, str]]:
    steps = result.get("steps") if isinstance(result, Mapping) else None
    rows = [step for step in steps or [] if isinstance(step, Mapping) and step.get("label")]
    return [(step["label"], step.get("note") or "", words_of(step.get("value"))) for step in rows]


def figure_told(read: Mapping[str, Any], known: Catalogue, cite: Cite) -> tuple[str, str, str]:
    """Title, value and citation of a figure that was read."""
    entry = known.figures.get(read["key"])
    value = entry.display(read["value"]) if entry else words_of(read["value"])
    return known.title_of(read["key"]), value, cite(read["clause"])
