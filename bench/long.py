"""Long cases: one that goes to and fro 400 times, one of 200 steps in a row, a household of 40. `python -m bench.long`.

Through `app.cases`, with history, clocks and audit; milliseconds of processor time. Aims below.
"""

from __future__ import annotations

import time
from statistics import median

from bench.report import figure
from bench.world import on_sqlite
from tests.support import household
from tests.support.lines import Line
from tests.support.rounds import Rounds

ROUNDS, SHOWN = 400, 20
STEPS, MEMBERS = 200, 40
AIM_RATIO = 1.3
AIM_LINE = 1.8


def main() -> None:
    """Print what the first and the last rounds, steps and members take, and note it."""
    _rounds()
    _line()
    _household()


def _rounds() -> None:
    with on_sqlite() as office:
        rounds = Rounds.begun(office)
        completed, returned = [], []
        for _ in range(ROUNDS):
            began = time.process_time()
            rounds.complete()
            between = time.process_time()
            rounds.send_back()
            completed.append(between - began)
            returned.append(time.process_time() - between)
    for name, taken in (("complete", completed), ("return", returned)):
        _told(name, "round", taken, AIM_RATIO)


def _line() -> None:
    with on_sqlite() as office:
        line, taken = Line.begun(office, STEPS), []
        for _ in range(STEPS - 1):
            began = time.process_time()
            line.complete()
            taken.append(time.process_time() - began)
        stored = line.stored()
    _told("step", "step", taken, AIM_LINE)
    figure("long.step.stored", stored, "bytes")
    print(f"state of the case at its last step: {stored} bytes")


def _told(name: str, what: str, taken: list[float], aim: float) -> None:
    first, last = (1000 * median(part) for part in (taken[5 : 5 + SHOWN], taken[-SHOWN:]))
    figure(f"long.{name}.last", last, "ms", of=[1000 * each for each in taken[-SHOWN:]])
    figure(f"long.{name}.ratio", last / first, "times", f"<= {aim}")
    print(f"{name}: {first:.1f} ms in {what} {SHOWN}, {last:.1f} ms in {what} {len(taken)}", end=" ")
    print(f"({last / first:.2f} times, aim: {aim})")


def _household() -> None:
    with on_sqlite() as office:
        household.prepare(office)
        household.walked(office, 2, 0)
        few, many = household.walked(office, 2, 100), household.walked(office, MEMBERS, 200)
    for action, (statements, seconds) in many.items():
        figure(f"long.household.{action}", 1000 * seconds, "ms")
        print(
            f"household, {action}: {1000 * few[action][1]:.1f} ms and {few[action][0]} statements of 2 members, "
            f"{1000 * seconds:.1f} ms and {statements} of {MEMBERS}"
        )


if __name__ == "__main__":
    main()
