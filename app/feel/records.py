"""What an evaluation reads, kept so that the same or another rule can read it again.

A `Recorder` stands around the context of an evaluation and notes every name that is read, with its value, and every
name that was looked for and not found. A `Replay` answers from such notes. What they do not hold is neither null nor
missing: it is unknown, and the Replay says which names those were.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.feel.boundary import MISSING, READY, lift, look_up, speaks_feel
from app.feel.builtins import BUILTINS
from app.feel.typed import Node, decode, encode

NOT_THERE: Node = {}
"""How a name is noted that was looked for and not found."""
_PLAIN = frozenset((str, bool, int, Decimal, date, datetime, type(None), type(MISSING)))
"""What holds nothing that could be read: most values, known by a look at their type."""
_ITSELF = frozenset((str, bool, type(None)))
"""What is JSON as it is."""
_NUMBERS = {int, Decimal}


class Recorder(Mapping[str, Any]):
    """A context that notes what is read of it, in nested contexts and items of lists too.

    `node()` is `{"some": {name: node}}` of a context of which single names were read, with `"unread": [names]` of an
    item of a list (a filter asks items for names that mean something else), and `{"all": …}` where it was read whole.
    It gives FEEL values; `source` and `plain` give those of the caller.
    """

    __slots__ = ("_given", "_is_item", "_is_whole", "_seen", "_source")

    def __init__(self, source: Mapping[str, Any], is_item: bool = False) -> None:
        self._source, self._is_item, self._is_whole = source, is_item, False
        self._seen: dict[str, Any] = {}  # the caller's values, of contexts and lists what notes them
        self._given: dict[str, Any] = {}  # the same as FEEL values

    def __getitem__(self, name: str) -> Any:
        value = self.find(name)
        if value is MISSING:
            raise KeyError(name)
        return value

    def find(self, name: str) -> Any:
        """The value under a name, or MISSING."""
        value = self._given.get(name, self)
        if value is self:
            source = self._source
            value = source.get(name, MISSING) if type(source) is dict else look_up(source, name)
            seen = self._seen[name] = value if type(value) in _PLAIN else _watched(value)
            value = self._given[name] = seen if type(seen) in READY or seen is MISSING else lift(seen)
        return value

    def __iter__(self) -> Iterator[str]:
        self._is_whole = True
        for name in self._source:
            self.find(name)
        return iter(self._source)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def matches(self, other: Mapping[str, Any]) -> bool:
        """Whether another context answers all that was read as this one did, so that the evaluation would give the
        same. What it raises when it is read, passes."""
        if self._is_whole and set(other) != set(self._source):
            return False
        return all(_alike(value, look_up(other, name)) for name, value in self._seen.items())

    def node(self) -> Node:
        """What was read until now."""
        unread = [name for name in self._source if name not in self._seen] if self._is_item else []
        if self._is_whole or (self._is_item and not unread):
            return {"all": {name: _noted(value) for name, value in self._seen.items() if value is not MISSING}}
        some = {name: value if type(value) in _ITSELF else _noted(value) for name, value in self._seen.items()}
        return {"some": some, "unread": unread} if self._is_item else {"some": some}

    @property
    def source(self) -> Mapping[str, Any]:
        """The caller's values, noted as they are read."""
        return _Source(self)

    def taken(self, name: str) -> Any:
        """The caller's value under a name, or MISSING; of contexts and lists what notes them."""
        self.find(name)
        return self._seen[name]


class _Source(Mapping[str, Any]):
    """What stands behind a Recorder, for who wants it as it is."""

    __slots__ = ("_recorder",)

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def __getitem__(self, name: str) -> Any:
        value = self._recorder.taken(name)
        if value is MISSING:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._recorder)

    def __len__(self) -> int:
        return len(self._recorder)


def _watched(value: Any) -> Any:
    if type(value) is dict or isinstance(value, Mapping):
        return Recorder(value)
    if isinstance(value, (list, tuple)):
        return [_watched_item(each) for each in value]
    return value


def _watched_item(value: Any) -> Any:
    if type(value) in _PLAIN:
        return value
    return Recorder(value, True) if type(value) is dict or isinstance(value, Mapping) else _watched(value)


def _alike(seen: Any, value: Any) -> bool:
    """Whether a value is what a Recorder saw; of numbers 1.0 is not 1.00, which a text would show."""
    if seen is value:
        return True
    if type(seen) is Recorder:
        return (type(value) is dict or isinstance(value, Mapping)) and seen.matches(value)
    if type(seen) is list:
        return type(value) in (list, tuple) and len(value) == len(seen) and all(map(_alike, seen, value))
    same_type = type(seen) is type(value) or {type(seen), type(value)} == _NUMBERS
    return same_type and bool(seen == value) and str(seen) == str(value)


def _noted(value: Any) -> Node:
    if type(value) is Recorder:
        return value.node()
    if value is MISSING:
        return NOT_THERE
    return [_noted(each) for each in value] if type(value) is list else encode(value)


speaks_feel(Recorder, Recorder.find)


class Replay(Mapping[str, Any]):
    """A context of what a Recorder noted. `unknown`: the names that were asked for and that nobody had read, as dotted
    paths; they are answered by null so that the others are found too, which makes the result worthless."""

    __slots__ = ("_entries", "_is_whole", "_made", "_path", "_unread", "unknown")

    def __init__(self, node: Node, unknown: dict[str, None] | None = None, path: str = "") -> None:
        self._is_whole = "all" in node or "unread" in node
        self._entries: dict[str, Node] = node["all"] if "all" in node else node["some"]
        self._unread = node.get("unread", ())
        self._path, self._made = path, dict[str, Any]()
        self.unknown: dict[str, None] = {} if unknown is None else unknown

    def __getitem__(self, name: str) -> Any:
        value = self.find(name)
        if value is MISSING:
            raise KeyError(name)
        return value

    def find(self, name: str) -> Any:
        """The value under a name, or MISSING."""
        value = self._made.get(name, self)
        if value is self:
            value = self._made[name] = self._read(name)
        return value

    def __iter__(self) -> Iterator[str]:
        if self._unread or not self._is_whole:
            self.unknown[self._path] = None
        return iter([name for name, node in self._entries.items() if node != NOT_THERE])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _read(self, name: str) -> Any:
        path = f"{self._path}.{name}" if self._path else name
        if name in self._entries:
            node = self._entries[name]
            return node if type(node) in _ITSELF else self._value(node, path)
        if (self._is_whole and name not in self._unread) or (not self._path and name in BUILTINS):
            return MISSING
        self.unknown[path] = None
        return None

    def _value(self, node: Node, path: str) -> Any:
        if type(node) is list:
            return [self._value(each, path) for each in node]
        if type(node) is dict and ("some" in node or "all" in node):
            return Replay(node, self.unknown, path)
        return MISSING if node == NOT_THERE else decode(node)


speaks_feel(Replay, Replay.find)


def plain(value: Any) -> Any:
    """A result without the contexts that it was read from: dicts and lists. What it takes along counts as read."""
    if type(value) in _PLAIN:
        return value
    if type(value) is Recorder:
        return {name: plain(value.taken(name)) for name in value}
    if type(value) is dict or isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, (list, tuple)) else value
