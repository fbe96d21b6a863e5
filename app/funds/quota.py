"""The monthly quota subsidy of institutions (定额补助, E17): residents × the year's figure of the stars / 12.

Which figures those are, and whose residents count, a bundle's `quota_subsidy` says. What is ordered of it, and what
months that were ordered lack, `quota_due` says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.core.errors import Invalid, NotFound
from app.core.money import to_money
from app.core.months import month_after, name_of
from app.definitions import queries as definitions
from app.figures.errors import FigureMissing
from app.figures.reader import FigureReader
from app.identity import queries as identity
from app.registry import houses, ratings, residents

QUOTA = "quota"
MONTHS = 12
STARS = "一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Subsidy:
    """What an institution gets for a month: `heads` lived there, `basis` says how the amount was reached."""

    institution_id: str
    name: str
    heads: int
    amount: Decimal
    basis: str


@dataclass(frozen=True, slots=True)
class Month:
    """The subsidies of a programme in a county for a month, and the institutions with residents but no stars."""

    programme: str
    subsidies: tuple[Subsidy, ...]
    unrated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Day:
    """A day that counts: who lived in the institution, and the year's figure of its stars (None: it has none)."""

    people: int
    stars: int | None
    year: Decimal | None


def faults_of(region_level: str, first: date, today: date, amount: Decimal | None) -> dict[str, str]:
    """What is wrong with a batch of subsidies, by field."""
    faults = {}
    if region_level != "county":
        faults["region"] = "定额补助按县（市、区）编制，请选择县级地区"
    if first > today:
        faults["due_on"] = "这个月还没有开始，请在当月或者以后编制"
    if amount is not None:
        faults["amount"] = "定额补助按机构星级的标准和人数计算，发放标准请留空"
    return faults


def month_of(session: Session, region: identity.RegionRef, programme: str, first: date, today: date) -> Month:
    """What the institutions of a county get for the month that begins on a day.

    Raises Invalid (programmes, due_on): the programme grants no subsidy here, a figure is missing, or days of
    residence count and the month is not over.
    """
    chain = identity.chain(session, region.id)
    try:
        rule = definitions.resolve(session, programme, chain.ids, first).quota_subsidy
    except NotFound:
        rule = None
    if rule is None:
        title = definitions.title_of(session, programme)
        raise Invalid({"programmes": f"“{title}”在{chain.nearest.name}没有定额补助，请只选择有定额补助的项目"})
    try:
        return _month(session, chain, programme, rule, first, today)
    except FigureMissing as missing:
        raise Invalid({"programmes": str(missing)}) from missing


def _month(
    session: Session, chain: identity.RegionChain, programme: str, rule: Mapping[str, Any], first: date, today: date
) -> Month:
    following = month_after(first)
    by_days = FigureReader(session, chain.ids, first, chain.full_name)[rule["by_days"]] == 1
    if by_days and following > today:
        raise Invalid({"due_on": "定额补助按实际供养天数计算，请在当月结束以后编制"})
    days = [first + timedelta(n) for n in range((following - first).days)] if by_days else [first]
    figures = {day: FigureReader(session, chain.ids, day, chain.full_name) for day in days}
    found = {each.id: each.name for each in houses.institutions_of(session, chain.nearest.id)}
    living = residents.living_on(session, found, rule["residents_of"], chain.at("city") or chain.nearest, days)
    rated = ratings.ratings_of(session, list(found))
    subsidies, unrated = [], []
    for house, name in found.items():
        people: set[str] = set().union(*(living[house, day] for day in days))
        counted = [_day(rule, figures[day], len(living[house, day]), rated[house], day) for day in days]
        amount = amount_of([(each.people, each.year or Decimal(0)) for each in counted])
        if amount > 0:
            subsidies.append(Subsidy(house, name, len(people), amount, _basis(counted, by_days)))
        if any(each.people and each.stars is None for each in counted):
            unrated.append(name)
    return Month(programme, tuple(subsidies), tuple(unrated))


def amount_of(days: Sequence[tuple[int, Decimal]]) -> Decimal:
    """A twelfth of the year's figure for each person, as the average of the days `(people, figure)`; half up."""
    return to_money(sum((people * year for people, year in days), Decimal(0)) / (MONTHS * len(days)))


def _day(
    rule: Mapping[str, Any], figures: FigureReader, people: int, rated: Sequence[ratings.Rating], day: date
) -> _Day:
    stars = next((each.stars for each in rated if each.holds(day)), None)
    key = rule["stars"].get(str(stars))
    # What nobody lives by is not asked for: a missing figure holds up those alone whom it concerns.
    return _Day(people, stars, figures[key] if key and people else None)


def _basis(counted: Sequence[_Day], by_days: bool) -> str:
    """`三星级 12 人，每人每年 7200 元`; by days: of each figure the days of residence."""
    sums: dict[tuple[int, Decimal], int] = {}
    for each in counted:
        if each.stars and each.year is not None:
            sums[each.stars, each.year] = sums.get((each.stars, each.year), 0) + each.people
    unit = "人天" if by_days else "人"
    return "；".join(
        f"{STARS[stars - 1]}星级 {many} {unit}，每人每年 {year:f} 元" for (stars, year), many in sums.items() if many
    )


def once_key(due_on: date) -> str:
    """What, with the institution's id, names the order of its month."""
    return f"{QUOTA}:{name_of(due_on)}:"
