"""What an expression may read: the one composition of names, with the one precedence; and what it may cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from app.core.clock import SHANGHAI
from app.feel import Budget
from app.feel.boundary import FINDERS, MISSING, look_up

Names = Mapping[str, Any]


class _Composed(Mapping[str, Any]):
    """As `ChainMap`, which raises once for each mapping that lacks a name: most names are in the second."""

    __slots__ = ("_parts",)

    def __init__(self, own: Names, variables: Names, given: Names) -> None:
        inner = variables._parts if type(variables) is _Composed else (variables,)
        self._parts: tuple[Names, ...] = (own, *inner, given)

    def __getitem__(self, name: str) -> Any:
        value = self.find(name)
        if value is MISSING:
            raise KeyError(name)
        return value

    def find(self, name: str) -> Any:
        """The value of a name, or MISSING."""
        for names in self._parts:
            if type(names) is dict:
                value = names.get(name, MISSING)
            else:
                value = look_up(names, name) if name in names else MISSING
            if value is not MISSING:
                return value
        return MISSING

    def __contains__(self, name: object) -> bool:
        return any(name in names for names in self._parts)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for names in reversed(self._parts) for name in names))

    def __len__(self) -> int:
        return sum(1 for _ in self)


FINDERS[_Composed] = _Composed.find


def compose(own: Names, variables: Names, given: Names) -> Names:
    """The scope of an expression, read name by name, so that what is lazy stays unread.

    own: what only this place has (the answer being checked, the item of a multi-instance activity, the letter being
    written). variables: those of the instance. given: what the host adds everywhere (figures, registry, today). An
    earlier one hides a later one of the same name. `app.vocabulary` describes exactly this.
    """
    return _Composed(own, variables, given)


@lru_cache(64)
def budget(now: datetime) -> Budget:
    """What an evaluation at a moment may cost; `today()` is the date of law."""
    return Budget(now=now.astimezone(SHANGHAI))
