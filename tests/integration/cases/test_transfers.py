"""Work is handed on by the appointments of the local day, also while UTC still has yesterday."""

from datetime import datetime

import pytest
from sqlalchemy import update

from app.cases import operations as cases
from app.core.clock import SHANGHAI
from app.core.errors import NotYours
from app.identity import appointed
from app.identity.models import Appointment
from app.inbox import queries as items
from tests.support.worlds import RELIEF, Office

HALF_PAST_MIDNIGHT = datetime(2020, 10, 14, 0, 30, tzinfo=SHANGHAI)
THE_EVENING_BEFORE = datetime(2020, 10, 13, 23, 30, tzinfo=SHANGHAI)


def test_a_colleague_appointed_from_today_takes_over_after_midnight(office: Office) -> None:
    receipt = office.apply("uninsured_unemployed_relief", RELIEF)
    day = HALF_PAST_MIDNIGHT.date()
    with office.database.write() as session:
        item = office.task(session, receipt.case_id, "village_investigation")
        candidate = items.item(session, item.id).candidate
        actor = office.holder(session, "village_cadre")
        other = min({each.user_id for each in appointed.holders(session, candidate, day)} - {actor.user_id})
        session.execute(update(Appointment).where(Appointment.user_id == other).values(valid_from=day))
    with office.database.write() as session, pytest.raises(NotYours, match="同一岗位"):
        cases.transfer_task(session, actor, item.id, other, "外出", THE_EVENING_BEFORE)
    with office.database.write() as session:
        cases.transfer_task(session, actor, item.id, other, "外出", HALF_PAST_MIDNIGHT)
        assert items.item(session, item.id).assignee_id == other
