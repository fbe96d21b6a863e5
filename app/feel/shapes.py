"""What is known of a value before it is there: its kind, its members with their titles, what a list holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.feel import nodes as n
from app.feel.boundary import lift
from app.feel.errors import FeelError
from app.feel.parser import parse
from app.feel.typecheck import FeelType
from app.feel.values import kind as kind_of


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of a value. The value itself may always be null unless `certain`.

    kind: a FEEL kind such as `number`; empty where nothing is known. members: of a context, by name; one that is not
    `open` has no others. item: what a list holds. title: Chinese, as people know it. choices: the only values (besides
    null) it can have, where they are listed. certain: it has a value wherever that which holds it has one.
    """

    kind: str = ""
    title: str = ""
    members: Mapping[str, Shape] = field(default_factory=dict)
    item: Shape | None = None
    open: bool = False
    choices: tuple[Any, ...] = ()
    certain: bool = False

    @property
    def known(self) -> bool:
        return bool(self.kind)

    def titled(self, title: str) -> Shape:
        return replace(self, title=title or self.title)

    def member(self, name: str) -> Shape | None:
        """The shape of `.name`; None where there can be no such member. Of a list: that of its items, listed."""
        if not self.kind:
            return UNKNOWN
        if self.kind == "context":
            return self.members.get(name, UNKNOWN if self.open else None)
        if self.kind == "list":
            inner = self.item.member(name) if self.item is not None else UNKNOWN
            return inner if inner is None else Shape("list", inner.title, item=inner)
        if name in PROPERTIES.get(self.kind, ()):
            return Shape(PROPERTIES[self.kind][name])
        return None

    def names(self) -> Iterable[str]:
        """The members that there are."""
        if self.kind == "list" and self.item is not None:
            return self.item.names()
        return self.members.keys() if self.kind == "context" else PROPERTIES.get(self.kind, {}).keys()

    def at(self, path: Iterable[str]) -> Shape | None:
        """The shape at a path of members."""
        found: Shape | None = self
        for name in path:
            found = None if found is None else found.member(name)
        return found

    def with_members(self, more: Mapping[str, Shape]) -> Shape:
        """A context with further members; what has another kind becomes one."""
        return replace(self, kind="context", members={**self.members, **more})

    def __str__(self) -> str:
        """The type as FEEL writes it."""
        if self.kind == "list" and self.item is not None and self.item.known:
            return f"list<{self.item}>"
        return self.kind or "any"


UNKNOWN = Shape()
_CALENDAR = dict.fromkeys(("year", "month", "day", "weekday"), "number")
_CLOCK = dict.fromkeys(("hour", "minute", "second"), "number")
PROPERTIES: Mapping[str, Mapping[str, str]] = {
    "date": _CALENDAR,
    "time": {**_CLOCK, "time offset": "days and time duration", "timezone": "string"},
    "date and time": {**_CALENDAR, **_CLOCK, "time offset": "days and time duration", "timezone": "string"},
    "days and time duration": dict.fromkeys(("days", "hours", "minutes", "seconds"), "number"),
    "years and months duration": {"years": "number", "months": "number"},
    "range": {"start": "", "end": "", "start included": "boolean", "end included": "boolean"},
}


def context(title: str = "", /, *, open: bool = False, certain: bool = False, **members: Shape) -> Shape:
    return Shape("context", title, members, open=open, certain=certain)


def listing(item: Shape, title: str = "", *, certain: bool = False) -> Shape:
    return Shape("list", title, item=item, certain=certain)


def typed(text: str, title: str = "", *, certain: bool = False) -> Shape:
    """The shape of a type as FEEL writes it: `number`, `list<string>`, `context<code: string>`. Raises ValueError."""
    try:
        tree = parse(f"null instance of {text}")
    except FeelError as error:
        raise ValueError(f"{text!r} is no type of FEEL") from error
    if not isinstance(tree, n.InstanceOf):
        raise ValueError(f"{text!r} is no type of FEEL")
    return replace(_of_written(tree.type), title=title, certain=certain)


def _of_written(written: n.Type) -> Shape:
    if written.name in ("Any", "any"):
        return UNKNOWN
    if written.name == "list":
        return listing(_of_written(written.args[0]) if written.args else UNKNOWN)
    if written.name == "context":
        members = {key: _of_written(each) for key, each in written.entries}
        return Shape("context", members=members, open=not members)
    return Shape(written.name)


def of_type(type_: FeelType) -> Shape:
    """What a declared type of a model says."""
    if type_.kind in ("any", "null"):
        return UNKNOWN
    members = {key: of_type(each) for key, each in type_.entries.items()}
    item = of_type(type_.args[0]) if type_.kind == "list" and type_.args else None
    return Shape(type_.kind, members=members, item=item, open=not members)


def join(first: Shape, second: Shape) -> Shape:
    """What is known of a value that is one or the other. Members of either may be asked for."""
    if first.kind != second.kind or not first.kind:
        return replace(UNKNOWN, title=first.title or second.title)
    members = dict(first.members)
    for name, shape in second.members.items():
        both = name in members
        members[name] = join(members[name], shape) if both else replace(shape, certain=False)
    for name in first.members.keys() - second.members.keys():
        members[name] = replace(members[name], certain=False)
    item = join(first.item, second.item) if first.item is not None and second.item is not None else None
    choices = tuple(dict.fromkeys(first.choices + second.choices)) if first.choices and second.choices else ()
    certain = first.certain and second.certain
    title = first.title or second.title
    return Shape(first.kind, title, members, item, first.open or second.open, choices, certain)


def of_paths(types: Mapping[str, str | None]) -> dict[str, Shape]:
    """Shapes of dotted paths with their kinds, by first name. What is not listed below a path is not known."""
    roots: dict[str, Shape] = {}
    for path, kind in types.items():
        root, *rest = path.split(".")
        roots[root] = _put(roots.get(root, UNKNOWN), rest, kind or "")
    return roots


def _put(shape: Shape, path: list[str], kind: str) -> Shape:
    if not path:
        return replace(shape, kind=shape.kind or kind, open=True)
    inner = _put(shape.members.get(path[0], UNKNOWN), path[1:], kind)
    return Shape("context", members={**shape.members, path[0]: inner}, open=True)


def misfit(shape: Shape, value: Any, path: str = "") -> str | None:
    """Where a value is not of a shape, as a path with both kinds; None where it fits. For tests of the vocabulary."""
    value = lift(value)
    if value is None or not shape.known:
        return None
    found = kind_of(value)
    if found != shape.kind:
        return f"{path}: {found}, not {shape.kind}"
    if found == "list":
        each = shape.item or UNKNOWN
        return next(filter(None, (misfit(each, item, f"{path}[]") for item in value)), None)
    if found == "context" and isinstance(value, Mapping):
        for name in value:
            inner = shape.member(name)
            told = (
                f"{path}.{name}: nobody declared it" if inner is None else misfit(inner, value[name], f"{path}.{name}")
            )
            if told:
                return told
    return None
