"""Figures of a change typed in a grid: several at once, what holds beside them, and a refusal that names its cell."""

from __future__ import annotations

from datetime import date

import pytest

from app.changes import figures, grid, opening, store
from app.changes.figures import Typed
from app.core.errors import Invalid, NotYours
from tests.support.changes import COUNTY, owner
from tests.support.worlds import VILLAGE, Office

CAP, DAYS = "uninsured_relief_cap", "publicity_days"
TOWN = VILLAGE[:9]
NEW_YEAR = date(2021, 1, 1)


def test_several_figures_are_entered_at_once_or_none(office: Office) -> None:
    with office.database.write() as session:
        writer = owner(office, session)
        change_id = opening.begin(session, writer, "提高标准", "县政府会议", "", now=office.now)
        both = [Typed(CAP, COUNTY, "1500", NEW_YEAR), Typed(DAYS, COUNTY, "9")]
        with pytest.raises(Invalid) as refused:
            figures.enter(session, writer, change_id, [*both, Typed(DAYS, TOWN, "many")], now=office.now)
        ((name, told),) = refused.value.fields.items()
        assert (name, told[:8]) == (grid.cell_name(DAYS, TOWN), "农安镇的公示天数")
    with office.database.write() as session:
        change_id = opening.begin(session, writer, "提高标准", "县政府会议", "", now=office.now)
        assert figures.enter(session, writer, change_id, both, now=office.now) == 2
        assert figures.enter(session, writer, change_id, both, now=office.now) == 0
        seen = {cell.entry.key: cell for cell in grid.grid(session, writer, change_id, COUNTY, "", office.now).cells}
        assert (seen[CAP].entered, seen[CAP].now) == ((grid.Put("1500", NEW_YEAR),), "1000 元")
        assert seen[DAYS].entered == (grid.Put("9", None),)
        assert (seen[CAP].origin, seen["rural_dibao_standard_month"].origin) == ("全国", "")
        assert figures.enter(session, writer, change_id, [Typed(DAYS, COUNTY, "")], now=office.now) == 1
        assert [row.key for row in store.figures_of(session, change_id)] == [CAP]


def test_a_figure_is_shown_for_every_place_below_with_its_origin(office: Office) -> None:
    with office.database.write() as session:
        writer = owner(office, session)
        change_id = opening.begin(session, writer, "提高标准", "县政府会议", "", now=office.now)
        seen = grid.grid(session, writer, change_id, "", DAYS, office.now)
        assert (seen.region, {cell.entry.key for cell in seen.cells}) == (COUNTY, {DAYS})
        towns = {cell.region: cell for cell in seen.cells if cell.region != COUNTY}
        assert towns
        figures.enter(session, writer, change_id, [Typed(DAYS, next(iter(towns)), "8")], now=office.now)
        with pytest.raises(Invalid, match="不由您修改"):
            grid.grid(session, writer, change_id, "22", DAYS, office.now)
        with pytest.raises(NotYours):
            figures.enter(session, writer, change_id, [Typed(DAYS, "22", "8")], now=office.now)
