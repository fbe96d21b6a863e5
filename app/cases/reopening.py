"""What the page of a case offers of reopening."""

from __future__ import annotations

from app import engine
from app.cases.action import Action
from app.cases.operations.reopen import require_may_reopen, steps
from app.core.errors import Gone, NotYours


def reopening_steps(action: Action) -> list[engine.Element]:
    """The steps to which the actor may send the case back, the decision first; none where the page offers nothing."""
    try:
        require_may_reopen(action)
    except (Gone, NotYours):
        return []
    return steps(action)
