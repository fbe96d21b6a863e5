"""An office that has nothing in payment yet."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.core.clock import SHANGHAI
from tests.support.worlds import Office

BEGINNING = datetime(2021, 1, 10, 9, tzinfo=SHANGHAI)


@pytest.fixture
def office(office: Office) -> Office:
    office.clock.move_to(BEGINNING)
    return office
