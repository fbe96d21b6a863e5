"""How a form is looked at: to be typed into or to be read, whole or a page of it, and what stands around its fields."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from app.forms.pages import Page


@dataclass(frozen=True)
class FileLink:
    """An uploaded file as a page shows it."""

    name: str
    url: str


@dataclass(frozen=True)
class RegionLevel:
    """One of the lists from the province down: code and name of each that may be chosen, and the chosen code."""

    label: str
    options: list[tuple[str, str]]
    chosen: str = ""

    @property
    def name(self) -> str:
        return next((name for code, name in self.options if code == self.chosen), "")


Regions = Callable[[str], list[RegionLevel]]
"""The lists that lead to a code, and on from it as far as one has to choose."""


@dataclass(frozen=True, kw_only=True)
class View:
    """What `Form.render` is asked for; see there. `paper_rows`: of each list, when it is to be filled in by hand."""

    readonly: bool = False
    reveal: bool = False
    files: Mapping[str, FileLink] = field(default_factory=dict)
    upload_note: str = ""
    beside: Mapping[str, Markup] = field(default_factory=dict)
    hide_phones: bool = False
    regions: Regions | None = None
    without: Collection[str] = ()
    page: Page | None = None
    row: int | None = None
    paper_rows: int = 0
    change: Callable[[str], str] | None = None
