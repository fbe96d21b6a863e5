"""Names against what is known: the errors a person gets while typing."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from app.feel.builtins import BUILTINS
from app.feel.errors import FeelNameError, position

_NEAR = 0.6


class KnownNames:
    """The dotted paths a context will have. A path that nothing extends may have any properties below it."""

    def __init__(self, names: Iterable[str]) -> None:
        self.paths = frozenset(names)
        self.below: dict[str, set[str]] = {"": set()}
        for path in self.paths:
            base = ""
            for part in path.split("."):
                self.below.setdefault(base, set()).add(part)
                base = f"{base}.{part}" if base else part

    def unknown_part(self, name: str) -> tuple[str, str] | None:
        """The first part of a dotted name that nobody declared, with the path before it."""
        base = ""
        for part in name.split("."):
            inside = self.below.get(base)
            if inside is None:
                return None
            if part not in inside and not (not base and part in BUILTINS):
                return base, part
            base = f"{base}.{part}" if base else part
        return None

    def suggest(self, base: str, part: str) -> str | None:
        """The nearest thing that could have been meant."""
        meant = {name: f"{base}.{name}" if base else name for name in sorted(self.below.get(base, ()))}
        for path in sorted(self.paths):
            meant.setdefault(path.rpartition(".")[2], path)
        near = difflib.get_close_matches(part, list(meant), 1, _NEAR)
        if near:
            return meant[near[0]]
        near = [] if base else difflib.get_close_matches(part, sorted(BUILTINS), 1, _NEAR)
        return near[0] if near else None


def refuse_unknown(text: str, reads: dict[str, int | None], known: KnownNames) -> None:
    """FeelNameError at the first name that is not known. Names inside filters may be those of the item, and pass."""
    for name, pos in sorted(reads.items(), key=lambda read: read[1] or 0):
        missing = None if pos is None or name == "?" else known.unknown_part(name)
        if missing is None or pos is None:
            continue
        base, part = missing
        at = pos if not base else pos + len(base) + 1
        where = f"“{base}”里" if base else ""
        raise FeelNameError(
            f"{where}没有名为“{part}”的数据或函数",
            f"nothing is called {part!r}" + (f" in {base!r}" if base else ""),
            *position(text, min(at, len(text))),
            None,
            known.suggest(base, part),
        )
