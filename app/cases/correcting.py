"""What the page shows on which an application is corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.cases import store
from app.cases.action import Action, CaseHead
from app.cases.operations.correct import require_may_correct
from app.core.actor import Actor
from app.core.errors import Gone, NotYours
from app.forms import Form


@dataclass(frozen=True, slots=True)
class CorrectionPage:
    """`values` are what the application says now."""

    case: CaseHead
    place: str
    form: Form
    values: dict[str, Any]
    context: Mapping[str, Any]


def correction_page(session: Session, actor: Actor, case_id: str, now: datetime) -> CorrectionPage:
    """Raises NotFound, NotYours, Gone."""
    action = store.look(session, actor, case_id, now)
    require_may_correct(action)
    known, unknown = action.variables["application"], action.instance.unknown.get("application", {})
    return CorrectionPage(
        case=action.case,
        place=action.chain.full_name,
        form=action.bundle.application_form,
        values={**unknown, **known},
        context=action.variables,
    )


def may_correct(action: Action) -> bool:
    """Whether the page of the case offers it."""
    try:
        require_may_correct(action)
    except (Gone, NotYours):
        return False
    return True
