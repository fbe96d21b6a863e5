"""Awards: one at a time, processes that begin by themselves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from app import audit
from app.cases import awards, handlers, recalculation, rechecks
from app.cases.effects.sampling import draw
from app.cases.models import Case, Recalculation
from app.core.errors import Duplicate, NotYours
from app.core.ids import new_id
from app.figures import seeding as figures
from app.identity import operations as regions
from app.identity import queries as identity
from app.jobs.operations import JOB
from app.jobs.runner import Worker
from app.registry import operations as registry
from tests.support.figures import put_in_force
from tests.support.worlds import VILLAGE, Office


def _award(
    office: Office, recheck_on: date | None = None, *, name: str = "周海", id_number: str = "220122198809093311"
) -> str:
    with office.database.write() as session:
        region = identity.region_by_code(session, VILLAGE, office.now.date())
        request = registry.AwardRequest(
            id=new_id(),
            programme="dibao",
            id_number=id_number,
            name=name,
            region_id=region.id,
            monthly=Decimal("200.00"),
            starts_on=date(2019, 10, 1),
            recheck_on=recheck_on,
            facts={"people": 1},
        )
        registry.start_award(session, request, office.now)
        return request.id


def test_a_person_has_one_award_of_a_programme_at_a_time(office: Office) -> None:
    _award(office)
    with pytest.raises(Duplicate):
        _award(office)


def test_a_due_recheck_begins_once_by_itself(office: Office) -> None:
    award_id = _award(office, recheck_on=date(2020, 10, 12))
    for _ in range(2):
        with office.database.write() as session:
            awards.launch_rechecks(session, office.now)
        Worker(office.database, office.clock, awards.HANDLERS).run_once()
    with office.database.read() as session:
        assert list(session.scalars(select(Case.process_key).where(Case.award_id == award_id))) == ["recheck"]


def test_a_raised_standard_reaches_every_award_once_and_what_has_no_record_is_rechecked(office: Office) -> None:
    award_id = _award(office)
    with office.database.write() as session:
        put_in_force(session, "rural_dibao_standard_month", "220122", 480, now=office.now)
        put_in_force(session, "tekun_basic_home_month", "220122", 900, now=office.now)
    for _ in range(2):
        _work(office)
    with office.database.read() as session:
        assert list(session.scalars(select(Case.process_key).where(Case.award_id == award_id))) == ["recheck"]
        assert session.execute(select(Recalculation.awards, Recalculation.rechecked)).all() == [(1, 1)]
    with office.database.write() as session:
        put_in_force(session, "rural_dibao_standard_month", "220122", 490, now=office.now)
    _work(office)
    with office.database.read() as session:
        assert len(session.scalars(select(Recalculation.id)).all()) == 2, "another raise is another recalculation"


def test_a_figure_of_elsewhere_or_that_nothing_paid_follows_reaches_no_award(office: Office) -> None:
    _award(office)
    with office.database.write() as session:
        regions.ensure_region(session, "220104")
        put_in_force(session, "rural_dibao_standard_month", "220104", 480, now=office.now)
        put_in_force(session, "uninsured_relief_cap", "220122", 900, now=office.now)
    _work(office)
    with office.database.read() as session:
        assert session.scalars(select(JOB.c.id).where(JOB.c.kind == recalculation.CHANGE)).all() == []


def _work(office: Office) -> None:
    while Worker(office.database, office.clock, handlers.HANDLERS).run_once():
        pass


def _draw(office: Office, position: str = "county_clerk") -> rechecks.Drawn:
    with office.database.write() as session:
        actor = office.holder(session, position)
        drawn = rechecks.draw_rechecks(session, actor, "220122", "dibao", "2020年第四季度", office.now)
    Worker(office.database, office.clock, awards.HANDLERS).run_once()
    return drawn


def test_random_rechecks_can_be_drawn_again_and_begin_once(office: Office) -> None:
    people = [("周海", "220122198809093311"), ("吴霞", "220122199001014021"), ("周朋", "220122199806152018")]
    of = {_award(office, name=name, id_number=number) for name, number in people}
    with office.database.write() as session:
        figures.establish(session, "random_recheck_rate", "220122", "0.5", origin=figures.STORY, now=office.now)
    with pytest.raises(NotYours):
        _draw(office, "township_clerk")
    first = _draw(office)
    again = _draw(office)
    assert (first.is_new, again.is_new) == (True, False)
    assert (first.awards, first.candidates) == (again.awards, 3)
    assert set(first.awards) == {each for each in of if draw(f"{first.seed}:{each}") < first.rate}
    with office.database.read() as session:
        begun = session.scalars(select(Case.award_id).where(Case.process_key == "recheck")).all()
        assert sorted(begun) == sorted(first.awards)
        (told,) = audit.events_of(
            session, f"rechecks:{identity.region_by_code(session, '220122', office.now.date()).id}"
        )
        assert (told.payload["drawn"], told.payload["seed"]) == (list(first.awards), first.seed)


def test_at_a_rate_of_one_everybody_is_drawn_and_nobody_twice_at_a_time(office: Office) -> None:
    award_id = _award(office, recheck_on=date(2020, 10, 12))
    with office.database.write() as session:
        figures.establish(session, "random_recheck_rate", "220122", 1, origin=figures.STORY, now=office.now)
        awards.launch_rechecks(session, office.now)
    assert _draw(office).awards == (award_id,)
    with office.database.read() as session:
        assert len(session.scalars(select(Case.id).where(Case.award_id == award_id)).all()) == 1
