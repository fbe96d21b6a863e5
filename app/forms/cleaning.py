"""From whatever was submitted to clean data: typed values, hidden fields dropped, every wrong field named.

The order: marshmallow reads the values; defaults fill the gaps; conditions are evaluated until nothing more gets
hidden; then what is visible is checked for what depends on the rest of the data.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from marshmallow import Schema, ValidationError

from app.core import id_number
from app.forms import fields as inputs
from app.forms.expressions import Expression
from app.forms.model import MAX_ITEMS, Component, Option, Rows, Scope, token
from app.forms.reading import options_of
from app.forms.text import TooMuch, scrub, scrub_key

Path = tuple[str | int, ...]
_PASSES = 12


class Place(NamedTuple):
    """One occurrence of a component: in a list, once for every item. `scope` is the item, `prefix` where it lies,
    `path` where the component itself lies."""

    component: Component
    prefix: Path
    path: Path
    scope: dict[str, Any]
    names: Mapping[str, Any]

    @property
    def value(self) -> Any:
        here: Any = self.scope
        for key in self.component.path:
            here = here.get(key) if isinstance(here, dict) else None
        return here

    def put(self, value: Any) -> None:
        here = self.scope
        for key in self.component.path[:-1]:
            here = here[key]
        here[self.component.path[-1]] = value

    def remove(self) -> None:
        """Take the value out, and the mappings that are empty without it."""
        keys, trail = self.component.path, [self.scope]
        for key in keys[:-1]:
            trail.append(trail[-1].get(key, {}))
        trail[-1].pop(keys[-1], None)
        for depth in range(len(keys) - 1, 0, -1):
            if not trail[depth]:
                trail[depth - 1].pop(keys[depth - 1], None)


@dataclass(frozen=True, slots=True)
class Asked:
    """A field that is shown: whether something must be there, and what is."""

    component: Component
    needed: bool
    value: Any


class Cleaning:
    """One submission on its way through a form."""

    def __init__(
        self, root: Component, scope: Scope, schema: Schema, context: Mapping[str, Any], today: date | None
    ) -> None:
        self.root, self.scope, self.schema, self.context, self.today = root, scope, schema, context, today
        self.errors: dict[Path, str] = {}
        self.hidden: set[Path] = set()
        self.locked: set[Path] = set()
        self.tree: dict[str, Any] = {}
        self._env: tuple[Any, Mapping[str, Any]] = (None, {})

    def run(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The known data; look at `errors` before using it."""
        self.read(data)
        holders = [each for each in self._hide() if each.component.holds_data]
        visible = [each for each in holders if each.path not in self.hidden]
        if self.errors:
            paths = [each.path for each in visible]
            self.errors = {p: t for p, t in self.errors.items() if any(_one_holds_the_other(p, v) for v in paths)}
        unread = set(self.errors)
        for place in visible:
            if not unread or not any(place.path[:size] in unread for size in range(1, len(place.path) + 1)):
                self._check(place)
        for place in holders:
            if place.path in self.hidden:
                place.remove()
        return self.tree

    def asked(self, data: Mapping[str, Any]) -> Iterator[Asked]:
        """The fields that the data do not hide; in a list, once for every item."""
        self.read(data)
        for place in self._hide():
            if place.component.is_input and place.path not in self.hidden:
                yield Asked(place.component, self._needed(place), place.value)

    def hidden_by(self, data: Mapping[str, Any]) -> set[str]:
        """The dotted paths of the fields that the data hide."""
        self.read(data)
        self._hide()
        return {".".join(map(str, path)) for path in self.hidden}

    def read(self, data: Mapping[str, Any]) -> None:
        """Typed values with defaults; values that cannot be read are null and have an error."""
        try:
            typed = self.schema.load(data, partial=True)
        except ValidationError as error:
            typed = error.valid_data or {}
            self.errors = dict(_flatten(error.messages))
        self.tree = _filled(self.scope, typed)

    def env(self, names: Mapping[str, Any]) -> Mapping[str, Any]:
        """What an expression sees: its item, the form's data, the context."""
        known, env = self._env
        if known is not names:  # all that does not lie in the rows of a list has the same
            env = ChainMap(names, self.tree, self.context)  # type: ignore[arg-type]
            self._env = names, env
        return env

    def _places(self) -> Iterator[Place]:
        return _places(Place(self.root, (), self.root.path, self.tree, item_names(self.tree, None, [])))

    def _hide(self) -> list[Place]:
        """The places when all is hidden that is to be. Hiding one may hide others, never show one: so this ends.

        What is hidden follows from the values: where a pass changed none, another would find the same.
        """
        for _ in range(_PASSES if self.root.dynamic else 0):
            changed, places = False, list[Place]()
            for place in self._places():
                places.append(place)
                if place.component.depends_on_data or place.path in self.hidden:
                    changed |= self._settle(place)
            if not changed:
                return places
        return list(self._places())

    def _settle(self, place: Place) -> bool:
        """Whether the value here is another one than before."""
        component = place.component
        env = self.env(place.names)
        if component.hide is not None and component.hide.holds(env):
            self.hidden.update(place.prefix + path for path in _held(component))
        if not component.holds_data:
            return False
        if place.path in self.hidden:
            return _changed(place, [] if isinstance(place.value, list) else None)
        if component.expression is not None:
            return _changed(place, component.expression.value(env))
        if isinstance(component.readonly, Expression) and component.readonly.holds(env):
            self.locked.add(place.path)
            return _changed(place, component.empty if component.default is None else component.default)
        return False

    def _check(self, place: Place) -> None:
        component = place.component
        if component.locked or place.path in self.locked or component.kind == "expression":
            return
        if component.kind == "dynamiclist":
            self._check_rows(place)
        elif message := self._wrong(place, place.value):
            self.errors[place.path] = message

    def _wrong(self, place: Place, value: Any) -> str | None:
        component, label = place.component, inputs.quoted(place.component)
        if component.must_be_true and value is not True:
            return f"请确认{label}"
        if value is None or value == []:
            return _ask(component) if self._needed(place) else None
        if component.options_from is not None:
            return self._choose(place, value)
        if component.format == "id_number" and self.today and id_number.birth_date(value) > self.today:
            return f"{label}中的出生日期晚于今天，请核对"
        if self.today and isinstance(value, date):
            day = date(value.year, value.month, value.day)
            if component.spec.get("disallowPassedDates") and day < self.today:
                return f"{label}不能早于今天"
            if component.past and day > self.today:
                return f"{label}不能晚于今天"
        return self._out_of_bounds(place, value)

    def _needed(self, place: Place) -> bool:
        when = place.component.required_when
        return place.component.required or (when is not None and when.holds(self.env(place.names)))

    def options(self, component: Component, names: Mapping[str, Any]) -> tuple[Option, ...]:
        """The options that hold for these data."""
        if component.options_from is None:
            return component.options
        env = self.env(names)
        if isinstance(component.options_from, Expression):
            return options_of(component.options_from.value(env))
        return options_of(env.get(component.options_from))

    def _choose(self, place: Place, value: Any) -> str | None:
        options = self.options(place.component, place.names)
        try:
            if isinstance(value, list):
                place.put([inputs.chosen(place.component, options, each) for each in value])
            else:
                place.put(inputs.chosen(place.component, options, value))
        except ValidationError as error:
            return str(error.messages[0])
        return None

    def _out_of_bounds(self, place: Place, value: Any) -> str | None:
        """Bounds that are expressions; the fixed ones were checked when the value was read."""
        found = {k: self._bound(b, place) for k, b in place.component.bounds.items() if isinstance(b, Expression)}
        if not found:
            return None
        label = inputs.quoted(place.component)
        if isinstance(value, str):
            low, high = (None if n is None else int(n) for n in (found.get("minLength"), found.get("maxLength")))
            rule: Any = inputs.length_rule(label, low, high)
        else:
            rule = inputs.range_rule(label, found.get("min"), found.get("max"))
        try:
            rule(value)
        except ValidationError as error:
            return str(error.messages[0])
        return None

    def _bound(self, expression: Expression, place: Place) -> Decimal | None:
        value = expression.value(self.env(place.names))
        return Decimal(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else None

    def _check_rows(self, place: Place) -> None:
        component, rows, label = place.component, place.value or [], inputs.quoted(place.component)
        limits = {
            name: self._bound(value, place) if isinstance(value, Expression) else value
            for name, value in component.bounds.items()
        }
        low, high = limits.get("minItems"), limits.get("maxItems") or Decimal(MAX_ITEMS)
        if low is None and self._needed(place):
            low = Decimal(1)
        if low is not None and len(rows) < low:
            self.errors[place.path] = inputs.too_few(component, int(low), len(rows))
        elif len(rows) > high:
            self.errors[place.path] = f"{label}最多填写 {token(high)} 项，现有 {len(rows)} 项"
        if component.unique:
            self._check_unique(place, rows, component.unique)

    def _check_unique(self, place: Place, rows: list[dict[str, Any]], key: str) -> None:
        seen: dict[str, int] = {}
        for index, row in enumerate(rows):
            value = row.get(key)
            path = (*place.path, index, key)
            if value is None or path in self.hidden:
                continue
            first = seen.setdefault(token(value), index)
            if first != index:
                self.errors[path] = f"{inputs.quoted(place.component)}第 {index + 1} 项与第 {first + 1} 项重复，请核对"


def unknown_fields(scope: Scope, data: Mapping[Any, Any], errors: dict[Path, str], path: Path = ()) -> dict[str, Any]:
    """What was submitted and no field asks for; kept beside the known data, items of lists by their index."""
    found: dict[str, Any] = {}
    for raw_key, value in data.items():
        entry = scope.entries.get(raw_key) if isinstance(raw_key, str) else None
        if isinstance(entry, Component):
            continue
        key, inner = scrub_key(raw_key), None
        if entry is None:
            try:
                found[key] = scrub(value)
            except TooMuch:
                errors[(*path, key)] = "附带的内容过多，请删减"
        elif isinstance(entry, Scope) and isinstance(value, Mapping):
            inner = unknown_fields(entry, value, errors, (*path, key))
        elif isinstance(entry, Rows) and isinstance(value, (list, tuple)):
            rows = value[:MAX_ITEMS]
            each = (
                (str(i), unknown_fields(entry.scope, row, errors, (*path, key, i)))
                for i, row in enumerate(rows)
                if isinstance(row, Mapping)
            )
            inner = {index: unknown for index, unknown in each if unknown}
        if inner:
            found[key] = inner
    return found


def _places(place: Place) -> Iterator[Place]:
    yield place
    component, prefix = place.component, place.prefix
    if component.kind != "dynamiclist":
        for child in component.children:
            inner = Place(child, prefix, prefix + child.path, place.scope, place.names)
            if child.children:
                yield from _places(inner)
            else:
                yield inner
        return
    for index, row in enumerate(place.value or ()):
        names, prefix = item_names(row, place.scope, [*place.names["i"], index + 1]), (*place.path, index)
        for child in component.children:
            yield from _places(Place(child, prefix, prefix + child.path, row, names))


def item_names(item: Any, parent: Any, indexes: list[int]) -> Mapping[str, Any]:
    """The names that form-js gives to conditions inside lists."""
    special = {"this": item, "parent": parent, "i": indexes}
    return special | {f"_{name}_": value for name, value in special.items()}


def _held(component: Component) -> Iterator[tuple[str, ...]]:
    """The paths of all values that the component holds; a list is one of them."""
    if component.holds_data:
        yield component.path
    elif component.kind == "group":
        for child in component.children:
            yield from _held(child)


def _one_holds_the_other(a: Path, b: Path) -> bool:
    size = min(len(a), len(b))
    return a[:size] == b[:size]


def _changed(place: Place, value: Any) -> bool:
    if place.value == value:
        return False
    place.put(value)
    return True


def _ask(component: Component) -> str:
    label = inputs.quoted(component)
    if component.kind in ("radio", "select", "checklist", "taglist", "datetime"):
        return f"请选择{label}"
    return f"请{ {'filepicker': '上传', 'checkbox': '确认'}.get(component.kind, '填写') }{label}"


def _filled(scope: Scope, typed: Mapping[str, Any] | None) -> dict[str, Any]:
    typed = typed or {}
    tree: dict[str, Any] = {}
    for key, entry in scope.entries.items():
        value = typed.get(key)
        if isinstance(entry, Scope):
            tree[key] = _filled(entry, value)
        elif isinstance(entry, Rows):
            tree[key] = [_filled(entry.scope, row) for row in value or ()]
        else:
            given = key in typed and not entry.locked
            value = value if given else deepcopy(entry.default)
            tree[key] = entry.empty if value is None else value
    return tree


def _flatten(messages: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if not isinstance(messages, dict):
        yield path, str(messages[0])
        return
    for key, inner in messages.items():
        yield from _flatten(inner, path if key == "_schema" else (*path, key))
