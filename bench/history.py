"""One line a release in `bench/history.md`. `python -m bench.history FILE… [--release NAME]` appends it.

FILE: what `make bench JSON=FILE` and `make bench-scale JSON=FILE` wrote; the first tells the machine.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HISTORY = Path(__file__).parent / "history.md"
NONE = "–"
SCALE = "scale.postgresql."
COLUMNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("action ÷ naive", ("action.ratio",)),
    ("apply, village, review: CPU ms", tuple(f"action.sqlite.{step}.cpu" for step in (
        "apply", "village_investigation", "township_review"))),
    ("inbox, task, case: CPU ms", ("pages.cpu.inbox", "pages.cpu.task", "pages.cpu.case")),
    ("HTTP village, review: p99 ms", tuple(f"http.postgresql.{step}.p99" for step in (
        "village_investigation", "township_review"))),
    ("letters a second: SQLite, PostgreSQL", ("worker.letters.sqlite.wall", "worker.letters.postgresql.wall")),
)  # fmt: skip


def line(told: Sequence[Mapping[str, Any]], release: str) -> str:
    """The row of a release from what its benches wrote; what was not measured is a dash."""
    known = {each["name"]: each["value"] for run in told for each in run["figures"]}
    first = told[0]
    cells = [release or first["versions"]["doudi"], first["at"][:10], f"{first['processors']}, {first['load']}",
             _shown(first["commit"]["wall"])]  # fmt: skip
    cells += [", ".join(_shown(known.get(name)) for name in names) for _, names in COLUMNS]
    for end in (".growth", ".p95"):
        worst = max(((value, name) for name, value in known.items() if name.startswith(SCALE) and name.endswith(end)),
                    default=None)  # fmt: skip
        cells.append(f"{_shown(worst[0])} {worst[1][len(SCALE) : -len(end)]}" if worst else NONE)
    return f"| {' | '.join(cells)} |"


def _shown(value: float | None) -> str:
    return NONE if value is None else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def main() -> None:
    """Append the line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--release", default="", help="its name (default: the version that was measured)")
    options = parser.parse_args()
    added = line([json.loads(file.read_text(encoding="utf-8")) for file in options.files], options.release)
    with HISTORY.open("a", encoding="utf-8") as history:
        history.write(added + "\n")
    print(added)


if __name__ == "__main__":
    main()
