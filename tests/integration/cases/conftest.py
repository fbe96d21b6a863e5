"""A township with everything installed, on both databases."""

from __future__ import annotations

import pytest

from app.core.clock import MovableClock
from app.db import Database
from tests.support.worlds import Office


@pytest.fixture
def office(database: Database, clock: MovableClock) -> Office:
    return Office.open(database, clock)
