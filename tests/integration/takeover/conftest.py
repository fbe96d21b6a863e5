"""An office that has nothing in payment yet."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.core.clock import SHANGHAI, MovableClock
from app.db import Database
from tests.support.worlds import Office

BEGINNING = datetime(2021, 1, 10, 9, tzinfo=SHANGHAI)


@pytest.fixture
def office(database: Database, clock: MovableClock) -> Office:
    opened = Office.open(database, clock)
    opened.clock.move_to(BEGINNING)
    return opened
