"""Figures of an office, against numbers counted by hand; a page reads as much of few cases as of many."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

from lxml import etree
from openpyxl import load_workbook
from sqlalchemy import update

from app.inbox.models import WorkItem
from app.tally import counting, operations
from app.tally.counting import Slot
from tests.support import money
from tests.support.statements import counted
from tests.support.web import COUNTY, PROGRAMME, Web

CADRE, TOWNSHIP_CLERK, CLERK = "village_cadre.220122100001", "township_clerk.220122100", f"county_clerk.{COUNTY}"
ELSEWHERE = "county_clerk.220104"
MOST_STATEMENTS = 24
"""Of the page, whatever was counted: entry, counts around the page, five sums, names, the diagram."""


def test_the_figures_are_those_counted_by_hand(web: Web) -> None:
    first, second = web.apply(name="王甲"), web.apply(name="李乙")
    third = web.apply(name="张丙")
    web.clock.move_to(web.clock.now() + timedelta(days=2))  # Monday to Wednesday: two working days
    client = web.client(CADRE)
    for case in (first, second):
        form = {"facts_true": "true", "opinion": "属实"}
        assert client.post(f"/desk/tasks/{web.open_task(case.case_id)}/complete", data=form).status_code == 302
    order = money.order(web, amount="800")
    with web.database.write() as session:  # one of them was due the day before
        begun = web.clock.now().date() - timedelta(days=1)
        done = (WorkItem.case_id == second.case_id) & (WorkItem.status == "done")
        session.execute(update(WorkItem).where(done).values(due_on=begun))
        session.execute(update(WorkItem).where(WorkItem.case_id == third.case_id).values(due_on=begun, sort_on=begun))
    with web.database.write() as session:
        found = counting.count(session, web.clock.now())
        assert operations.keep(session, found, web.clock.now()) == len(found)
        assert operations.keep(session, counting.count(session, web.clock.now()), web.clock.now()) == 0
    told = {(slot.programme, slot.kind, slot.key): total for slot, total in found.items()}
    assert {slot.month for slot in found} == {"2020-10"}
    assert told[PROGRAMME, "received", "main"].count == 3
    assert told[PROGRAMME, "running", "main"].count == 3
    step = told[PROGRAMME, "step", "village_investigation"]
    assert (step.count, step.days, step.limited, step.late) == (2, 4, 2, 1)
    assert told[PROGRAMME, "overdue", "village_investigation"].count == 1
    assert told["expenditure_relief", "ordered", "county_fund"].amount == Decimal("800.00")
    assert order
    office = web.client(CLERK)
    with counted(web.database.engine) as statements:
        page = office.get(f"/desk/statistics?programme={PROGRAMME}").text
    assert len(statements) <= MOST_STATEMENTS, len(statements)
    assert "2.0 个工作日" in page
    assert (page.count('class="chart"'), page.count('class="heat-map"')) == (3, 1)
    sheet = load_workbook(io.BytesIO(office.get("/desk/statistics.xlsx").data))
    assert [cell.value for cell in sheet["项目"][2]][:3] == ["支出型临时救助", 0, 0]
    assert [row[2].value for row in sheet["环节"].iter_rows(min_row=2)] == [2]
    picture = etree.fromstring(office.get(f"/desk/statistics/map.svg?programme={PROGRAMME}").data)
    colours = {each.get("fill") for each in picture.iter("{*}rect")}
    assert len(colours) > 2
    assert any("工作日" in (each.text or "") for each in picture.iter("{*}tspan"))
    nothing = web.client(ELSEWHERE).get("/desk/statistics").text
    assert "这段时间没有数字" in nothing
    assert office.get("/desk/statistics?since=2020-12&until=2020-10").status_code == 422


def test_a_new_count_finds_what_was_tampered_with(web: Web) -> None:
    web.apply()
    with web.database.write() as session:
        found = counting.count(session, web.clock.now())
        operations.keep(session, found, web.clock.now())
        session.execute(update(operations.TABLE).values(count=7))
        assert operations.keep(session, found, web.clock.now()) == len(found)
    asked = web.client(TOWNSHIP_CLERK).post("/desk/statistics/count")
    assert asked.status_code == 302
    assert "正在重新统计" in web.client(TOWNSHIP_CLERK).get("/desk/statistics").text
    assert all(isinstance(slot, Slot) for slot in found)
