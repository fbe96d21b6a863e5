"""`make bpmn`: how many conformance runs are right, refused, silently wrong (aim: 0)."""

from __future__ import annotations

import sys
from collections import Counter

from tests.bpmn.play import cases

counted: Counter[str] = Counter()
for case in cases():
    verdict, why = case.outcome()
    counted[verdict] += 1
    if verdict != "right":
        print(f"{verdict:8} {case.name}: {why}")
print(f"accepted and right {counted['right']}, refused {counted['refused']}, silently wrong {counted['wrong']} (aim 0)")
sys.exit(1 if counted["wrong"] else 0)
