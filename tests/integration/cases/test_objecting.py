"""Objections on both databases: two taps are one, simultaneous objectors both count, and a return leaves them told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import insert, select

from app.cases import operations, queries, succession
from app.cases.policy import OBJECTIONS
from app.core.actor import CITIZEN, SYSTEM
from app.core.clock import local_date
from app.core.errors import Gone
from app.core.ids import new_id
from app.jobs.models import Job
from app.publicity import confirming, objections
from app.publicity import queries as notices
from app.publicity.models import Notice
from app.worklist import duties
from tests.integration.cases.test_lifecycle import _posted
from tests.support.worlds import Office


def _begun(office: Office, case_id: str, phone: str) -> tuple[str, str]:
    """The id of an objection that waits, and its code."""
    with office.database.write() as session:
        (notice,) = notices.notices_of(session, case_id)
        said = {"name": "孙志", "phone": phone, "reason": "有车"}
        begun = confirming.begin(session, notice.id, said, "", office.now)
        return begun, confirming._opened(session, session.get_one(confirming.UnconfirmedObjection, begun))["code"]


def test_a_code_that_comes_twice_at_once_counts_once_and_two_people_both(office: Office) -> None:
    case_id = _posted(office)
    one, other = _begun(office, case_id, "13904310009"), _begun(office, case_id, "13904310010")

    def confirm(begun: tuple[str, str]) -> str | None:
        try:
            with office.database.write() as session:
                done = operations.object_by_phone(session, CITIZEN, *begun, office.now)
        except Gone:
            return None
        return done.receipt.number if done.receipt else None

    with ThreadPoolExecutor(4) as people:
        numbers = list(people.map(confirm, [one, one, other, other]))
    assert sorted(filter(None, numbers)) == ["Y220122-2020-0001", "Y220122-2020-0002"]
    with office.database.read() as session:
        assert len(notices.unanswered(session, case_id)) == 2
        assert [each.status for each in notices.notices_of(session, case_id)] == ["interrupted"]


def test_a_step_taken_back_tells_the_objector_nothing(office: Office) -> None:
    case_id = _posted(office)
    begun = _begun(office, case_id, "13904310009")
    with office.database.write() as session:
        receipt = operations.object_by_phone(session, CITIZEN, *begun, office.now).receipt
        assert receipt is not None
        task = office.task(session, case_id, "objection_review").id
    office.do(case_id, "objection_review", "township_clerk", upheld=False, opinion="是营运车")
    waiting = select(Job.state).where(Job.kind == objections.ANSWERED)
    with office.database.write() as session:
        mine = objections.find(session, receipt.number, receipt.query_code)
        assert objections.standing(session, mine).answered
        assert list(session.scalars(waiting)) == ["ready"]
        clerk = office.holder(session, "township_clerk")
        operations.take_back(session, clerk, task, timedelta(minutes=1), office.now)
    with office.database.read() as session:
        assert not objections.standing(session, mine).answered
        assert list(session.scalars(waiting)) == ["cancelled"]
        assert len(notices.unanswered(session, case_id)) == 1


def test_who_has_two_posts_sees_the_notices_of_both_once_and_page_by_page(office: Office) -> None:
    """The second post lies in the first."""
    case_id = _posted(office)
    with office.database.read() as session:
        (posted,) = notices.notices_of(session, case_id)
        copies = [{**posted._asdict(), "id": new_id()} for _ in range(4)]
        session.execute(insert(Notice), copies)
        clerk = office.holder(session, "township_clerk")
        both = replace(clerk, appointments=clerk.appointments + office.holder(session, "village_cadre").appointments)
        pages, after = list[list[str]](), ""
        while page := notices.notices_seen(session, both, after, 2):
            pages.append([each.id for each in page])
            after = page[-1].id
        newest = sorted([posted.id, *(each["id"] for each in copies)], reverse=True)
        assert pages == [newest[:2], newest[2:4], newest[4:]]
        assert notices.notices_seen(session, replace(clerk, appointments=())) == []


def test_what_waits_for_the_office_goes_along_to_another_county(office: Office) -> None:
    case_id = _posted(office)
    lines = (
        "代码,名称,上级代码,启用日期,停用日期,接续代码",
        "220182000000,榆树市",
        "220182101000,新农安镇",
        "220182101001,新好来宝村",
        "220122100000,农安镇,,,2020-10-12,220182101000",
        "220122100001,东好来宝村,,,2020-10-12,220182101001",
    )
    with office.database.write() as session:
        (notice,) = notices.notices_of(session, case_id)
        operations.report_lead(session, CITIZEN, notice.id, "家里有两台车", office.now)
        name = queries.head(session, case_id).applicant_name
        operations.ask_for_account(session, CITIZEN, case_id, "6228480240001234509", name, office.now)
        succession.import_regions(session, SYSTEM, "\n".join(lines).encode(), office.now)
    with office.database.read() as session:
        clerk = office.holder(session, "township_clerk", code="220182101001")
        waiting = {row.kind for row in duties.rows(session, clerk, local_date(office.now))}
        assert {"lead", "request"} <= waiting
        assert [each.id for each in notices.notices_seen(session, clerk, leads_for=OBJECTIONS)] == [notice.id]
