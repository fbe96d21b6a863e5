"""The engine: runs BPMN diagrams on SpiffWorkflow, which nothing else imports. It knows neither Flask nor SQL.

Commands take a diagram, a state (bytes), the variables and a host, and return an `Advance`. A Rejection raised by the
host passes through unchanged, and nothing has happened; any other failure of an automatic element becomes
`Advance.failure`.
"""

from app.engine.calculation import Asked, Calculation, assigned, calculate, is_calculation
from app.engine.diagram import Diagram, load
from app.engine.due import Due
from app.engine.errors import (
    DiagramError,
    ElementError,
    NotAwaited,
    NotOpen,
    NotReturnable,
    StateError,
)
from app.engine.instance import explain
from app.engine.migrate import Migration, migrate
from app.engine.model import (
    COMPETENCE,
    GONE,
    WAIT,
    Advance,
    Effect,
    Element,
    Failure,
    Flow,
    Host,
    OpenTask,
    Timer,
    Wait,
)
from app.engine.passed import Passage, passages, passed
from app.engine.run import (
    cancel,
    complete,
    complete_wait,
    deadline,
    evaluate,
    fire_timers,
    retry,
    return_to,
    send,
    start,
    think_again,
)
from app.engine.scope import budget, compose
from app.engine.walk import Walk, unwound

__all__ = [
    "COMPETENCE",
    "GONE",
    "WAIT",
    "Advance",
    "Asked",
    "Calculation",
    "Diagram",
    "DiagramError",
    "Due",
    "Effect",
    "Element",
    "ElementError",
    "Failure",
    "Flow",
    "Host",
    "Migration",
    "NotAwaited",
    "NotOpen",
    "NotReturnable",
    "OpenTask",
    "Passage",
    "StateError",
    "Timer",
    "Wait",
    "Walk",
    "assigned",
    "calculate",
    "cancel",
    "complete",
    "complete_wait",
    "budget",
    "compose",
    "deadline",
    "evaluate",
    "explain",
    "fire_timers",
    "is_calculation",
    "load",
    "migrate",
    "passages",
    "passed",
    "retry",
    "return_to",
    "send",
    "start",
    "think_again",
    "unwound",
]
