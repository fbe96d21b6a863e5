"""What a draft's rule may read of a case: what was read then, with what the draft itself has changed before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from app.feel import Replay, decode

FIGURE, OPTIONAL = "figure", "optional_figure"
UNKNOWN = object()
"""The value of a name that the draft computes from what nobody answered."""
Path = tuple[str, ...]
Then = Callable[[str], Any]
"""A figure as it was known then, by key; UNKNOWN where none was."""


class Known(Mapping[str, Any]):
    """The names of a record, with those that the draft sets otherwise and figures that were not asked for then.

    `changed`: by path, what the draft gave before in this case. `figures`: by key, what the draft sets. `unknown`: what
    was asked for and nobody answered; the result is then worthless.
    """

    __slots__ = ("_changed", "_figures", "_names", "_seen", "_then", "unknown")

    def __init__(self, seen: Any, changed: Mapping[Path, Any], figures: Mapping[str, Any], then: Then) -> None:
        self.unknown: dict[str, None] = {}
        self._seen, self._figures, self._then = seen, figures, then
        self._names = Replay(seen, self.unknown)
        self._changed = _tree(changed)

    def __getitem__(self, name: str) -> Any:
        if name in (FIGURE, OPTIONAL):
            return Figures(self._recorded(name), self._figures, self._then, self.unknown, name)
        return _laid_over(self._names, self._changed, name, name, self.unknown)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def _recorded(self, name: str) -> Mapping[str, Any]:
        node = self._seen.get("some", {}).get(name) or {}
        found: Mapping[str, Any] = node.get("some") or node.get("all") or {}
        return found


class _Laid(Mapping[str, Any]):
    """A context of which some members are set otherwise."""

    __slots__ = ("_over", "_path", "_under", "_unknown")

    def __init__(
        self, under: Mapping[str, Any] | None, over: dict[str, Any], path: str, unknown: dict[str, None]
    ) -> None:
        self._under, self._over, self._path, self._unknown = under, over, path, unknown

    def __getitem__(self, name: str) -> Any:
        return _laid_over(self._under, self._over, name, f"{self._path}.{name}", self._unknown)

    def __iter__(self) -> Iterator[str]:
        if self._under is None:
            self._unknown[self._path] = None
        return iter(dict.fromkeys((*(self._under or ()), *self._over)))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Figures(Mapping[str, Any]):
    """Figures by key: the draft's, else what was read then, else what held then."""

    __slots__ = ("_figures", "_name", "_recorded", "_then", "_unknown")

    def __init__(
        self, recorded: Mapping[str, Any], figures: Mapping[str, Any], then: Then, unknown: dict[str, None], name: str
    ) -> None:
        self._recorded, self._figures, self._then, self._unknown = recorded, figures, then, unknown
        self._name = name

    def __getitem__(self, key: str) -> Any:
        if key in self._figures:
            return self._figures[key]
        if key in self._recorded:
            return decode(self._recorded[key])
        value = self._then(key)
        if value is not UNKNOWN:
            return value
        if self._name == FIGURE:
            self._unknown[f"{FIGURE}.{key}"] = None
        return None

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*self._recorded, *self._figures)))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _tree(changed: Mapping[Path, Any]) -> dict[str, Any]:
    """Paths as nested dicts; a value that is a dict itself stands in a `_Whole`."""
    root: dict[str, Any] = {}
    for path, value in changed.items():
        at = root
        for name in path[:-1]:
            at = at.setdefault(name, {})
            if type(at) is not dict:
                break
        else:
            at[path[-1]] = _Whole(value)
    return root


class _Whole:
    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def _laid_over(
    under: Mapping[str, Any] | None, over: dict[str, Any], name: str, path: str, unknown: dict[str, None]
) -> Any:
    found = over.get(name)
    if type(found) is _Whole:
        if found.value is UNKNOWN:
            unknown[path] = None
            return None
        return found.value
    if found is None and under is not None:
        return under[name]
    if found is None:
        unknown[path] = None
        return None
    return _Laid(_below(under, name, path, unknown), found, path, unknown)


def _below(under: Mapping[str, Any] | None, name: str, path: str, unknown: dict[str, None]) -> Mapping[str, Any] | None:
    """The context beneath; None where nobody had read it, which only matters for the members that are asked for."""
    was_unknown = path in unknown
    below = under.get(name) if under is not None else None
    if path in unknown and not was_unknown:
        del unknown[path]
    return below if isinstance(below, Mapping) else None
