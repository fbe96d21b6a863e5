"""`make bpmn`: how many conformance runs are right, refused, silently wrong, and how many random walks differ (aim: 0).

`python -m tests.bpmn 5000` walks over as many random diagrams.
"""

from __future__ import annotations

import sys
from collections import Counter

from tests.bpmn.play import cases
from tests.bpmn.walk import play

counted: Counter[str] = Counter()
for case in cases():
    verdict, why = case.outcome()
    counted[verdict] += 1
    if verdict != "right":
        print(f"{verdict:8} {case.name}: {why}")
print(f"accepted and right {counted['right']}, refused {counted['refused']}, silently wrong {counted['wrong']} (aim 0)")
walked, differences = play(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
for difference in differences:
    print(f"differs: {difference}")
print(f"random walks {walked['walks']} of {walked['steps']} steps, differing {len(differences)} (aim 0)")
sys.exit(1 if counted["wrong"] or differences else 0)
