"""Where names live: at compile time a Scope, at run time a chain of Frames of the same shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from app.feel.boundary import CONTEXTS, MAX_ADJUSTED, MISSING, READY, Lifted, read_context, read_entry
from app.feel.budget import Run

Code = Callable[["Frame"], Any]
ITEM = None  # a layer whose names are only known at run time: the entries of the item that a filter looks at


class Frame:
    """`vars` holds the values of one layer (for a filter: the item itself); `context` is what the caller gave."""

    __slots__ = ("context", "parent", "run", "vars")

    def __init__(self, vars: Any, parent: Frame | None, context: Mapping[str, Any], run: Run) -> None:
        self.vars, self.parent, self.context, self.run = vars, parent, context, run

    def child(self, vars: Any) -> Frame:
        return Frame(vars, self, self.context, self.run)


class Scope:
    """The names in reach of a piece of text.

    layers: innermost first, a set of names or ITEM. declared: names of the context that win over built-ins of the
    same name. types: what type names mean beside the built-in ones. reads: collects the dotted names that the text asks
    of the context, with the place of the first; in a filter the place is None, since an item may have the name.
    """

    def __init__(
        self,
        layers: tuple[frozenset[str] | None, ...] = (),
        declared: frozenset[str] = frozenset(),
        types: Mapping[str, Any] | None = None,
        reads: dict[str, int | None] | None = None,
    ) -> None:
        self.layers, self.declared = layers, declared
        self.types: Mapping[str, Any] = {} if types is None else types
        self.reads: dict[str, int | None] = {} if reads is None else reads

    def inner(self, names: Iterable[str] | None) -> Scope:
        layer = ITEM if names is None else frozenset(names)
        return Scope((layer, *self.layers), self.declared, self.types, self.reads)

    def is_local(self, name: str) -> bool:
        return any(layer is not ITEM and name in layer for layer in self.layers)

    def in_filter(self) -> bool:
        return ITEM in self.layers

    def shadows(self, name: str) -> bool:
        """Whether a name hides the built-in of that name."""
        return name in self.declared or self.is_local(name)

    def note(self, name: str, pos: int) -> None:
        """Note that the text asks the context for a dotted name."""
        self.reads.setdefault(name, None if ITEM in self.layers else pos)

    def reader(self, name: str, fallback: Any = None, pos: int = 0) -> Code:
        """The code that reads a name. `fallback` is its value where nothing declares it."""
        items: list[int] = []
        for hops, layer in enumerate(self.layers):
            if layer is ITEM:
                items.append(hops)
                if name == "item":
                    return _item_reader(items, None, name)
            elif name in layer:
                found = _local_reader(hops, name)
                return _item_reader(items, found, name) if items else found
        self.note(name, pos)
        found = _context_reader(name, fallback)
        return _item_reader(items, found, name) if items else found


def _context_reader(name: str, fallback: Any) -> Code:
    def read(frame: Frame) -> Any:
        context = frame.context
        if type(context) is dict:
            value = context.get(name, MISSING)
            if type(value) in READY:
                return value
            if type(value) is Decimal and value.is_finite() and abs(value.adjusted()) <= MAX_ADJUSTED:  # as `lift`
                return value
        elif isinstance(context, Lifted):
            value = context[name]
            return fallback if value is MISSING else value
        return read_context(frame.run, context, name, fallback)

    return read


def _local_reader(hops: int, name: str) -> Code:
    if hops == 0:
        return lambda frame: frame.vars[name]
    if hops == 1:
        return lambda frame: frame.parent.vars[name]  # type: ignore[union-attr]

    def read(frame: Frame) -> Any:
        for _ in range(hops):
            frame = frame.parent  # type: ignore[assignment]
        return frame.vars[name]

    return read


def _item_reader(items: list[int], found: Code | None, name: str) -> Code:
    """Look into the items of the enclosing filters first, from the inside."""

    def read(frame: Frame) -> Any:
        here, hops = frame, 0
        for wanted in items:
            while hops < wanted:
                here, hops = here.parent, hops + 1  # type: ignore[assignment]
            item = here.vars
            kind = type(item)
            if kind in CONTEXTS or kind is dict or isinstance(item, Mapping):
                value = CONTEXTS[kind](item, name) if kind in CONTEXTS else read_entry(item, name, MISSING)
                if value is not MISSING:
                    return value
            if found is None and wanted == items[-1]:
                return item
        return found(frame) if found is not None else None

    return read
