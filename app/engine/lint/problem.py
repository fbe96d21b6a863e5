"""What the linter is told, and what it answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.core.said import Hint

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. severity: `error` forbids publishing, `warning` does not. message: Chinese, says what to do.

    see: the anchor on `docs/modelling.zh-CN.md` that tells more. hint: what would obviously mend it.
    """

    element_id: str
    element_name: str
    severity: str
    message: str
    see: str = "bpmn-definitions"
    hint: Hint = ()

    def __str__(self) -> str:
        where = f"“{self.element_name or self.element_id}”：" if self.element_id else ""
        return f"{where}{self.message}"


@dataclass(frozen=True, slots=True)
class Known:
    """What a diagram may refer to. None: not known here, so not checked.

    forms: file names. decisions: ids of DMN decisions. topics: what service tasks may ask for. templates: keys of Word
    templates. positions: keys. clocks: keys of `bundle.yaml`.
    """

    forms: Collection[str] | None = None
    decisions: Collection[str] | None = None
    topics: Collection[str] | None = None
    templates: Collection[str] | None = None
    positions: Collection[str] | None = None
    clocks: Collection[str] | None = None
