"""A case asks a department (F10): answered, too late, on hold, taken back, asked twice, answered twice, by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from app import audit
from app.cases import handlers, operations, queries, store
from app.cases.effects.asking import ASK
from app.cases.models import Awaited
from app.core.actor import APPLICANT, SYSTEM
from app.core.errors import Gone, Invalid, NotYours, Rejection
from app.core.paths import TEMPLATES
from app.definitions import seeding
from app.gate.check import check_folder
from app.identity import operations as staff
from app.inbox import queries as inbox
from app.jobs.models import Job
from app.jobs.runner import Worker
from app.outside import Departments, Failed, Question, Refused, Reply
from app.outside.checking import ByHand
from app.scenarios.play import play
from app.scenarios.story import load_story
from app.scenarios.world import WorldTemplate
from tests.support.postgres import Cluster
from tests.support.worlds import SPENDING, Office

BUNDLES = Path(__file__).parents[2] / "support" / "bundles"
STORIES = sorted(BUNDLES.glob("*/scenarios/*.yaml"))
NUMBER = "220122198305123011"
APPLICATION = {"name": "王建国", "id_number": NUMBER, "authorised": True}
FOUND = {"found": True, "count": 1, "amount": "58000.005", "text": "轿车一辆"}


class Crash(BaseException):
    """The process ends here."""


class Department:
    """Notes what it is asked, and does what each test says."""

    def __init__(self, *says: Reply | BaseException) -> None:
        self.says = list(says)
        self.asked: list[Question] = []

    def ask(self, question: Question) -> Reply:
        self.asked.append(question)
        told = self.says.pop(0)
        if isinstance(told, BaseException):
            raise told
        return told


@pytest.fixture
def office(office: Office) -> Office:
    with office.database.write() as session:
        seeding.seed(session, BUNDLES, TEMPLATES, office.now)
    return office


@pytest.fixture
def case_id(office: Office) -> str:
    """A case that has just asked."""
    made = office.apply("vehicle_check", APPLICATION).case_id
    assert office.do(made, "acceptance", "township_clerk", complete=True).incident is None
    return made


def _work(office: Office, department: Any) -> int:
    kinds = {**handlers.HANDLERS, ASK: handlers.asking(Departments(department, {}))}
    return Worker(office.database, office.clock, kinds, on_dead=handlers.on_dead).run_once()


def _later(office: Office, department: Any, **wait: float) -> None:
    office.clock.move_to(office.now + timedelta(**wait))
    _work(office, department)


def _open(office: Office, case_id: str) -> set[str]:
    with office.database.read() as session:
        return {item.element_id for item in inbox.open_of_case(session, case_id)}


def _row(office: Office, case_id: str) -> Any:
    columns = select(Awaited.id, Awaited.status, Awaited.answer)
    with office.database.read() as session:
        return session.execute(columns.where(Awaited.case_id == case_id)).one()


def _answer(office: Office, case_id: str, position: str | None = None, **data: Any) -> None:
    row = _row(office, case_id)
    with office.database.write() as session:
        actor = office.holder(session, position) if position else SYSTEM
        operations.answer(session, actor, row.id, data, office.now)


def _result(office: Office, case_id: str) -> Mapping[str, Any]:
    with office.database.read() as session:
        return store.look(session, SYSTEM, case_id, office.now).variables["vehicles"]


def _kinds(office: Office, case_id: str) -> list[str]:
    with office.database.read() as session:
        return [event.kind for event in audit.events_of(session, f"case:{case_id}")]


def _incidents(office: Office, case_id: str) -> list[tuple[str, str, str]]:
    with office.database.read() as session:
        return [(each.element_id, each.stage, each.message) for each in queries.incidents_of(session, case_id)]


@pytest.mark.parametrize("backend", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_diagram_that_asks_passes_the_gate_and_plays_as_a_story(backend: str, request: pytest.FixtureRequest) -> None:
    assert [check_folder(folder) for folder in BUNDLES.iterdir()] == [[]]
    with ExitStack() as stack:
        url = None
        if backend == "postgres":
            cluster: Cluster = request.getfixturevalue("cluster")
            url = stack.enter_context(cluster.blank_database())
        template = WorldTemplate(BUNDLES, TEMPLATES, url)
        stack.callback(template.close)
        assert [play(template, load_story(path)).problems for path in STORIES] == [[], []]


def test_the_department_is_asked_and_its_answer_moves_the_case(office: Office, case_id: str) -> None:
    department = Department(Reply(answer=FOUND))
    _work(office, department)
    _work(office, department)
    (question,) = department.asked
    assert question.department == "vehicles"
    assert question.persons == ({"name": "王建国", "id_number": NUMBER},)
    assert question.until == office.now.date() + timedelta(days=5)
    assert question.key == _row(office, case_id).id
    answer = {"found": True, "count": 1, "amount": Decimal("58000.01"), "text": "轿车一辆"}
    result = _result(office, case_id)
    assert (result["answered"], result["timed_out"], result["answer"]) == (True, False, answer)
    office.do(case_id, "visit", "village_cadre", seen=True)
    assert _open(office, case_id) == {"review"}
    assert _kinds(office, case_id)[-3:-1] == ["received", "delivered"]


def test_nobody_is_asked_about_without_an_authorisation(office: Office) -> None:
    made = office.apply("vehicle_check", {**APPLICATION, "authorised": False}).case_id
    stuck = office.do(made, "acceptance", "township_clerk", complete=True)
    assert "没有核对授权" in (stuck.incident or "")
    department = Department()
    _work(office, department)
    assert department.asked == []


def test_without_an_answer_the_day_moves_the_case_and_a_late_one_does_nothing(office: Office, case_id: str) -> None:
    office.do(case_id, "visit", "village_cadre", seen=True)
    department = Department(Reply(again=timedelta(minutes=10)), Reply(again=timedelta(days=9)))
    _work(office, department)
    _later(office, department, minutes=9)
    assert len(department.asked) == 1
    _later(office, department, minutes=1)
    assert [question.key for question in department.asked] == [_row(office, case_id).id] * 2
    _later(office, department, days=6)
    assert _open(office, case_id) == {"enquiry"}
    result = _result(office, case_id)
    assert (result["answered"], result["timed_out"], result["answer"]) == (False, True, None)
    with pytest.raises(Gone, match="已经答复、超时或收回"):
        _answer(office, case_id, **FOUND)
    _later(office, department, days=9)
    assert len(department.asked) == 2


def _timed_out(office: Office, case_id: str) -> None:
    office.clock.move_to(office.now + timedelta(days=6))
    Worker(office.database, office.clock, handlers.HANDLERS, on_dead=handlers.on_dead).run_once()


def _returned(office: Office, case_id: str) -> None:
    with office.database.write() as session:
        cadre = office.holder(session, "village_cadre")
        operations.return_case(session, cadre, case_id, "acceptance", "材料有误", office.now)


def _withdrawn(office: Office, case_id: str) -> None:
    with office.database.write() as session:
        operations.withdraw(session, APPLICANT, case_id, "已找到工作", office.now)


@pytest.mark.parametrize("end", [_timed_out, _returned, _withdrawn])
def test_an_answer_to_what_nobody_waits_for_any_more_is_noted_and_not_kept(
    office: Office, case_id: str, end: Callable[[Office, str], None]
) -> None:
    """The department was being asked when the waiting ended."""

    class Slow(Department):
        def ask(self, question: Question) -> Reply:
            end(office, case_id)
            return super().ask(question)

    _work(office, Slow(Reply(answer=FOUND)))
    row = _row(office, case_id)
    assert row.status == ("timed_out" if end is _timed_out else "taken_back")
    assert row.answer is None
    assert _kinds(office, case_id)[-1] == "late"
    with pytest.raises(Gone):
        _answer(office, case_id, "county_clerk", **FOUND)
    assert _incidents(office, case_id) == []


def test_what_was_taken_back_before_it_was_asked_is_never_asked(office: Office, case_id: str) -> None:
    _returned(office, case_id)
    department = Department()
    _work(office, department)
    _later(office, department, days=9)
    assert (department.asked, _open(office, case_id)) == ([], {"acceptance"})
    office.do(case_id, "acceptance", "township_clerk", complete=True)
    _work(office, department := Department(Reply(answer={"found": False})))
    assert len(department.asked) == 1


def test_on_hold_neither_an_answer_nor_the_day_moves_the_case(office: Office, case_id: str) -> None:
    office.do(case_id, "visit", "village_cadre", seen=True)
    with office.database.write() as session:
        operations.hold(session, office.holder(session, "township_head"), case_id, "等待公安核查", office.now)
    _work(office, Department(Reply(answer=FOUND)))
    _later(office, Department(), days=9)
    assert (_row(office, case_id).status, _open(office, case_id)) == ("answered", set())
    with office.database.write() as session:
        operations.release(session, office.holder(session, "township_head"), case_id, office.now)
    _work(office, Department())
    assert (_row(office, case_id).status, _open(office, case_id)) == ("delivered", {"review"})


def test_the_day_that_came_on_hold_moves_the_case_when_it_goes_on(office: Office, case_id: str) -> None:
    office.do(case_id, "visit", "village_cadre", seen=True)
    with office.database.write() as session:
        operations.hold(session, office.holder(session, "township_head"), case_id, "等待公安核查", office.now)
    _later(office, Department(Reply()), days=9)
    assert _row(office, case_id).status == "waiting"
    with office.database.write() as session:
        operations.release(session, office.holder(session, "township_head"), case_id, office.now)
    _work(office, Department())
    assert _open(office, case_id) == {"enquiry"}


def test_of_two_answers_at_once_one_counts(office: Office, case_id: str) -> None:
    row, start = _row(office, case_id), threading.Barrier(2)
    refused: list[Rejection] = []

    def answer(found: bool) -> None:
        start.wait()
        try:
            with office.database.write() as session:
                operations.answer(session, SYSTEM, row.id, {"found": found}, office.now)
        except Rejection as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=answer, args=(found,)) for found in (True, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(refusal) for refusal in refused] == [Gone]
    _work(office, Department(Reply()))
    assert _kinds(office, case_id).count("received") == _kinds(office, case_id).count("delivered") == 1


def test_killed_between_asking_and_recording_it_asks_again_under_the_same_key(office: Office, case_id: str) -> None:
    department = Department(Crash(), Reply(answer=FOUND))
    with pytest.raises(Crash):
        _work(office, department)
    assert _row(office, case_id).status == "waiting"
    with office.database.write() as session:  # its lease runs out
        session.execute(update(Job).where(Job.kind == ASK).values(lease_until=0.0))
    _work(office, department)
    _later(office, department, minutes=1)
    assert [question.key for question in department.asked] == [_row(office, case_id).id] * 2
    _work(office, department)
    assert _kinds(office, case_id).count("received") == 1
    assert _row(office, case_id).status == "delivered"


def test_a_department_that_is_down_becomes_an_incident_that_can_be_retried(office: Office, case_id: str) -> None:
    department = Department(*[Failed("核对平台连不上")] * 5, Reply(answer=FOUND))
    for _ in range(5):
        _later(office, department, hours=3)
    assert _incidents(office, case_id) == [("ask_vehicles", "asking", "核对平台连不上")]
    with office.database.write() as session:
        operations.retry_incident(session, office.holder(session, "township_clerk"), case_id, office.now)
    _work(office, department)
    _work(office, department)
    assert (_row(office, case_id).status, _incidents(office, case_id)) == ("delivered", [])


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (Refused("核对平台没有接受，状态 401"), "核对平台没有接受，状态 401"),
        (Reply(answer={"found": "maybe"}), "部门的答复没有接受：是否查到应是真或假"),
        (Reply(answer={"found": True, "amount": "1e999999999"}), "金额应是不小于 0 的金额（元）"),
        (Reply(answer={"approved": True, "found": True}), "没有这一项，可以填的有：found（是否查到）"),
    ],
)
def test_what_cannot_be_mended_by_asking_again_is_told_at_once(
    office: Office, case_id: str, says: Any, told: str
) -> None:
    _work(office, Department(says))
    ((_, stage, message),) = _incidents(office, case_id)
    assert stage == "asking"
    assert told in message
    _answer(office, case_id, "county_clerk", found=False)  # the clerk enquires by telephone
    _work(office, Department())
    assert (_row(office, case_id).status, _incidents(office, case_id)) == ("delivered", [])


def test_an_incident_of_asking_does_not_outlive_the_step_that_was_returned(office: Office, case_id: str) -> None:
    _work(office, Department(Refused("核对平台没有接受")))
    _returned(office, case_id)
    assert _incidents(office, case_id) == []


def test_by_hand_a_clerk_is_told_and_enters_the_answer(office: Office, case_id: str) -> None:
    _work(office, ByHand())
    with office.database.read() as session:
        copies = [item for item in inbox.items_of_case(session, case_id) if item.kind == "copy"]
    assert [(item.position, item.title) for item in copies] == [
        ("township_clerk", "请向车辆部门核对，2020-10-17 前在案件页填写答复")
    ]
    for position in ("village_cadre", "finance"):
        with pytest.raises(NotYours, match="请联系当地"):
            _answer(office, case_id, position, **FOUND)
    with pytest.raises(Invalid) as refused:
        _answer(office, case_id, "township_clerk", count="-1", text="x" * 2001, cars=2)
    assert refused.value.fields.keys() == {"found", "count", "text", "cars"}
    _answer(office, case_id, "township_clerk", found="true", count="1", amount="", text=" ")
    _work(office, ByHand())
    assert _row(office, case_id).status == "delivered"


def test_nobody_answers_for_a_relative_or_as_an_applicant(office: Office, case_id: str) -> None:
    with office.database.write() as session:
        clerk = office.holder(session, "county_clerk")
        staff.declare_tie(session, clerk.user_id or "", NUMBER, "配偶", office.now.date())
    with pytest.raises(NotYours, match="回避"):
        _answer(office, case_id, "county_clerk", **FOUND)
    row = _row(office, case_id)
    with pytest.raises(NotYours), office.database.write() as session:
        operations.answer(session, APPLICANT, row.id, FOUND, office.now)


def test_a_notice_only_waits_for_its_last_day(office: Office) -> None:
    made = office.apply("expenditure_relief", SPENDING).case_id
    office.do(made, "acceptance", "township_clerk", complete=True)
    office.do(made, "verification", "township_clerk", hardship_confirmed=True, necessary_spending=30000)
    office.do(made, "review", "township_head", approved=True, amount=3000, instalments=1)
    with pytest.raises(Gone, match="只等期满，不能答复"):
        _answer(office, made, **FOUND)
