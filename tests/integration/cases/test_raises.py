"""A raised standard (D15): everybody in payment once, with arrears month by month, also when it is stopped half-way."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.cases import published, recalculation
from app.cases.models import Case, Recalculation
from app.core.actor import SYSTEM
from app.core.clock import SHANGHAI
from app.core.errors import Gone
from app.figures import operations as figures
from app.figures.operations import CHANGED
from app.funds import batches
from app.jobs import operations as jobs
from app.registry import operations as registry
from app.registry import queries as awards
from tests.support.raises import PEOPLE, assessed, award, confirm, month, orders, owed, raise_to, settled, work
from tests.support.worlds import Office


@pytest.fixture
def office(office: Office) -> Office:
    return settled(office)


def test_arrears_from_the_day_of_the_figure_are_an_order_of_their_own(office: Office) -> None:
    award(office, PEOPLE[0])
    month(office, 4), month(office, 5)
    raise_to(office, 450, date(2021, 4, 1))
    assert owed(office) == [("2021-04", "50.00"), ("2021-05", "50.00")]
    again = month(office, 6)
    assert orders(office, again) == [("周海", "2021-06", "250.00"), ("周海", "arrears", "100.00")]
    assert confirm(office, again) == 0
    assert orders(office, month(office, 7)) == [("周海", "2021-07", "250.00")]


def test_what_was_owed_already_counts_and_a_lower_figure_claims_nothing_back(office: Office) -> None:
    award(office, PEOPLE[0])
    month(office, 4)
    for value in (450, 450, 480, 430):
        raise_to(office, value, date(2021, 4, 1))
    assert owed(office) == [("2021-04", "30.00"), ("2021-04", "50.00")]
    assert orders(office, month(office, 5)) == [("周海", "2021-05", "230.00"), ("周海", "arrears", "80.00")]
    with office.database.read() as session:
        assert session.scalars(select(Case.id)).all() == [], "raises leave no cases"


def test_arrears_over_a_change_of_household_follow_who_was_covered(office: Office) -> None:
    award_id = award(office, PEOPLE[0])
    month(office, 4)
    with office.database.write() as session:
        registry.change_award(
            session, award_id, now=office.now, monthly=Decimal("600.00"), facts={"assessed": assessed(*PEOPLE[:2])}
        )
    month(office, 5)
    raise_to(office, 450, date(2021, 4, 1))
    assert owed(office) == [("2021-04", "50.00"), ("2021-05", "100.00")]


def test_a_recalculation_that_was_stopped_goes_on_and_owes_nothing_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [award(office, each) for each in PEOPLE]
    month(office, 4)
    monkeypatch.setattr(recalculation, "PART", 1)
    broken, calculate = [2], recalculation.Calculator.now_worth

    def fails(self: Any, award: Any) -> Any:
        broken[0] -= 1
        if broken[0] == 0:
            raise RuntimeError("the power went out")
        return calculate(self, award)

    monkeypatch.setattr(recalculation.Calculator, "now_worth", fails)
    raise_to(office, 450, date(2021, 4, 1))
    assert len(owed(office)) == 2
    office.clock.move_to(datetime(2021, 4, 21, 9, tzinfo=SHANGHAI))
    work(office)
    assert owed(office) == [("2021-04", "50.00")] * 3
    with office.database.write() as session:
        (figure_id,) = set(session.scalars(select(Recalculation.figure_id)))
        jobs.enqueue(session, CHANGED, {}, office.now, "by hand", reference=figure_id)
    work(office)
    assert owed(office) == [("2021-04", "50.00")] * 3
    with office.database.read() as session:
        assert {awards.award(session, each).monthly for each in ids} == {Decimal("250.00")}


def test_one_that_cannot_be_calculated_holds_up_nobody(office: Office) -> None:
    award(office, PEOPLE[0])
    broken = award(office, PEOPLE[1])
    with office.database.write() as session:
        bad = {**assessed(PEOPLE[1]), "members": [{"name": "吴霞"}], "annual_income": "many"}
        registry.change_award(session, broken, now=office.now, facts={"assessed": bad})
    raise_to(office, 450, date(2021, 4, 20))
    with office.database.read() as session:
        kept = awards.award(session, broken).monthly
        done = session.execute(select(Recalculation.awards, Recalculation.changed)).all()
    assert (kept, done) == (Decimal("200.00"), [(1, 1)])


def test_a_month_listed_before_the_raise_is_listed_anew(office: Office) -> None:
    award(office, PEOPLE[0])
    batch_id = month(office, 5, confirmed=False)
    raise_to(office, 450, date(2021, 5, 1))
    with pytest.raises(Gone, match="更新名单"):
        confirm(office, batch_id)
    with office.database.write() as session:
        batches.refresh(session, office.holder(session, "county_clerk"), batch_id, office.now)
    confirm(office, batch_id)
    assert orders(office, batch_id) == [("周海", "2021-05", "250.00")]


def test_arrears_of_a_batch_that_is_dropped_wait_for_the_next(office: Office) -> None:
    award(office, PEOPLE[0])
    month(office, 4)
    raise_to(office, 450, date(2021, 4, 1))
    dropped = month(office, 5, confirmed=False)
    with office.database.write() as session:
        batches.drop(session, office.holder(session, "county_clerk"), dropped, office.now)
    assert orders(office, month(office, 6)) == [("周海", "2021-06", "250.00"), ("周海", "arrears", "50.00")]


def test_a_preview_says_what_confirming_brings_and_the_report_that_it_was_done(office: Office) -> None:
    award(office, PEOPLE[0])
    award(office, PEOPLE[1], PEOPLE[2])
    month(office, 4)
    with office.database.write() as session:
        owner, second = (office.holder(session, "policy_owner", place) for place in (0, 1))
        entered = figures.propose(
            session, owner, "rural_dibao_standard_month", "220122", 450, valid_from=date(2021, 4, 1), reason="提标",
            now=office.now,
        )  # fmt: skip
    with office.database.read() as session:
        seen = published.preview(session, SYSTEM, entered.id, office.now)
        before = published.applied(session, SYSTEM, "220122", "dibao", office.now)
    assert (seen.awards, len(seen.changed), seen.monthly, seen.arrears) == (2, 2, Decimal("150.00"), Decimal("150.00"))
    assert (before.awards, before.differences) == (2, [])
    with office.database.write() as session:
        figures.confirm(session, second, entered.id, now=office.now)
    with office.database.read() as session:
        assert published.applied(session, SYSTEM, "220122", "dibao", office.now).monthly == Decimal("150.00")
    work(office)
    with office.database.read() as session:
        assert published.applied(session, SYSTEM, "220122", "dibao", office.now).differences == []
        done = published.done(session, entered.id)
    assert (done.awards, done.changed, done.monthly_more, done.arrears) == (2, 2, Decimal("150.00"), Decimal("150.00"))


def test_a_figure_that_one_award_lacks_holds_up_that_one_alone(office: Office) -> None:
    award(office, PEOPLE[0])
    lacking = award(office, PEOPLE[1])
    with office.database.write() as session:
        alone = {**assessed(PEOPLE[1]), "ground": "single_person"}
        registry.change_award(session, lacking, now=office.now, facts={"assessed": alone})
    raise_to(office, 450, date(2021, 4, 20))
    with office.database.read() as session:
        done = session.execute(select(Recalculation.awards, Recalculation.changed)).all()
        kept = awards.award(session, lacking).monthly
    assert (kept, done) == (Decimal("200.00"), [(1, 1)])
