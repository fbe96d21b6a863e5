"""Awards: one at a time, processes that begin by themselves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.cases import awards
from app.cases.models import Case
from app.core.errors import Duplicate, NotYours
from app.core.ids import new_id
from app.identity import queries as identity
from app.jobs.runner import Worker
from app.registry import operations as registry
from tests.support.worlds import VILLAGE, Office


def _award(office: Office, recheck_on: date | None = None) -> str:
    with office.database.write() as session:
        region = identity.region_by_code(session, VILLAGE, office.now.date())
        request = registry.AwardRequest(
            id=new_id(),
            programme="dibao",
            id_number="220122198809093311",
            name="周海",
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


def test_a_raised_standard_reaches_every_award_and_what_has_no_record_is_rechecked(office: Office) -> None:
    award_id = _award(office)
    with office.database.write() as session:
        cadre = office.holder(session, "village_cadre")
        with pytest.raises(NotYours):
            awards.recalculate(session, cadre, "220122", "dibao", "2020-10", office.now)
    for launched in (1, 0):
        with office.database.write() as session:
            clerk = office.holder(session, "county_clerk")
            assert awards.recalculate(session, clerk, "220122", "dibao", "2020-10", office.now) == launched
    Worker(office.database, office.clock, awards.HANDLERS).run_once()
    with office.database.read() as session:
        assert list(session.scalars(select(Case.process_key).where(Case.award_id == award_id))) == ["recheck"]
