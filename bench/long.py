"""A case that goes to and fro 400 times: what a task costs in its first rounds and in its last. `python -m bench.long`.

Through `app.cases`, with history, clocks and audit; milliseconds of processor time. Aim below.
"""

from __future__ import annotations

import time
from statistics import median

from bench.report import figure
from bench.world import on_sqlite
from tests.support.rounds import Rounds

ROUNDS, SHOWN = 400, 20
AIM_RATIO = 1.3


def main() -> None:
    """Print the medians of the first and of the last rounds and note them."""
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
        first, last = (1000 * median(part) for part in (taken[5 : 5 + SHOWN], taken[-SHOWN:]))
        figure(f"long.{name}.last", last, "ms")
        figure(f"long.{name}.ratio", last / first, "times", f"<= {AIM_RATIO}")
        print(f"{name}: {first:.1f} ms in round {SHOWN}, {last:.1f} ms in round {ROUNDS}", end=" ")
        print(f"({last / first:.2f} times, aim: {AIM_RATIO})")


if __name__ == "__main__":
    main()
