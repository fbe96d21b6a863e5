"""The materials of a case beside what its forms ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.cases.pages import Submitted
from app.files.kinds import KINDS, PDF


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field for files: whose form asks for it, and how many are there."""

    step: str
    label: str
    required: bool
    count: int


@dataclass(frozen=True, slots=True)
class Material:
    """A file; `pictured`: it can be looked at on the page. `purpose` is the field for which it was sent."""

    row: Any
    purpose: str
    pictured: bool


def wanted(submitted: Iterable[Submitted]) -> list[Wanted]:
    """What the forms that were filled in ask for, given what stands in them."""
    return [
        Wanted(each.title, label, needed, len(ids))
        for each in submitted
        for label, needed, ids in _fields(each)
    ]  # fmt: skip


def materials(rows: Sequence[Any], submitted: Iterable[Submitted]) -> list[Material]:
    """The uploads of a case, each with the field for which it was sent."""
    purposes: dict[str, str] = {}
    for each in submitted:
        for label, _, ids in _fields(each):
            purposes |= dict.fromkeys(ids, label)
    return [Material(row, purposes.get(row.id, ""), _pictured(row)) for row in rows]


def named(submitted: Iterable[Submitted]) -> set[str]:
    """The ids of the uploads that stand in the forms that were filled in."""
    return {id for each in submitted for id in each.form.files_in(each.values, context=each.context)}


def _pictured(row: Any) -> bool:
    kind = KINDS.get(row.media_type)
    return kind is not None and (kind.shown or kind is PDF)


def _fields(each: Submitted) -> list[tuple[str, bool, list[str]]]:
    if not each.form.takes_files:
        return []
    asked = each.form.asked(each.values, context=each.context)
    files = [field for field in asked if field.component.kind == "filepicker"]
    return [(field.component.label.text({}), field.needed, field.value or []) for field in files]
