"""Values on their way in and out."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest

from app import feel


class FigureMissing(KeyError):
    """The caller's own refusal, even one that is a KeyError."""


class Figures(Mapping[str, Any]):
    def __getitem__(self, key: str) -> Any:
        if key == "standard":
            return Decimal("740.00")
        raise FigureMissing(key)

    def __iter__(self) -> Iterator[str]:
        return iter(["standard"])

    def __len__(self) -> int:
        return 1


def test_a_lazy_mapping_refuses_only_what_is_read() -> None:
    context = {"figures": Figures(), "age": 50}
    assert feel.compile("figures.standard * 2").evaluate(context) == Decimal("1480.00")
    assert feel.compile("age > 60 and figures.absent > 1").names == {"age", "figures.absent"}
    assert feel.compile("if age > 60 then figures.absent else 0").evaluate(context) == 0
    with pytest.raises(FigureMissing):
        feel.compile("figures.absent").evaluate(context)
    with pytest.raises(FigureMissing):
        feel.compile("standrad").evaluate(Figures())
    with pytest.raises(FigureMissing):
        feel.compile("[figures][absent > 1]").evaluate(context)


def test_numbers_never_pass_through_floats() -> None:
    result = feel.compile("[a, b, c, a + b + c]").evaluate({"a": 1, "b": 0.1, "c": Decimal("0.20")})
    assert result == [Decimal(1), Decimal("0.1"), Decimal("0.20"), Decimal("1.30")]
    assert {type(item) for item in result} == {Decimal}
    assert feel.compile("x").evaluate({"x": float("nan")}) is None
    for extreme in ("Infinity", "NaN", "sNaN", "1e999999999"):
        context = {"x": Decimal(extreme), "c": {"x": Decimal(extreme)}, "xs": [Decimal(extreme)]}
        assert feel.compile("[x, c.x, xs[1], string(x)] = [null, null, null, null]").evaluate(context) is True
    assert feel.compile("x").evaluate({"x": True}) is True


def test_values_come_back_as_they_were() -> None:
    person = {"name": "甲", "ids": [1, 2]}
    assert feel.compile("p").evaluate({"p": person}) is person
    assert feel.compile("[p][1]").evaluate({"p": person}) is person
    assert feel.compile('{who: p, at: d, "long": m}').evaluate(
        {"p": person, "d": dt.date(2024, 1, 1), "m": feel.YearsMonths(14)}
    ) == {"who": person, "at": dt.date(2024, 1, 1), "long": feel.YearsMonths(14)}
    assert str(feel.YearsMonths(-14)) == "-P1Y2M"


def test_subclasses_are_what_they_extend() -> None:
    class Kind(StrEnum):
        RELIEF = "relief"

    class Day(dt.date):
        pass

    context = {"kind": Kind.RELIEF, "day": Day(2024, 1, 1), "set": frozenset([3])}
    assert feel.compile('kind = "relief" and day = date("2024-01-01") and set = [3]').evaluate(context) is True


def test_the_context_is_left_alone() -> None:
    context = {"xs": [3, 1, 2], "c": {"a": 1}}
    feel.compile('[sort(xs), append(xs, 4), context put(c, "b", 2), reverse(xs)]').evaluate(context)
    assert context == {"xs": [3, 1, 2], "c": {"a": 1}}


def test_threads_share_one_expression() -> None:
    expression = feel.compile("sum(for i in 1..200 return i * n)")
    results: dict[int, Any] = {}

    def work(n: int) -> None:
        results[n] = [expression.evaluate({"n": n}) for _ in range(20)]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(set(results[n]) == {Decimal(20100 * n)} for n in range(6))
