"""The composition of names: precedence, also in scopes of scopes, and what stays unread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from app import feel
from app.engine import compose


class Refusing(Mapping[str, Any]):
    """As figures are: whoever reads what is not there is refused, not told that there is none."""

    def __getitem__(self, name: str) -> Any:
        raise ValueError(name)

    def __contains__(self, name: object) -> bool:
        return name == "missing"

    def __iter__(self) -> Iterator[str]:
        return iter(["missing"])

    def __len__(self) -> int:
        return 1


def test_an_earlier_name_hides_a_later_one_also_in_a_scope_of_scopes() -> None:
    inner = compose({"a": 1, "none": None}, {"a": 2, "b": {"c": 2}}, {"none": 3, "d": 3})
    outer = compose({"b": {"c": 9}}, inner, {"a": 0, "e": 5})
    assert {name: outer[name] for name in outer} == {"a": 1, "b": {"c": 9}, "none": None, "d": 3, "e": 5}
    assert feel.compile("[a, b.c, none, d, e, f, f.g]").evaluate(outer) == [1, 9, None, 3, 5, None, None]
    with pytest.raises(KeyError):
        outer["f"]


def test_what_refuses_is_asked_only_for_what_it_has() -> None:
    scope = compose({}, {"a": 1, "figure": Refusing()}, Refusing())
    assert feel.compile("a").evaluate(scope) == 1
    assert feel.compile("b").evaluate(scope) is None
    for text in ("missing", "figure.missing"):
        with pytest.raises(ValueError, match="missing"):
            feel.compile(text).evaluate(scope)
