"""A household of forty asks the database as often as two people do, from the application to the re-check undone."""

import pytest

from tests.support import household
from tests.support.worlds import Office


@pytest.mark.parametrize("office_url", ["sqlite"], indirect=True)
def test_forty_members_cost_no_statement_more_than_two(office: Office) -> None:
    household.prepare(office)
    household.walked(office, 2, 0)  # what a process reads once
    few, many = household.walked(office, 2, 100), household.walked(office, 40, 200)
    assert len(few) == 9
    assert {action: asked for action, (asked, _) in many.items()} == {
        action: asked for action, (asked, _) in few.items()
    }
