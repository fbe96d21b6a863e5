"""What awards are due month by month, against what was ordered for each month: arrears are the difference (D15).

A month is due what its terms say (`registry.terms`). Where figures changed since a day, the months from there on are
calculated anew, each by the figures of its last day and on the facts that its terms rest on: who joined the household
later has no share in it, who left later has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.cases.calculating import Calculator, Outcome
from app.core.clock import local_date
from app.core.months import first_of, last_of, month_after, name_of
from app.funds import arrears as funds
from app.funds.arrears import Found, record
from app.identity import queries as identity
from app.registry import recalculating as registry
from app.registry import terms
from app.registry.queries import WITHDRAWN, AwardState
from app.registry.terms import Terms

__all__ = ["Found", "Months", "record"]
NOTHING = Decimal("0.00")


class Months:
    """The months of awards of one programme from the month of a day on; terms that lie ahead are months, too."""

    def __init__(self, session: Session, awards: Sequence[AwardState], since: date, now: datetime) -> None:
        ids = [award.id for award in awards]
        self._since, self._today, self._session, self._ids = first_of(since), local_date(now), session, ids
        self._terms = terms.standing(session, ids)
        self._ordered = funds.ordered(session, ids, name_of(since))
        self._drafted = funds.Drafted(session, ids, {award.programme for award in awards}, name_of(since))
        self._chains: dict[str, Sequence[str]] = {}
        self._history: dict[str, list[registry.Before]] | None = None

    def due(self, by: Calculator, outcome: Outcome) -> list[Terms]:
        """What the months are due where it is not what the terms say: from which month on how much, to the last."""
        award, found = outcome.award, list[Terms]()
        for first in self._months(award):
            held = self._holding(award, first)
            worth, latest = self._worth(by, outcome, held, first), found[-1] if found else held
            if worth != latest.amount or latest.basis != held.basis:
                found.append(replace(held, since=first, amount=worth))
        if outcome.is_changed and not found:  # who pays is another, the sum is the same
            last = self._terms[award.id][-1]
            found.append(replace(last, since=max(last.since, self._since), amount=outcome.monthly))
        return found

    def owed(self, award: AwardState, due: Sequence[Terms]) -> list[Found]:
        """The arrears of an award: where a month that was drafted is due more than was ordered for it."""
        ordered, found = self._ordered.get(award.id, {}), list[Found]()
        for month, amount in self.worth(award, due).items():
            lacks = amount - ordered.get(month, NOTHING)
            if lacks > 0:
                found.append(Found(award.id, month, lacks))
        return found

    def worth(self, award: AwardState, due: Sequence[Terms] = ()) -> dict[str, Decimal]:
        """By month that was drafted, what an award is due; nothing outside of its days, or where it was withdrawn."""
        known, found = [*self._terms.get(award.id, ()), *due], dict[str, Decimal]()
        for month in sorted(self._drafted_months(award)):
            first = date.fromisoformat(f"{month}-01")
            runs = award.starts_on < first and (award.ended_on is None or first < award.ended_on)
            held = terms.holding(known, first) if runs and award.status != WITHDRAWN else None
            found[month] = held and held.amount or NOTHING
        return found

    def _drafted_months(self, award: AwardState) -> set[str]:
        if award.region_id not in self._chains:
            self._chains[award.region_id] = identity.chain(self._session, award.region_id).ids
        chain = self._chains[award.region_id]
        left_out = self._drafted.without(award.id, award.programme, award.recorded_at, chain)
        return left_out | set(self._ordered.get(award.id, ()))

    def _months(self, award: AwardState) -> Iterator[date]:
        """Those that were drafted, then all from the last of them on; of an award without terms none."""
        known, drafted = self._terms.get(award.id, ()), self._drafted_months(award)
        since = max(self._since, first_of(award.starts_on))
        last = max([first_of(self._today), *(each.since for each in known)])
        year_ago = first_of(self._today).replace(year=self._today.year - 1)
        rest = max(drafted, default=name_of(year_ago))
        while known and since <= last:
            if name_of(since) in drafted or name_of(since) >= rest:
                yield since
            since = month_after(since)

    def _holding(self, award: AwardState, first: date) -> Terms:
        found = terms.holding(self._terms[award.id], first)
        assert found is not None, "the first month of an award has terms"
        return found

    def _worth(self, by: Calculator, outcome: Outcome, held: Terms, first: date) -> Decimal | None:
        if first >= first_of(self._today) and held is self._terms[outcome.award.id][-1]:
            return outcome.monthly
        day = min(last_of(first), self._today)
        facts = self._facts(outcome.award, held)
        return by.month_worth(outcome.award, facts, held.amount or NOTHING, day)

    def _facts(self, award: AwardState, held: Terms) -> Mapping[str, Any]:
        """The facts that an event left."""
        if self._history is None:
            self._history = registry.history(self._session, self._ids)
        after = (each.facts for each in self._history.get(award.id, ()) if each.seq > held.basis)
        return next(after, award.facts)
