"""What the publish gate tells, how a reader finds the place, and what would mend it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from app.core.said import Hint

ERROR, WARNING = "error", "warning"
_CHAPTERS = {".bpmn": "names", ".dmn": "dmn", ".form.json": "forms"}


@dataclass(frozen=True, slots=True)
class Mend:
    """A repair that is obvious: the characters of `file` from `begin` up to `end` become `text`.

    `title` is what its button says; `was` is the SHA-256 of the content that it was made for. Without a `text` the
    file goes.
    """

    title: str
    file: str
    was: str
    begin: int
    end: int
    text: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend (`error` forbids publishing) or to look at (`warning`). `place` is what in the file, in words.

    `at` names it to an editor: the id of an element or decision, a form's key, the path of a key in YAML, a variable.
    `row` counts from 1: the row of a table, the paragraph of a letter, the line of a text; `cell` the cell of a row.
    """

    severity: str
    file: str
    place: str
    message: str
    anchor: str = ""
    at: str = ""
    row: int = 0
    cell: int = 0
    hint: Hint = ()
    mend: Mend | None = None

    @property
    def see(self) -> str:
        """Where `docs/modelling.zh-CN.md` tells more; '' for a file that it is not about."""
        own = self.anchor or next((name for suffix, name in _CHAPTERS.items() if self.file.endswith(suffix)), "")
        return f"docs/modelling.zh-CN.md#{own}" if own else ""

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it; the hint stays behind, of which the mend was made."""
        told = asdict(self)
        del told["anchor"], told["hint"]
        return {**told, "see": self.see}

    def __str__(self) -> str:
        mark = "✗" if self.severity == ERROR else "!"
        where = f"{self.file} “{self.place}”" if self.place else self.file
        more = f"（见 {self.see}）" if self.see else ""
        return f"{mark} {where}：{self.message}{more}"
