"""`python -m tests.tck`: passed and total of each level; fails below the committed figures, and without cases."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.tck.runner import LEVELS, ROOT, Verdict, play, present

HERE = Path(__file__).parent
FIGURES = HERE / "figures.json"
KNOWN = HERE / "known.json"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-v", "--verbose", action="store_true", help="list every failing case with what it gave")
    parser.add_argument("--only", default="", help="play only cases whose name contains this; checks no figure")
    options = parser.parse_args()
    if not present():
        print(f"no TCK at {ROOT}: set DOUDI_TCK to a folder with {' and '.join(LEVELS.values())}")
        return 1
    figures, known = json.loads(FIGURES.read_text()), json.loads(KNOWN.read_text())
    sound = True
    for level in LEVELS:
        verdicts = [verdict for verdict in play(level) if options.only in verdict.case]
        sound &= report(level, verdicts, figures[str(level)], known, options.verbose, bool(options.only))
    return 0 if sound else 1


def report(
    level: int, verdicts: list[Verdict], figure: dict[str, float], known: dict[str, str], verbose: bool, partial: bool
) -> bool:
    failed = [verdict for verdict in verdicts if not verdict.passed]
    passed, total = len(verdicts) - len(failed), len(verdicts)
    share = f" ({passed / total:.2%})" if total else ""
    print(f"level {level}: {passed}/{total}{share}")
    for verdict in failed:
        reason = known.get(verdict.case)
        if verbose or reason is None:
            print(f"  {'known: ' if reason else ''}{verdict.case}: {reason or verdict.reason}")
    if partial:
        return True
    if not total:
        print(f"  no case found for level {level} in {ROOT}")
        return False
    if not holds(passed, total, figure):
        print(f"  below the committed figure of {figure['passed']}/{figure['total']}")
        return False
    return True


def holds(passed: int, total: int, figure: dict[str, float]) -> bool:
    """Whether the committed figure is met. Another part of the suite has another size: there a floor holds."""
    return passed >= figure["passed"] if total == figure["total"] else passed * 100 >= figure["floor"] * total


if __name__ == "__main__":
    sys.exit(main())
