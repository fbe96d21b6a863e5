"""Recursion deeper than one stack of Python allows."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


def on_own_stack(body: Callable[[T], Any], argument: T) -> Any:
    """`body(argument)` on a thread with an empty stack; what it raises is raised here. The caller waits meanwhile."""
    outcome: list[Any] = []
    failure: list[BaseException] = []

    def work() -> None:
        try:
            outcome.append(body(argument))
        except BaseException as error:
            failure.append(error)

    thread = Thread(target=work, name="feel")
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return outcome[0]
