"""The materials of a case beside what its forms ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.cases.pages import Submitted
from app.files.kinds import KINDS, PDF


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field for files: whose form asks for it, and the ids of those that are there."""

    step: str
    label: str
    required: bool
    ids: list[str]

    @property
    def count(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Material:
    """A file; `pictured`: it can be looked at on the page. `purpose` is the field for which it was sent."""

    row: Any
    purpose: str
    pictured: bool


def wanted(submitted: Iterable[Submitted]) -> list[Wanted]:
    """What the forms that were filled in ask for, given what stands in them."""
    return [Wanted(each.title, *field) for each in submitted for field in _fields(each)]


def materials(rows: Sequence[Any], asked: Iterable[Wanted]) -> list[Material]:
    """The uploads of a case, each with the field for which it was sent."""
    purposes = {id: each.label for each in asked for id in each.ids}
    return [Material(row, purposes.get(row.id, ""), _pictured(row)) for row in rows]


def named(asked: Iterable[Wanted]) -> set[str]:
    """The ids of the uploads that stand in the forms."""
    return {id for each in asked for id in each.ids}


def _pictured(row: Any) -> bool:
    kind = KINDS.get(row.media_type)
    return kind is not None and (kind.shown or kind is PDF)


def _fields(each: Submitted) -> list[tuple[str, bool, list[str]]]:
    if not each.form.takes_files:
        return []
    asked = each.form.asked(each.values, context=each.context)
    files = [field for field in asked if field.component.kind == "filepicker"]
    return [(field.component.label.text({}), field.needed, field.value or []) for field in files]
