"""A second interpreter of BPMN 2.0, written from the standard (chapters 10 and 13) and sharing nothing with the engine.

It tells all states in which a case may be after a step, since the standard leaves the order of what happens at once
open. Its diagrams have no expressions: an oracle of the walk answers for them (see `tests.bpmn.walk`).
"""

from tests.bpmn.reference.drawing import Drawing
from tests.bpmn.reference.game import HUMAN, Game, TooWide
from tests.bpmn.reference.values import OPEN, WAITS, Case, Oracle, standing, timers

__all__ = ["HUMAN", "OPEN", "WAITS", "Case", "Drawing", "Game", "Oracle", "TooWide", "standing", "timers"]
