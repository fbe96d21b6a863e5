"""Whether what is published is what is paid (D15), and what a figure that waits would bring. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.arrears import Months
from app.cases.calculating import Calculator
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


def applied(session: Session, actor: Actor, region_code: str, programme: str, now: datetime) -> Report:
    """Every award of a programme in payment in a region, calculated by the figures of today: what is paid differently.

    Empty differences prove that the published and the applied standard are the same. Raises NotFound, NotYours.
    """
    chain = identity.chain(session, identity.region_by_code(session, region_code, local_date(now)).id)
    policy.require_covers(session, actor, chain, SEE)
    report, calculators = Report(), dict[str, Calculator | None]()
    for award in _awards(session, chain.nearest, programme):
        if award.region_id not in calculators:
            calculators[award.region_id] = calculator(session, programme, award.region_id, now)
        _compare(report, calculators[award.region_id], award)
    return report


def preview(session: Session, actor: Actor, figure_id: str, now: datetime) -> Report:
    """What confirming an entry brings about as if it were done today: whom it concerns, sums, a month's cost, arrears.

    Who confirms figures must see what it costs; whose award it is, only who sees awards. Raises NotFound, NotYours.
    """
    entry = figures.find(session, figure_id)
    chain = identity.chain(session, entry.scope)
    sees = policy.covers(actor, chain, SEE)
    if not sees:
        policy.require_covers(session, actor, chain, CONFIRMS)
    as_of = max(now, _morning(entry.valid_from, now))

    def assumed(of: identity.RegionChain, day: date) -> AssumedFigures:
        return AssumedFigures(session, of.ids, day, of.full_name, entry)

    report = Report()
    for programme in programmes_following(session, entry, local_date(as_of)):
        calculators: dict[str, Calculator | None] = {}
        for awards in _pages(session, chain.nearest, programme):
            months = Months(session, awards, entry.valid_from, now)
            for award in awards:
                if award.region_id not in calculators:
                    calculators[award.region_id] = calculator(session, programme, award.region_id, as_of, assumed)
                _compare(report, calculators[award.region_id], award, months)
    if not sees:
        report.differences = [replace(each, name=None) for each in report.differences]
    return report


def done(session: Session, figure_id: str) -> Done:
    """What was recalculated because of an entry."""
    columns = ("awards", "changed", "rechecked", "monthly_more", "arrears")
    sums = [func.coalesce(func.sum(getattr(Recalculation, name)), 0) for name in columns]
    row = session.execute(select(*sums, func.max(Recalculation.at)).where(Recalculation.figure_id == figure_id)).one()
    return Done(int(row[0]), int(row[1]), int(row[2]), row[3] or Decimal(0), row[4] or Decimal(0), row[5])


def _compare(report: Report, by: Calculator | None, award: AwardState, months: Months | None = None) -> None:
    report.awards += 1
    if by is None:
        return
    outcome = by.now_worth(award)
    owed = months.owed(award, months.due(by, outcome)) if months and outcome.refused is None else []
    total = sum((each.amount for each in owed), Decimal("0.00"))
    if outcome.refused is not None or outcome.is_changed or total:
        report.differences.append(
            Difference(
                award.id, award.name, award.programme, award.monthly, outcome.monthly, total, outcome.refused or ""
            )
        )


def _morning(day: date, like: datetime) -> datetime:
    return datetime.combine(day, like.timetz())


def _pages(session: Session, region: identity.RegionRef, programme: str) -> Iterator[list[AwardState]]:
    after = ""
    while page := registry.in_payment(session, region, programme, after, PAGE):
        yield page
        after = page[-1].id


def _awards(session: Session, region: identity.RegionRef, programme: str) -> Iterator[AwardState]:
    for page in _pages(session, region, programme):
        yield from page
