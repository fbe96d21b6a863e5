"""All measurements in one run: `make bench`, a quarter of an hour on a quiet machine.

Exit code 0 whatever the numbers; each module alone tells its aim.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from bench import (
    backtests,
    batch,
    cases,
    county,
    decisions,
    diagrams,
    editors,
    engine,
    feel,
    gate,
    http,
    large,
    letters,
    long,
    memory,
    migration,
    opening,
    pages,
    printing,
    releases,
    report,
    sizes,
    start,
    takeovers,
    trials,
    worker,
)

SECTIONS: tuple[tuple[str, Callable[..., object]], ...] = (
    ("A persisted action", cases.main),
    ("The engine alone", engine.main),
    ("Over HTTP", http.main),
    ("Bytes per page", pages.main),
    ("Processor time per page", opening.main),
    ("Every diagram", diagrams.main),
    ("A batch", batch.main),
    ("Workers", worker.main),
    ("A county", county.main),
    ("What an office already pays", takeovers.main),
    ("Letters", lambda: letters.main(list(letters.KEYS))),
    ("Letters as PDF", printing.main),
    ("FEEL and decision tables", feel.main),
    ("Decisions that run again", decisions.main),
    ("Back-tests", backtests.main),
    ("Trials of a draft", trials.main),
    ("Editors of the studio", editors.main),
    ("The gate after a save", gate.main),
    ("Large files", large.main),
    ("Releases", releases.main),
    ("Memory", memory.main),
    ("A start", start.main),
    ("A case of many rounds", long.main),
    ("Migration", migration.main),
    ("Bytes of a case", sizes.main),
)
SIZES: Mapping[str, tuple[int, int]] = {
    "A batch": (2_000, batch.GRANTS),
    "A county": (1_000, county.AWARDS),
    "What an office already pays": (2_000, takeovers.AWARDS),
    "Memory": (memory.REQUESTS, 20_000),
}
"""People or requests of the sections that take longer the more there are: in a quarter of an hour, or with `--full`."""


def _machine() -> None:
    told = report.machine()
    print(", ".join(f"{name} {version}" for name, version in told["versions"].items()))
    print(f"{told['system']}, {told['processors']} processors, load {told['load']}")


def main() -> int:
    """Run every section; `--json FILE` also writes every figure for machines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, default=None, metavar="FILE", help="write every figure to this file")
    parser.add_argument("--full", action="store_true", help="a whole county and a long run: hours")
    options = parser.parse_args()
    began = time.perf_counter()
    _machine()
    for title, run in SECTIONS:
        size = [SIZES[title][options.full]] if title in SIZES else []
        print("\n==", title, *(f"({each:,})" for each in size), flush=True)
        since = time.perf_counter()
        run(*size)
        print(f"-- {time.perf_counter() - since:.0f} s", flush=True)
    print(f"\n{time.perf_counter() - began:.0f} s in all")
    if options.json:
        report.write(options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
