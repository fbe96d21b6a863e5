"""Whether what is published is what is paid (D15), and what a figure that waits would bring. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Self

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.cases.arrears import Months
from app.cases.calculating import Calculator, Figures
from app.cases.models import Recalculation
from app.cases.recalculation import calculator, programmes_following
from app.core.actor import Actor
from app.core.clock import local_date
from app.figures import queries as figures
from app.figures.reader import AssumedFigures
from app.identity import policy
from app.identity import queries as identity
from app.registry import recalculating as registry
from app.registry.queries import AwardState

SEE, CONFIRMS = "see_awards", "confirm_figures"
PAGE = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """An award that is not paid, or would not be paid, what the figures say. `to` is None where people must look."""

    award_id: str
    name: str | None
    programme: str
    paid: Decimal | None
    to: Decimal | None
    arrears: Decimal = Decimal("0.00")
    reason: str = ""


@dataclass
class Report:
    """`awards` were looked at. `monthly` is what the differences come to in a month, `arrears` once."""

    awards: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def changed(self) -> list[Difference]:
        return [each for each in self.differences if each.to is not None]

    @property
    def to_people(self) -> list[Difference]:
        """Those that cannot be calculated from the record."""
        return [each for each in self.differences if each.to is None]

    @property
    def monthly(self) -> Decimal:
        zero = Decimal("0.00")
        return sum(((each.to or zero) - (each.paid or zero) for each in self.changed), zero)

    @property
    def arrears(self) -> Decimal:
        return sum((each.arrears for each in self.differences), Decimal("0.00"))


@dataclass(frozen=True, slots=True)
class Done:
    """What the recalculations of a figure did until now."""

    awards: int
    changed: int
    rechecked: int
    monthly_more: Decimal
    arrears: Decimal
    last_at: datetime | None


class Comparer:
    """Calculates awards by the figures of a moment, `assumed` or in force, and says what is paid differently.

    With `since`, what their months lack from that day on is looked for, too. What cannot be calculated is a difference.
    """

    def __init__(
        self,
        session: Session,
        now: datetime,
        as_of: datetime,
        assumed: Figures | None = None,
        since: date | None = None,
    ) -> None:
        self._session, self._now, self._as_of, self._assumed, self._since = session, now, as_of, assumed, since
        self._calculators: dict[tuple[str, str], Calculator | None] = {}

    @classmethod
    def of_figure(cls, session: Session, figure_id: str, now: datetime) -> Self:
        """As if an entry that waits were confirmed and its day had come."""
        entry = figures.find(session, figure_id)

        def assumed(of: identity.RegionChain, day: date) -> AssumedFigures:
            return AssumedFigures(session, of.ids, day, of.full_name, entry)

        return cls(session, now, as_of(entry, now), assumed, entry.valid_from)

    def differences(self, awards: Sequence[AwardState]) -> list[Difference]:
        """Those of the awards that would be paid, or owed, something else."""
        months = Months(self._session, awards, self._since, self._now) if self._since else None
        found = (self._difference(award, months) for award in awards)
        return [each for each in found if each is not None]

    def _difference(self, award: AwardState, months: Months | None) -> Difference | None:
        key = award.programme, award.region_id
        if key not in self._calculators:
            self._calculators[key] = calculator(self._session, *key, self._as_of, self._assumed)
        by = self._calculators[key]
        if by is None:
            return None
        of = award.id, award.name, award.programme, award.monthly
        try:
            outcome = by.now_worth(award)
            owed = months.owed(award, months.due(by, outcome)) if months and outcome.refused is None else []
        except SQLAlchemyError:
            raise
        except Exception as failed:  # one that cannot be calculated must not hide the others
            return Difference(*of, None, reason=f"算不出来：{failed}")
        total = sum((each.amount for each in owed), Decimal("0.00"))
        if outcome.refused is None and not outcome.is_changed and not total:
            return None
        return Difference(*of, outcome.monthly, total, outcome.refused or "")


def applied(session: Session, actor: Actor, region_code: str, programme: str, now: datetime) -> Report:
    """Every award of a programme in payment in a region, calculated by the figures of today: what is paid differently.

    Empty differences prove that the published and the applied standard are the same. Raises NotFound, NotYours.
    """
    chain = identity.chain_of_code(session, region_code, local_date(now))
    policy.require_covers(session, actor, chain, SEE)
    return _report(session, Comparer(session, now, now), chain.nearest, [programme])


def preview(session: Session, actor: Actor, figure_id: str, now: datetime) -> Report:
    """What confirming an entry brings about as if it were done today: whom it concerns, sums, a month's cost, arrears.

    Who confirms figures must see what it costs; whose award it is, only who sees awards. Raises NotFound, NotYours.
    """
    entry = figures.find(session, figure_id)
    chain = identity.chain(session, entry.scope)
    sees = sees_names(session, actor, chain)
    programmes = programmes_following(session, entry, local_date(as_of(entry, now)))
    report = _report(session, Comparer.of_figure(session, figure_id, now), chain.nearest, programmes)
    if not sees:
        report.differences = [replace(each, name=None) for each in report.differences]
    return report


def sees_names(session: Session, actor: Actor, chain: identity.RegionChain) -> bool:
    """Whether a preview names people to the actor; raises NotYours to whom it shows nothing."""
    if policy.covers(actor, chain, SEE):
        return True
    policy.require_covers(session, actor, chain, CONFIRMS)
    return False


def as_of(entry: figures.FigureRow, now: datetime) -> datetime:
    """Today, or the morning of the day from which the entry holds."""
    return max(now, datetime.combine(entry.valid_from, now.timetz()))


def _report(session: Session, by: Comparer, region: identity.RegionRef, programmes: Sequence[str]) -> Report:
    report, after = Report(), ""
    while page := registry.in_payment(session, region, programmes, after, PAGE):
        report.awards += len(page)
        report.differences += by.differences(page)
        after = page[-1].id
    return report


def done(session: Session, figure_id: str) -> Done:
    """What was recalculated because of an entry."""
    columns = ("awards", "changed", "rechecked", "monthly_more", "arrears")
    sums = [func.coalesce(func.sum(getattr(Recalculation, name)), 0) for name in columns]
    row = session.execute(select(*sums, func.max(Recalculation.at)).where(Recalculation.figure_id == figure_id)).one()
    return Done(int(row[0]), int(row[1]), int(row[2]), row[3] or Decimal(0), row[4] or Decimal(0), row[5])
