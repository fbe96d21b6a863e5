"""A long form a few questions at a time: which fields stand together on a page, and under which title.

A component with the property `page` begins a page of that title; a list that does is asked row by row, each on a page
of its own. A form that says nothing of pages has one for every group at its outermost level, and none is shorter than
it need be: groups that are few fields together stay together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from app.forms.model import Component

FEW = 6
"""Fields that stay on one page where the form does not say otherwise."""


@dataclass(frozen=True, eq=False)
class Page:
    """`number` counts from 1. `rows` is the list that is asked row by row, and then all that the page asks."""

    number: int
    title: str
    parts: tuple[Component, ...]
    rows: Component | None = None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The dotted paths of what is asked here: fields and whole lists."""
        return tuple(".".join(each.path) for part in self.parts for each in _holders(part))

    @cached_property
    def is_signed(self) -> bool:
        """Whether something must be agreed to here: it is shown below all that was answered."""
        return any(each.must_be_true for part in self.parts for each in part.walk())

    @cached_property
    def within(self) -> frozenset[int]:
        """Ids of the components that stand on the page."""
        return frozenset(id(each) for part in self.parts for each in part.walk())

    @property
    def rows_name(self) -> str:
        return ".".join(self.rows.path) if self.rows else ""

    @property
    def measure(self) -> str:
        """People are counted otherwise than things."""
        return measure(self.rows) if self.rows else ""

    def asks(self, path: str) -> bool:
        """Whether a path of an answer or an error lies on this page."""
        return any(path == name or path.startswith(f"{name}.") for name in self.names)


def measure(rows: Component) -> str:
    return "位" if any(each.label.plain.endswith("姓名") for each in rows.children) else "项"


def intro_of(root: Component) -> tuple[Component, ...]:
    """What stands above the first question: it is read before one begins."""
    found = []
    for part in root.children:
        if part.page or any(True for _ in _holders(part)):
            break
        found.append(part)
    return tuple(found)


def pages_of(root: Component) -> tuple[Page, ...]:
    """All pages in their order, whether or not their conditions hold."""
    above = intro_of(root)
    parts = [part for part in root.children if part not in above]
    declared = any(each.page for each in root.walk())
    made = _declared(parts) if declared else _by_group(parts)
    return tuple(Page(number, *each) for number, each in enumerate(made, 1))


_Made = tuple[str, tuple[Component, ...], Component | None]


def _declared(parts: Iterable[Component]) -> Iterator[_Made]:
    title, here = "", list[Component]()
    for part, begins in _flow(parts, ""):
        if begins and here:
            yield title, tuple(here), _rows(here)
            here = []
        title = begins or title
        here.append(part)
    yield title, tuple(here), _rows(here)


def _flow(parts: Iterable[Component], begins: str) -> Iterator[tuple[Component, str]]:
    """The parts with the title of the page that they begin; a group inside which one begins is taken apart."""
    for part in parts:
        begins = part.page or begins
        if part.kind == "group" and any(each.page for child in part.children for each in child.walk()):
            yield from _flow(part.children, begins)
        else:
            yield part, begins
        begins = ""


def _rows(parts: list[Component]) -> Component | None:
    alone = parts[0] if len(parts) == 1 else None
    return alone if alone is not None and alone.kind == "dynamiclist" and alone.page else None


def _by_group(parts: Iterable[Component]) -> Iterator[_Made]:
    titles, here = list[str](), list[Component]()
    for part in parts:
        if here and part.kind == "group" and not _stay_together([*here, part]):
            yield "和".join(titles), tuple(here), None
            titles, here = [], []
        if part.kind == "group" and part.label.plain:
            titles.append(part.label.plain)
        here.append(part)
    yield "和".join(titles), tuple(here), None


def _stay_together(parts: list[Component]) -> bool:
    fields = [each for part in parts for each in part.walk() if each.is_input]
    signed = any(each.must_be_true for each in fields)
    return len(fields) <= FEW and not signed and not any(e.kind == "dynamiclist" for p in parts for e in p.walk())


def shown(pages: Iterable[Page], hidden: Collection[str]) -> list[Page]:
    """The pages on which something is asked, where these paths are hidden."""
    return [page for page in pages if not page.names or any(name not in hidden for name in page.names)]


def _holders(part: Component) -> Iterator[Component]:
    """Fields and whole lists below a component."""
    if part.holds_data:
        yield part
    elif part.kind == "group":
        for child in part.children:
            yield from _holders(child)
