"""How much an evaluation may cost. Nothing here reads the clock: `now` is given by the caller."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from app.feel.errors import BudgetError, ClockError
from app.feel.stacks import on_own_stack

MAX_CALL_DEPTH = 1500
_CALLS_A_STACK = 40
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of one evaluation.

    steps: node evaluations inside loops, function calls and built-ins (a straight expression is bounded by its own
    length). size: elements of a collection or characters of a string that may be produced. now: what `now()` gives and
    whose date `today()` gives, aware, in the zone the answer is wanted in; None refuses both with ClockError.
    """

    steps: int = 100_000
    size: int = 60_000
    now: dt.datetime | None = None
    today: dt.date | None = None


DEFAULT = Budget()


class Run:
    """One evaluation under way: what is left of the budget."""

    depth = 0
    asked_clock = False
    trace: list[Any] | None = None  # where decision tables note which rows fired
    explains = False  # and, of every row, which of its cells hold
    given: Mapping[str, Sequence[Any]] = MappingProxyType({})  # table → what its columns see in place of what they ask

    def __init__(self, budget: Budget | None = None) -> None:
        self.budget = budget = budget or DEFAULT
        self.steps, self.size = budget.steps, budget.size
        self.lists: dict[int, tuple[Any, list[Any]]] = {}
        self.patterns: dict[tuple[str, str], Any] = {}

    def charge(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise BudgetError(
                f"计算量超出上限（{self.budget.steps} 步），请简化表达式或缩小列表",
                f"the step budget of {self.budget.steps} is exhausted",
            )

    def fits(self, size: int) -> None:
        """Charge for a text of that length, before it is made."""
        if size > self.size:
            raise too_big(self.size)
        self.charge(size >> 2)

    def made(self, members: int) -> None:
        """Charge for a collection of so many members."""
        if members > self.size:
            raise too_big(self.size)
        self.charge(members)

    def deeper(self, body: Callable[[T], Any], argument: T) -> Any:
        """The value of a function's body, one call deeper. Python's stack holds few of our calls, so that each so many
        of them go on upon the stack of a thread of their own, for which the caller waits."""
        self.depth += 1
        if self.depth > MAX_CALL_DEPTH:
            raise too_deep()
        value = body(argument) if self.depth % _CALLS_A_STACK else on_own_stack(body, argument)
        self.depth -= 1
        return value

    def now(self) -> dt.datetime:
        self.asked_clock = True
        if self.budget.now is None:
            raise _no_clock("now()")
        return self.budget.now

    def today(self) -> dt.date:
        self.asked_clock = True
        if self.budget.today is not None:
            return self.budget.today
        if self.budget.now is None:
            raise _no_clock("today()")
        return self.budget.now.date()


def too_deep() -> BudgetError:
    return BudgetError("函数调用或数据嵌套过深", "function calls or data are nested too deeply")


def too_big(limit: int) -> BudgetError:
    return BudgetError(f"结果过大（上限 {limit}）", f"the result is larger than {limit}")


def _no_clock(name: str) -> ClockError:
    return ClockError(f"此处没有提供当前时间，不能使用 {name}", f"{name} needs a clock, and none was given here")
