"""What payments need of awards: who is in payment on a day, on which terms, and to which account."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.identity.queries import RegionRef, within
from app.registry.lookups import COVERED, PERSON
from app.registry.members import covers
from app.registry.models import ENDED, IN_PAYMENT, INSTITUTION_ACCOUNT, WITHDRAWN, Award, Institution, Person
from app.registry.roles import IS_PAID_TO, PAID_TO, PAYS_TO
from app.registry.terms import TERMS, hold

HOUSE: Table = Institution.__table__  # type: ignore[assignment]
"""Institutions, published: batches join it for reading, since half a million lines are ordered in one statement."""
CASE_OF_AWARD = select(Award.id.label("award_id"), Award.case_id).where(Award.case_id.is_not(None)).subquery()
"""By which case an award was granted, published: whoever pays a file of them joins it. Taken over ones have none."""
NAMELESS = "（姓名未登记）"
"""Whom nobody has named yet stands in the list all the same: left out, he would quietly go without."""


@dataclass(frozen=True, slots=True)
class Paid:
    """Which awards are paid, and the day whose members count; `by_month` what their terms say for the month."""

    awards: ColumnElement[bool]
    on: date
    by_month: bool = False


def on_day(day: date) -> Paid:
    """Awards that are in payment on a day: whom a grant of that day reaches."""
    return Paid(and_(Award.starts_on <= day, _runs_after(day)), day)


def of_month(day: date) -> Paid:
    """Awards that are paid for the month of a day: confirmed before the month, and not ended before it."""
    first = day.replace(day=1)
    return Paid(and_(Award.starts_on < first, _runs_after(first)), first, by_month=True)


def ever(day: date) -> Paid:
    """Awards that were in payment at some time: whom arrears reach, also when the award has ended since."""
    return Paid(Award.status != WITHDRAWN, day)


def _runs_after(day: date) -> ColumnElement[bool]:
    # An ending that lies ahead was decided already; until then the award is paid.
    return or_(Award.status == IN_PAYMENT, and_(Award.status == ENDED, Award.ended_on > day))


def in_payment_select(region: RegionRef, programmes: Collection[str], paid: Paid) -> Select[Any]:
    """Awards of a region that are `paid` (`on_day`, `of_month`), for batches.

    Nobody is paid who died before, and nothing whose sum waits to be calculated again: of a month, from the month on
    for which somebody is missing. `monthly` is what is due for the month, else what was decided last.
    award_id, person_id, region_id, programme, payee, monthly, heads; `institution_id` is where the money goes to an
    institution's account, `split` the shares of those who pay (both null otherwise).
    """
    living = or_(PERSON.c.died_on.is_(None), PERSON.c.died_on >= paid.on)
    counted = COVERED.join(PERSON, PERSON.c.id == COVERED.c.person_id)
    heads = select(func.count()).select_from(counted).where(COVERED.c.award_id == Award.id, covers(paid.on), living)
    pays = TERMS.c if paid.by_month else Award.__table__.c
    known = Award.recount_since.is_(None)
    query = (
        select(
            Award.id.label("award_id"),
            Award.person_id.label("person_id"),
            Award.region_id.label("region_id"),
            Award.programme.label("programme"),
            func.coalesce(PAID_TO.c.name, Person.name, NAMELESS).label("payee"),
            pays.amount.label("monthly"),
            heads.correlate(Award).scalar_subquery().label("heads"),
            case((pays.channel == INSTITUTION_ACCOUNT, pays.institution_id)).label("institution_id"),
            pays.split.label("split"),
        )
        .join(Person, Person.id == Award.person_id)
        .outerjoin(PAYS_TO, IS_PAID_TO)
        .outerjoin(PAID_TO, PAID_TO.c.id == PAYS_TO.c.person_id)
        .where(
            paid.awards,
            Award.monthly.is_(True),
            or_(known, Award.recount_since > paid.on) if paid.by_month else known,
            or_(Person.died_on.is_(None), Person.died_on >= paid.on),
            # Nothing goes to the account of a dead guardian: it waits for the next one, whom a re-check names.
            PAID_TO.c.died_on.is_(None),
            Award.programme.in_(programmes),
            within(region, Award),
        )
    )
    return query.join(TERMS, hold(Award.id, paid.on)) if paid.by_month else query


def awards_covering(person_id: str, on: date) -> Select[tuple[str]]:
    """Ids of the awards that cover a person on a day, alone or with the household."""
    return select(COVERED.c.award_id).where(COVERED.c.person_id == person_id, covers(on))


def accounts_of(session: Session, award_ids: Collection[str]) -> dict[str, str]:
    """Bank accounts of awards, opened: for the bank file alone."""
    vault = session.info["vault"]
    rows = session.execute(select(Award.id, Award.account_sealed).where(Award.id.in_(award_ids)))
    return {row.id: vault.open_text(row.account_sealed, "award", "account", row.id) for row in rows if row[1]}


def accounts_of_institutions(session: Session, institution_ids: Collection[str]) -> dict[str, str]:
    """Bank accounts of institutions, opened: for the bank file alone."""
    vault = session.info["vault"]
    columns = select(Institution.id, Institution.account_sealed)
    rows = session.execute(columns.where(Institution.id.in_(institution_ids)))
    return {row.id: vault.open_text(row[1], "institution", "account", row.id) for row in rows if row[1]}
