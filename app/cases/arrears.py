"""What a raised standard adds to the months that were ordered already (D15), month by month.

A month is calculated by the figures of its last day and for whom the award covered when it was ordered: who joined the
household later has no share in it, who left later has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.cases.calculating import Calculator
from app.core.clock import local_date
from app.funds import arrears as funds
from app.funds.arrears import Found, Ordered, record
from app.registry import recalculating as registry
from app.registry.queries import AwardState

__all__ = ["Found", "Months", "record"]


class Months:
    """The months of awards that were ordered, from the month of a day on."""

    def __init__(self, session: Session, awards: Sequence[AwardState], since: date, now: datetime) -> None:
        ids = [award.id for award in awards]
        self._today = local_date(now)
        self._ordered = funds.ordered(session, ids, funds.month_of(since))
        first = min((each.at for months in self._ordered.values() for each in months), default=None)
        self._history = registry.history(session, ids, first) if first is not None else {}

    def owed(self, by: Calculator, award: AwardState) -> list[Found]:
        """The arrears of an award: where a month is worth more than was ordered for it."""
        found = []
        for each in self._ordered.get(award.id, ()):
            day = min(_last_day(each.month), self._today)
            worth = by.month_worth(award, self._facts(award, each), each.amount, day)
            if worth > each.amount:
                found.append(Found(award.id, each.month, worth - each.amount))
        return found

    def _facts(self, award: AwardState, month: Ordered) -> Mapping[str, Any]:
        """The facts of the award as they stood when the month was ordered."""
        for before in self._history.get(award.id, ()):
            if before.until > month.at or (before.until == month.at and before.amount == month.first):
                return before.facts
        return award.facts


def _last_day(month: str) -> date:
    first = date.fromisoformat(f"{month}-01")
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
