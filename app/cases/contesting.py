"""What an applicant may do against a decision: to whom, and until when, counted from the day of its letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.cases.action import Action
from app.cases.operations.appealing import DECIDED
from app.documents import queries as documents
from app.figures import remedies
from app.figures.catalogue import catalogue
from app.funds.operations import months_later
from app.identity import queries as identity


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way against a decision. `until`: the last day, if the letter was received on the day that it bears; None
    where there is no limit. `law`: where that stands, None where nothing is cited."""

    title: str
    organ: str | None
    within: str | None
    until: date | None
    law: str | None


@dataclass(frozen=True, slots=True)
class Contest:
    """The letter with the decision, its day, and the remedies that it tells."""

    letter: str
    day: date
    remedies: tuple[Remedy, ...]


def of(action: Action) -> Contest | None:
    """None where nothing is decided, or no letter says it."""
    if action.case.status not in DECIDED:
        return None
    letter = documents.decision_of(action.session, action.case.id)
    if letter is None:
        return None
    office = identity.office(action.session, letter.office_id)
    told = remedies.against(
        catalogue(action.session).remedies, office.kind, action.chain.facts, {"name": office.name}, letter.issued_on
    )
    return Contest(letter.title, letter.issued_on, tuple(_remedy(each, letter.issued_on) for each in told))


def _remedy(told: dict[str, Any], day: date) -> Remedy:
    limit, until = told["limit"], None
    if limit:
        until = months_later(day, limit) if told["unit"] == "months" else day + timedelta(days=limit)
    return Remedy(told["title"], told["organ"], told["within"], until, told["law"])
