"""Laws that hold for every value and every text."""

from __future__ import annotations

import contextlib
import datetime as dt
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import feel
from app.feel import nodes as n
from app.feel.builtins import BUILTINS
from app.feel.lexer import KEYWORDS
from app.feel.values import kind

QUICK = settings(max_examples=60, deadline=None, derandomize=True)
THOROUGH = settings(max_examples=400, deadline=None, derandomize=True)

NUMBERS = st.decimals(-(10**12), 10**12, places=4) | st.integers(-(10**9), 10**9).map(Decimal)
DATES = st.dates()
MOMENTS = st.datetimes(timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=8))]))
DURATIONS = st.timedeltas(dt.timedelta(days=-(10**6)), dt.timedelta(days=10**6))
MONTHS = st.integers(-(10**6), 10**6).map(feel.YearsMonths)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SAME_KIND = st.one_of(*(st.tuples(s, s, s) for s in (NUMBERS, DATES, MOMENTS, DURATIONS, MONTHS, TEXTS)))


def value(text: str, **context: Any) -> Any:
    return feel.compile(text).evaluate(context)


@QUICK
@given(NUMBERS, NUMBERS, NUMBERS)
def test_arithmetic(a: Decimal, b: Decimal, c: Decimal) -> None:
    assert value("a + b = b + a and a * b = b * a", a=a, b=b) is True
    assert value("(a + b) + c = a + (b + c) and a * (b + c) = a * b + a * c", a=a, b=b, c=c) is True
    assert value("a - b = -(b - a) and a + b - b = a", a=a, b=b) is True
    assert b == 0 or value("modulo(a, b) + b * floor(a / b) = a or abs(a / b) > 1e18", a=a, b=b) is True


@QUICK
@given(SAME_KIND)
def test_ordering(three: tuple[Any, Any, Any]) -> None:
    a, b, c = three
    assert value("count([a < b, a = b, a > b][item])", a=a, b=b) == 1
    assert value("(a <= b) = (a < b or a = b) and (a != b) = not(a = b)", a=a, b=b) is True
    assert value("if a <= b and b <= c then a <= c else true", a=a, b=b, c=c) is True
    assert value("(a between b and c) = (a >= b and a <= c)", a=a, b=b, c=c) is True


@QUICK
@given(SAME_KIND)
def test_range_membership(three: tuple[Any, Any, Any]) -> None:
    x, low, high = three
    context = {"x": x, "low": low, "high": high}
    for opening, above in (("[", ">="), ("(", ">")):
        for closing, below in (("]", "<="), (")", "<")):
            told = feel.compile(f"x {above} low and x {below} high").evaluate(context)
            assert feel.compile(f"x in {opening}low..high{closing}").evaluate(context) is told
            assert feel.compile_unary(f"{opening}low..high{closing}").test(x, context) is told
    assert feel.compile_unary("not(< low)").test(x, context) is value("x >= low", **context)


@QUICK
@given(NUMBERS, DATES, MOMENTS, DURATIONS, MONTHS, TEXTS)
def test_text_and_back(
    a: Decimal, day: dt.date, moment: dt.datetime, span: dt.timedelta, months: Any, text: str
) -> None:
    assert value("number(string(x)) = x", x=a) is True
    assert value("date(string(x)) = x", x=day) is True
    assert value("date and time(string(x)) = x", x=moment) is True
    assert value("duration(string(x)) = x", x=span) is True
    assert value("duration(string(x)) = x", x=months) is True
    assert value("x", x=text) == text


@QUICK
@given(DATES, DURATIONS, st.integers(-5000, 5000))
def test_dates(day: dt.date, span: dt.timedelta, months: int) -> None:
    moment = dt.datetime.combine(day, dt.time(), dt.UTC)
    assert value("m + d - d = m and (m + d) - m = d", m=moment, d=span) is True
    moved = value("day + m", day=day, m=feel.YearsMonths(months))
    assert value("years and months duration(day, moved)", day=day, moved=moved).months in (
        months,
        months + 1,
        months - 1,
    )


@QUICK
@given(st.lists(NUMBERS, max_size=12))
def test_lists(items: list[Decimal]) -> None:
    context = {"xs": items}
    assert value("sort(sort(xs)) = sort(xs) and reverse(reverse(xs)) = xs", **context) is True
    assert value("count(distinct values(xs)) <= count(xs)", **context) is True
    assert value("every x in distinct values(xs) satisfies list contains(xs, x)", **context) is True
    assert not items or value(
        "min(xs) = sort(xs)[1] and max(xs) = sort(xs)[-1] and sum(xs) / count(xs) = mean(xs)", **context
    )


# Printing ----------------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(["a", "b1", "申请人", "家庭 人数", "time offset", "x_y"])
OPERATORS = st.sampled_from(["+", "-", "*", "/", "**"])
RELATIONS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
TYPES = st.sampled_from([n.Type("number"), n.Type("list", (n.Type("string"),)), n.Type("date and time")])
LEAVES = st.one_of(
    st.decimals(0, 10**6, places=2).map(n.Literal),
    TEXTS.map(n.Literal),
    st.sampled_from([True, False, None]).map(n.Literal),
    WORDS.map(n.Name),
    st.just(n.AtLiteral("2024-02-29")),
)


