"""Types at run time: what `instance of` asks, and what DMN coerces to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.feel import nodes as n
from app.feel.boundary import overlay
from app.feel.budget import Run
from app.feel.moments import join, time_part
from app.feel.values import KINDS, Function, kind

SIMPLE = {
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "date and time": "date and time",
    "dateTime": "date and time",
    "days and time duration": "days and time duration",
    "dayTimeDuration": "days and time duration",
    "years and months duration": "years and months duration",
    "yearMonthDuration": "years and months duration",
}
GENERIC = {"list": "list", "context": "context", "range": "range", "function": "function"}


@dataclass(frozen=True, slots=True)
class FeelType:
    """A resolved type. `kind` is a kind of value, `any` or `null`; `test` narrows it to allowed values.

    A context must have every entry, unless it is `partial`, as data of the caller may be.
    """

    kind: str
    args: tuple[FeelType, ...] = ()
    entries: Mapping[str, FeelType] = field(default_factory=dict)
    result: FeelType | None = None
    test: Callable[[Run, Any], bool] | None = None
    partial: bool = False
    is_plain: bool = field(init=False, compare=False, repr=False)
    """Whether its kind says all of it."""

    def __post_init__(self) -> None:
        more = self.args or self.entries or self.result is not None or self.test is not None
        object.__setattr__(self, "is_plain", not more)

    def holds(self, run: Run, value: Any) -> bool:
        """Whether a value that is not null is of this type."""
        run.charge(1)
        what = kind(value)
        if self.kind == "any":
            fits = value is not None
        elif self.kind != what:
            fits = False
        else:
            fits = _PARTS[what](self, run, value) if what in _PARTS else True
        return fits and (self.test is None or self.test(run, value))

    def accepts(self, run: Run, args: list[Any], index: int) -> bool:
        """Coerce one of the arguments in place; False where it does not conform, and then nothing is called."""
        given = args[index]
        args[index] = self.coerce(run, given)
        return args[index] is not None or given is None

    def plain(self) -> FeelType:
        """The type without its allowed values, which `instance of` does not ask for."""
        args = tuple(arg.plain() for arg in self.args)
        return FeelType(self.kind, args, {key: t.plain() for key, t in self.entries.items()}, self.result)

    def opened(self) -> FeelType:
        """The type with entries that may be missing."""
        args, entries = tuple(arg.opened() for arg in self.args), {k: t.opened() for k, t in self.entries.items()}
        return FeelType(self.kind, args, entries, self.result, self.test, True)

    def _list(self, run: Run, value: Any) -> bool:
        return not self.args or all(item is None or self.args[0].holds(run, item) for item in value)

    def _context(self, run: Run, value: Any) -> bool:
        return all(
            (value[key] is None or wanted.holds(run, value[key])) if key in value else self.partial
            for key, wanted in self.entries.items()
        )

    def _range(self, run: Run, value: Any) -> bool:
        ends = [end for end in (value.low, value.high) if end is not None]
        return not self.args or all(self.args[0].holds(run, end) for end in ends)

    def _function(self, run: Run, value: Function) -> bool:
        if self.result is None:
            return True
        if not value.takes(len(self.args)):
            return False
        if value.untyped:
            return True
        if not value.types:
            return all(arg.kind == "any" for arg in self.args)
        return all(conforms(mine, theirs) for mine, theirs in zip(self.args, value.types, strict=False))

    def coerce(self, run: Run, value: Any) -> Any:
        """The value as this type by DMN's implicit conversions, or null where it does not conform."""
        if value is None or self.kind == "any" and self.test is None:
            return value
        if self.is_plain and KINDS.get(type(value)) == self.kind:  # as most are: what conforms stays as it is
            run.charge(2)
            return value
        run.charge(1)
        what = kind(value)
        if self.kind == "list" and what != "list":
            value, what = [value], "list"
        elif what == "list" and self.kind not in ("list", "any") and len(value) == 1:
            value = value[0]
            what = kind(value)
        if self.kind == "date and time" and what == "date":
            value = join(value, time_part(value))
        if what != self.kind or not (self.args or self.entries) or what not in ("list", "context"):
            return value if self.holds(run, value) else None
        value = self._coerce_list(run, value) if what == "list" else self._coerce_context(run, value)
        return value if value is not None and (self.test is None or self.test(run, value)) else None

    def _coerce_list(self, run: Run, value: list[Any]) -> list[Any] | None:
        items = [self.args[0].coerce(run, item) for item in value]
        if any(made is None and item is not None for made, item in zip(items, value, strict=True)):
            return None
        return items if any(made is not item for made, item in zip(items, value, strict=True)) else value

    def _coerce_context(self, run: Run, value: Any) -> Any:
        changed: dict[str, Any] = {}
        for key, wanted in self.entries.items():
            if key not in value:
                if not self.partial:
                    return None
                continue
            entry = value[key]
            made = wanted.coerce(run, entry)
            if made is None and entry is not None:
                return None
            if made is not entry:
                changed[key] = made
        return overlay(value, changed) if changed else value


_PARTS: dict[str, Callable[[FeelType, Run, Any], bool]] = {
    "list": FeelType._list,
    "context": FeelType._context,
    "range": FeelType._range,
    "function": FeelType._function,
}
ANY = FeelType("any")


def conforms(narrow: FeelType, wide: FeelType) -> bool:
    """Whether every value of `narrow` is one of `wide`."""
    if wide.kind == "any" or narrow.kind == "null":
        return True
    if narrow.kind != wide.kind:
        return False
    if narrow.kind == "context":
        return all(k in narrow.entries and conforms(narrow.entries[k], t) for k, t in wide.entries.items())
    if narrow.kind == "function":
        return (
            len(narrow.args) == len(wide.args)
            and all(conforms(w, a) for a, w in zip(narrow.args, wide.args, strict=True))
            and (wide.result is None or (narrow.result is not None and conforms(narrow.result, wide.result)))
        )
    return all(conforms(a, b) for a, b in zip(narrow.args, wide.args, strict=False))


def resolve(written: n.Type, declared: Mapping[str, FeelType]) -> FeelType | None:
    """What a written type means; None where it names nothing known."""
    if written.name in declared:
        return declared[written.name]
    if written.name in SIMPLE:
        return FeelType(SIMPLE[written.name])
    if written.name in ("Any", "any"):
        return ANY
    if written.name in ("Null", "null"):
        return FeelType("null")
    if written.name not in GENERIC:
        return None
    args = [resolve(arg, declared) for arg in written.args]
    entries = {key: resolve(entry, declared) for key, entry in written.entries}
    result = resolve(written.result, declared) if written.result else None
    if None in args or None in entries.values() or (written.result and result is None):
        return None
    return FeelType(GENERIC[written.name], tuple(args), entries, result)  # type: ignore[arg-type]
