"""What is somebody's work without a task stands in the list, on both databases, and a search finds by parts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from app.cases import finding
from app.cases.models import Case, Incident, Owed
from app.core.clock import local_date
from app.core.ids import new_id
from app.identity.positions import POSITIONS
from app.inbox import listing
from app.worklist import duties
from app.worklist import queries as worklist
from tests.support.worlds import RELIEF, Office

PROGRAMME = "uninsured_unemployed_relief"


def test_work_without_a_task_is_in_the_list_of_who_may_do_it(office: Office) -> None:
    case_id = office.apply(PROGRAMME, RELIEF).case_id
    office.do(case_id, "village_investigation", "village_cadre", facts_true=True)
    office.do(case_id, "township_review", "township_clerk", confirmed=True, amount=800)
    running = office.apply(PROGRAMME, RELIEF, id_number="220122198809093311").case_id
    with office.database.write() as session:
        county = session.scalars(select(Case.county_id).where(Case.id == running)).one()
        session.add(Incident(id=new_id(), case_id=running, county_id=county, action_id=new_id(), element_id="x",
                             stage="element", message="没有录入标准", cause="", raised_at=office.now))  # fmt: skip
        session.add(Owed(id=new_id(), case_id=running, county_id=county, case_seq=1, key="paper", place=1,
                         title="补交证明", since=office.now))  # fmt: skip
    found: dict[str, set[str]] = {}
    with office.database.read() as session:
        for position in ("village_cadre", "township_clerk", "township_head", "county_clerk", "finance"):
            assert position in POSITIONS
            actor = office.holder(session, position)
            rows = duties.rows(session, actor, local_date(office.now))
            found[position] = {row.kind for row in rows}
            assert session.scalar(select(worklist.waiting(actor, local_date(office.now)))) >= len(rows)
            (paid,) = [row for row in rows if row.kind == "pay"] or [None]
            if paid is not None:
                assert (paid.count, paid.amount, type(paid.due_on)) == (1, Decimal(800), date)
    assert found["village_cadre"] == {"incident"}
    assert found["township_clerk"] == {"incident", "owed"}
    assert found["finance"] == {"incident", "pay"}


def test_every_order_and_tab_is_read_and_a_part_of_a_name_is_found(office: Office) -> None:
    case_id = office.apply(PROGRAMME, RELIEF, name="曾建国").case_id
    with office.database.read() as session:
        actor, today = office.holder(session, "village_cadre"), local_date(office.now)
        for tab in listing.TABS:
            for sort in listing.SORTS:
                worklist.listed(session, actor, listing.Filter(tab=tab, today=today, soon_on=today), sort, None, 1)
        number, county = session.execute(select(Case.number, Case.county_id).where(Case.id == case_id)).one()
        for text in ("曾", "建国", "zj", "CJG", RELIEF["id_number"][-4:], number, number[-3:]):
            for places in (None, [county]):
                assert list(session.scalars(finding.found(session, text, places))) == [case_id], text
            nowhere = list(session.scalars(finding.found(session, text, ["another county"])))
            assert nowhere == ([case_id] if text == number else []), text
        for text in ("国建", "国", "曾建国" * 167):
            found = list(session.scalars(finding.found(session, text, [county])))
            assert found == ([case_id] if text == "国" else []), text


def test_cases_of_before_there_was_an_index_are_indexed(office: Office) -> None:
    case_id = office.apply(PROGRAMME, RELIEF, name="赵六").case_id
    with office.database.write() as session:
        session.execute(finding.GRAM.delete())
        for case in session.scalars(select(Case)):
            case.number_tail = case.tail_blind = None
    with office.database.write() as session:
        assert finding.index_older(session) == 1
        assert finding.index_older(session) == 0
        for text in ("赵", "zl", RELIEF["id_number"][-4:]):
            assert list(session.scalars(finding.found(session, text))) == [case_id]