def grow(tree: st.SearchStrategy[n.Node]) -> st.SearchStrategy[n.Node]:
    some = st.lists(tree, min_size=2, max_size=3).map(tuple)
    loops = st.lists(st.builds(n.Loop, WORDS, tree, st.none() | tree), min_size=1, max_size=2).map(tuple)
    keys = st.lists(WORDS, max_size=3, unique=True)
    return st.one_of(
        st.builds(n.Arithmetic, OPERATORS, tree, tree),
        st.builds(n.Compare, RELATIONS, tree, tree),
        some.map(n.And),
        some.map(n.Or),
        tree.map(n.Negate),
        st.builds(n.Path, tree, WORDS),
        st.builds(n.Filter, tree, tree),
        st.builds(n.Call, WORDS.map(n.Name), some),
        st.builds(lambda a, b: n.Call(n.Name("f"), (a, b), ("start position", "n")), tree, tree),
        st.builds(n.Between, tree, tree, tree),
        st.builds(n.InstanceOf, tree, TYPES),
        st.builds(n.If, tree, tree, tree),
        st.builds(n.For, loops, tree),
        st.builds(n.Quantified, st.booleans(), loops, tree),
        st.builds(lambda body: n.FunctionLiteral((("a", None), ("b", n.Type("number"))), body), tree),
        some.map(n.ListLiteral),
        st.builds(lambda names, item: n.ContextLiteral(tuple((name, item) for name in names)), keys, tree),
        st.builds(n.RangeLiteral, tree, tree, st.booleans(), st.booleans()),
    )


@QUICK
@given(st.recursive(LEAVES, grow, max_leaves=12))
def test_printing_a_tree_and_parsing_it_gives_the_tree(tree: n.Node) -> None:
    assert feel.parse(feel.unparse(tree)) == tree


# Robustness --------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [*sorted(KEYWORDS), *"+-*/()[]{},.:?<>=", "..", "**", "<=", "!=", "not", "item", "partial", "?", "external", "of"]
    + [
        "1",
        "-0.5",
        "1e6144",
        '"a"',
        '@"2024-01-31"',
        '@"P1M"',
        '@"PT1H"',
        '@"10:00:00Z"',
        "x",
        "xs",
        "c",
        "c.a",
        "nope",
    ]
    + ["count", "sum", "sort", "string", "date", "matches", "replace", "range", "context put", "date and time", "f"]
)
CONTEXT = {
    "x": 1,
    "xs": [1, 2.5, None, "a", {"a": [1]}],
    "c": {"a": {"b": 2}},
    "f": feel.compile("function(a) a").evaluate({}),
}


def outcome(compiler: Any, text: str) -> Any:
    try:
        return compiler(text).evaluate({**CONTEXT, "?": 1}, feel.Budget(steps=5000))
    except feel.FeelError as error:
        return error


@THOROUGH
@given(st.lists(PIECES, max_size=14).map(" ".join) | st.text(max_size=30))
def test_any_text_gives_a_value_or_a_clear_error(text: str) -> None:
    for compiler in (feel.compile, feel.compile_unary):
        error = outcome(compiler, text)
        if isinstance(error, feel.FeelError):
            assert error.message_zh
            assert error.message_en
            assert error.line is None or 1 <= error.line <= text.count("\n") + 1


ARGUMENTS = st.one_of(
    *(NUMBERS, DATES, MOMENTS, DURATIONS, MONTHS, TEXTS, st.none(), st.booleans()),
    st.sampled_from([[], [1, 2], ["a"], [None], {}, {"key": "a", "value": 1}, feel.Range(1, 5), CONTEXT["f"]]),
    st.sampled_from([dt.time(10), dt.time(10, tzinfo=dt.UTC), Decimal("1e6144"), Decimal("-1e-6143"), "P1D", "[1..2]"]),
)


OPENED = ("[", "(", "]", "<", "<= ", ">", ">=\n", "<==", "=", "", " ")
VALUES = ("1", "20.5", '"a"', "", ".")
BETWEEN, CLOSED = ("..", " .. ", "", ","), ("]", ")", "[", "", " ")


def test_lone_cells_are_read_as_the_parser_reads_them() -> None:
    def read(text: str) -> str:
        try:
            return repr(feel.parse_unary(text))  # positions included
        except feel.FeelSyntaxError:
            return "none"

    for text in map("".join, product(OPENED, VALUES, BETWEEN, VALUES, CLOSED)):
        assert read(text) == read(f"{text}/**/"), text  # a comment leads through the parser


@THOROUGH
@given(st.sampled_from(sorted(BUILTINS)), st.lists(ARGUMENTS, max_size=4))
def test_any_arguments_give_a_value_or_null(name: str, args: list[Any]) -> None:
    context = {f"a{i}": arg for i, arg in enumerate(args)}
    text = f"{name}({', '.join(context)})"
    budget = feel.Budget(steps=20_000, now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    with contextlib.suppress(feel.BudgetError):
        result = feel.compile(text).evaluate(context, budget)
        inferred = feel.check(text).kind
        assert inferred is None or result is None or kind(result) == inferred


@pytest.mark.parametrize(
    "text", ['time("10:00:00.{}")', 'date and time("2020-01-01T10:00:00.{}")', 'duration("PT1.{}S")']
)
def test_what_is_finer_than_a_nanosecond_is_null_and_never_another_moment(text: str) -> None:
    def value(digits: str) -> object:
        return feel.compile(text.format(digits)).evaluate({})

    assert value("1234567891") is None
    assert value("1234567890000") == value("123456789") is not None
