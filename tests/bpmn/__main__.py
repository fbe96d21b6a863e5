"""`make bpmn`: how many conformance runs are right, refused, silently wrong, and how many random walks differ (aim: 0).

What the gate takes for files that are large is printed as well.

`python -m tests.bpmn 5000` walks over as many random diagrams.
"""

from __future__ import annotations

import sys
from collections import Counter

from tests.bpmn.play import cases
from tests.bpmn.walk import play
from tests.support import large


def main(walks: int) -> int:
    """Print all; 1 where anything accepted ran otherwise than BPMN says."""
    counted: Counter[str] = Counter()
    for case in cases():
        verdict, why = case.outcome()
        counted[verdict] += 1
        if verdict != "right":
            print(f"{verdict:8} {case.name}: {why}")
    right, refused, wrong = (counted[each] for each in ("right", "refused", "wrong"))
    print(f"accepted and right {right}, refused {refused}, silently wrong {wrong} (aim 0)")
    walked, differences = play(walks)
    for difference in differences:
        print(f"differs: {difference}")
    print(f"random walks {walked['walks']} of {walked['steps']} steps, differing {len(differences)} (aim 0)")
    for each in large.taken():
        print(each)
    return int(bool(wrong or differences))


if __name__ == "__main__":  # spawned processes read this module again
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300))
