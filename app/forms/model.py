"""A form as it is read from its JSON: components, the shape of its data, options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from app.forms.expressions import Expression, Template

TEXTS = frozenset({"textfield", "textarea"})
CHOICES = frozenset({"radio", "select", "checklist", "taglist"})
INPUTS = TEXTS | CHOICES | {"number", "datetime", "expression", "filepicker", "checkbox"}
SHOWN = frozenset(["text", "html", "image", "table", "documentPreview", "spacer", "separator", "iframe", "button"])
CONTAINERS = frozenset({"group", "dynamiclist"})
MANY = frozenset({"checklist", "taglist", "filepicker"})
FORMATS = ("id_number", "phone", "bank_account", "region")
SENSITIVE = frozenset({"id_number", "bank_account"})
MAX_ITEMS = 200
MAX_LENGTH = 2000


class FormError(Exception):
    """The form cannot be used. `problems`: Chinese, one a line, each with the component and what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Option:
    """A choice: `value` as the form declares it (numbers exact), `token` as HTML carries it."""

    label: str
    value: Any

    @property
    def token(self) -> str:
        return token(self.value)


def token(value: Any) -> str:
    """The text by which a value is compared with options: true and 'true', 3, 3.0 and '3' are alike."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if number.is_finite() and abs(number.adjusted()) < 30:
            return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"
    return str(value)


def bound(value: Any) -> Decimal | Expression | None:
    """A number or `=FEEL` of the form; None where there is none. Raises ValueError."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.startswith("="):
        return Expression(value)
    try:
        number = Decimal(str(value))
    except ArithmeticError as cause:
        raise ValueError(f"“{value}”不是数字") from cause
    if not number.is_finite() or isinstance(value, bool):
        raise ValueError(f"“{value}”不是数字")
    if number.adjusted() >= 15:
        raise ValueError(f"“{value}”超出范围")
    return number


def key_of(spec: Mapping[str, Any]) -> str:
    """By which an editor finds a component: its key or path, else the id that the editor gave it."""
    return str(spec.get("key") or spec.get("path") or spec.get("id") or "")


@dataclass(eq=False)
class Component:
    """One component. `path` is relative to the enclosing list item, or to the root where there is none."""

    kind: str
    spec: Mapping[str, Any]
    path: tuple[str, ...]
    label: Template
    name: str
    hide: Expression | None = None
    required: bool = False
    required_when: Expression | None = None
    readonly: Expression | bool = False
    prefill: Expression | None = None
    first: Expression | None = None
    must_be_true: bool = False
    past: bool = False
    format: str | None = None
    money: bool = False
    unique: str | None = None
    page: str = ""
    bounds: Mapping[str, Decimal | Expression] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    options_from: Expression | str | None = None
    expression: Expression | None = None
    templates: Mapping[str, Template] = field(default_factory=dict)
    expressions: Mapping[str, Expression] = field(default_factory=dict)
    default: Any = None
    children: list[Component] = field(default_factory=list)

    @property
    def key(self) -> str:
        """By which an editor finds it."""
        return key_of(self.spec)

    @cached_property
    def is_input(self) -> bool:
        return self.kind in INPUTS

    @cached_property
    def holds_data(self) -> bool:
        """Whether the form's data has a value for it: an input or a list."""
        return self.kind in INPUTS or self.kind == "dynamiclist"

    @cached_property
    def depends_on_data(self) -> bool:
        """Whether being shown, its value or its lock follows from other values."""
        return bool(self.hide or self.expression or isinstance(self.readonly, Expression))

    @cached_property
    def dynamic(self) -> bool:
        """Whether anything in it depends on data."""
        return any(each.depends_on_data for each in self.walk())

    @property
    def sensitive(self) -> bool:
        return self.format in SENSITIVE

    @property
    def locked(self) -> bool:
        """Never taken from a submission."""
        return self.readonly is True

    @property
    def empty(self) -> Any:
        """The value of an input that nobody filled in."""
        if self.kind in MANY:
            return []
        return False if self.kind == "checkbox" and not self.required else None

    def limit(self, name: str) -> int | None:
        """A bound that does not depend on data, as a whole number."""
        value = self.bounds.get(name)
        return int(value) if isinstance(value, Decimal) else None

    def walk(self) -> Iterator[Component]:
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(eq=False)
class Rows:
    """A list of items of one shape."""

    component: Component
    scope: Scope


@dataclass(eq=False)
class Scope:
    """The shape of one mapping of the data: key → input, nested mapping, or rows."""

    entries: dict[str, Component | Scope | Rows] = field(default_factory=dict)
    label: str = ""

    def nested(self, path: tuple[str, ...], label: str = "") -> Scope:
        """The mapping at `path`, made where it is not there yet. Raises KeyError when an input has the place."""
        here = self
        for key in path:
            entry = here.entries.setdefault(key, Scope())
            if not isinstance(entry, Scope):
                raise KeyError(key)
            here = entry
        here.label = here.label or label
        return here

    def claim(self, path: tuple[str, ...], entry: Component | Rows) -> None:
        """Put an input or rows at `path`. Raises KeyError when the place is taken."""
        scope = self.nested(path[:-1])
        if path[-1] in scope.entries:
            raise KeyError(path[-1])
        scope.entries[path[-1]] = entry
