"""Divisions from a file: what is opened, what is wrong, and that nothing is left behind."""

from __future__ import annotations

import time
from datetime import date, datetime

import pytest

from app import audit
from app.cases import operations as cases
from app.cases import succession
from app.cases.handlers import HANDLERS, on_dead
from app.core.actor import APPLICANT, SYSTEM
from app.core.clock import MovableClock
from app.core.errors import Invalid, NotFound, NotYours
from app.core.money import to_money
from app.db import Database
from app.funds import operations as funds
from app.funds import queries as fund_queries
from app.identity import appointed, divisions, operations, queries, rights
from app.identity.models import Office, Region
from app.inbox import operations as work
from app.jobs.runner import Worker
from app.registry import carrying
from app.registry import operations as registry
from app.sheets import csv_bytes
from tests.support.statements import counted
from tests.support.worlds import EMERGENCY, RELIEF, VILLAGE
from tests.support.worlds import Office as Desk

TODAY = date(2020, 10, 12)
HEAD = "代码,名称,上级代码,启用日期,停用日期,接续代码\n"
COUNTY = "220000000000,吉林省\n220100000000,长春市\n220122000000,农安县\n"


def table(*lines: str, head: str = HEAD) -> bytes:
    return (head + "".join(f"{line}\n" for line in lines)).encode()


def faults_of(session, content: bytes, now: datetime, actor=SYSTEM) -> list[str]:
    return succession.plan_import(session, actor, content, now).faults.lines()


def test_offices_come_along_and_a_second_import_changes_nothing(database: Database, now: datetime) -> None:
    villages = "220122100000,农安镇\n220122100001,东好来宝村\n220122100002,站前社区\n"
    content = (HEAD + COUNTY + villages).encode("gb18030")
    with database.write() as session:
        done = succession.import_regions(session, SYSTEM, content, now)
        assert (done.opened, done.offices) == (6, 6)
    with database.write() as session:
        again = succession.import_regions(session, SYSTEM, content, now)
        assert again.nothing
        exported = csv_bytes(divisions.COLUMNS, divisions.export_rows(session, divisions.find(session, TODAY)))
        assert succession.import_regions(session, SYSTEM, exported, now).nothing
        assert [event.kind for event in audit.events_of(session, "regions")] == ["regions_imported"]
        chain = queries.chain(session, queries.region_by_code(session, "220122100002", TODAY).id)
        assert chain.full_name == "吉林省长春市农安县农安镇站前社区"
        names = {kind: office.name for kind, office in queries.offices_of(session, chain).items()}
        assert (names["village"], names["township"]) == ("站前社区居民委员会", "农安镇人民政府")


def test_ten_thousand_villages_are_one_go(database: Database, now: datetime) -> None:
    townships = [f"220122{n:03d}000,第{n}乡" for n in range(100, 300)]
    villages = [f"220122{n:03d}{m:03d},第{m}村" for n in range(100, 300) for m in range(1, 51)]
    content = (HEAD + COUNTY + "\n".join(townships + villages)).encode()
    began = time.perf_counter()
    with database.write() as session, counted(session) as statements:
        done = succession.import_regions(session, SYSTEM, content, now)
    assert (done.opened, done.offices) == (10_203, 10_203)
    assert len(statements) < 20
    assert time.perf_counter() - began < 30  # 3 s on an idle core
    with database.write() as session:
        assert succession.import_regions(session, SYSTEM, content, now).nothing


TOWN = "220122100000,农安镇"
FAULTS = [
    (["22012210000X,农安镇"], "第 2 行「代码」：“22012210000X”不是区划代码，应为 12 位数字"),
    (["229901000000,某县"], "第 2 行「代码」：上级 2299 既不在文件里，系统里也没有"),
    ([TOWN, TOWN], "第 3 行「代码」：代码 220122100 与第 2 行重复"),
    (["220122100000,"], "第 2 行「名称」：没有填写"),
    ([f"{TOWN},220122101", "220122101000,伏龙泉镇,220122100"], "上级绕成了一圈：220122100 → 220122101 → 220122100"),
    ([f"{TOWN},220122100000"], "上级绕成了一圈：220122100 → 220122100"),
    (["220122100001,某村,220122000000"], "第 2 行「上级代码」：上级 220122 的级别不对"),
    ([f"{TOWN},,2020年13月1日"], "第 2 行「启用日期」：“2020年13月1日”不是日期"),
    ([f"{TOWN},,2020-03-01,2020-03-01"], "第 2 行「停用日期」：停用日期应晚于启用日期 2020-03-01"),
    ([f"{TOWN},,2020/3/1", "220122100001,某村,,2020-02-01"], "第 3 行「启用日期」：早于上级农安镇的启用日期"),
    ([f"{TOWN},,2020/3/1,2021/3/1", "220122100001,某村"], "第 3 行「停用日期」：上级农安镇到 2021-03-01 停用"),
    ([f"{TOWN},,,,220122101000"], "第 2 行「停用日期」：写了接续代码的要写停用日期"),
    ([f"{TOWN},,,2020-12-01,220122000000"], "第 2 行「接续代码」：接续代码 220122 应是另一个同级的区划"),
    ([f"{TOWN},,,2020-12-01,220122199000"], "第 2 行「接续代码」：接续代码 220122199 既不在文件里"),
    (["220122000000,=1+1"], "第 2 行「名称」：不能以“=”开头"),
]


@pytest.mark.parametrize(("lines", "told"), FAULTS)
def test_a_fault_is_told_by_row_and_column_and_nothing_is_written(
    database: Database, now: datetime, lines: list[str], told: str
) -> None:
    with database.write() as session:
        operations.ensure_region(session, "220122")
        before = session.query(Region).count()
        assert any(told in line for line in faults_of(session, table(*lines), now)), faults_of(
            session, table(*lines), now
        )
        with pytest.raises(Invalid, match="什么都没有导入"):
            succession.import_regions(session, SYSTEM, table(*lines), now)
        assert session.query(Region).count() == before
        assert session.query(Office).count() == 0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "没有标题行"),
        (HEAD.encode(), "没有数据行"),
        ("代码,叫什么\n22,吉林省\n".encode(), "缺少“名称”列"),
        ("代码,名称,停用时间\n22,吉林省,\n".encode(), "不认识的列“停用时间”"),
        (b"PK\x03\x04 no workbook", "不是能打开的 Excel 工作簿"),
        (b"\xff\xff\x00\x01", "不是文本"),
    ],
)
def test_what_is_no_table_of_divisions_is_refused_whole(
    database: Database, now: datetime, content: bytes, told: str
) -> None:
    with database.read() as session, pytest.raises(Invalid, match=told):
        succession.plan_import(session, SYSTEM, content, now)


def test_an_administrator_brings_in_what_lies_below_and_nothing_else(database: Database, now: datetime) -> None:
    with database.write() as session:
        rights.seed(session)
        chain = operations.ensure_staffed(session, VILLAGE, now)
        office = queries.offices_of(session, chain)["county"]
        keeper, clerk = (
            appointed.load_actor(
                session, appointed.holders(session, f"{position}@{office.id}", TODAY)[0].user_id, TODAY
            )
            for position in ("administrator", "county_clerk")
        )
        own, foreign = "220122105000,三岗镇", "220104002000,南站街道"
        assert faults_of(session, table(own), now, keeper) == []
        operations.ensure_region(session, "220104")
        (told,) = faults_of(session, table(own, foreign), now, keeper)
        assert told.startswith("第 3 行「代码」：南站街道不在您管理的地区内")
        with pytest.raises(NotYours):
            succession.plan_import(session, clerk, table(own), now)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk.open(database, MovableClock(datetime.fromisoformat("2020-10-12T10:00:00+08:00")))


def merge(on: str, *, successors: bool = True) -> bytes:
    """Another township takes the place of the demo's."""
    goes_on = ("220122199000", "220122199001") if successors else ("", "")
    return table(
        "220122199000,新农安镇",
        "220122199001,新好来宝村",
        f"220122100000,农安镇,,,{on},{goes_on[0]}",
        f"220122100001,东好来宝村,,,{on},{goes_on[1]}",
    )


def test_where_cases_run_nothing_ends_without_a_successor(desk: Desk) -> None:
    desk.apply("uninsured_unemployed_relief", RELIEF)
    with desk.database.write() as session:
        told = faults_of(session, merge("2020-10-12", successors=False), desk.now)
        assert told == ["第 5 行「接续代码」：东好来宝村还有 1 个在办案件，请填写接续代码，系统把它们转过去"]
        township_alone = faults_of(session, table("220122100000,农安镇,,,2020-10-12"), desk.now)
        assert township_alone == [
            "第 2 行「停用日期」：下面还有 1 个区划没有停用（东好来宝村），请在同一个文件里停用它们"
        ]


def test_where_somebody_is_paid_nothing_ends_without_a_successor_either(desk: Desk) -> None:
    with desk.database.write() as session:
        old = queries.region_by_code(session, VILLAGE, TODAY)
        registry.record_benefit(
            session, programme="dibao", id_number=RELIEF["id_number"], name="王建国", region_id=old.id, paid_on=TODAY,
            amount=to_money("200"), monthly=True, now=desk.now,
        )  # fmt: skip
        told = faults_of(session, merge("2020-10-12", successors=False), desk.now)
        assert told == ["第 5 行「接续代码」：东好来宝村还有 1 个在保对象，请填写接续代码，系统把它们转过去"]
        succession.import_regions(session, SYSTEM, merge("2020-10-12"), desk.now)
        new = queries.region_by_code(session, "220122199001", TODAY)
        assert carrying.in_payment(session, [old.id, new.id]) == {new.id: 1}


@pytest.mark.parametrize("later", [False, True], ids=["at once", "on a day to come"])
def test_cases_work_people_and_money_go_along(desk: Desk, later: bool) -> None:
    case = desk.apply("uninsured_unemployed_relief", RELIEF)
    with desk.database.write() as session:
        cadre, task = desk.holder(session, "village_cadre"), desk.task(session, case.case_id, "village_investigation")
        work.claim(session, cadre, task.id, desk.now)
        old_township = queries.region_by_code(session, "220122100", TODAY).id
        funds.open_reserve(session, old_township, 5000, SYSTEM, desk.now)
    with desk.database.write() as session:
        succession.import_regions(session, SYSTEM, merge("2020-10-20" if later else "2020-10-12"), desk.now)
    if later:
        with desk.database.read() as session:
            assert desk.task(session, case.case_id, "village_investigation").office_id == task.office_id
        desk.clock.move_to(datetime.fromisoformat("2020-10-20T08:00:00+08:00"))
        run_jobs(desk)
    with desk.database.write() as session:
        new = queries.region_by_code(session, "220122199", desk.now.date())
        moved = desk.task(session, case.case_id, "village_investigation")
        assert (moved.township_id, moved.office_id != task.office_id, moved.assignee_id) == (
            new.id,
            True,
            cadre.user_id,
        )
        actor = appointed.load_actor(session, cadre.user_id, desk.now.date())
        assert moved.candidate in actor.candidates
        assert fund_queries.balance(session, new.id) == 5000
        cases.complete_task(session, actor, moved.id, {"facts_true": True}, desk.now)
        clerk = desk.holder(session, "township_clerk", code="220122199001")
        review = desk.task(session, case.case_id, "township_review")
        assert review.candidate in clerk.candidates
        assert audit.verify(session) == []
        with pytest.raises(NotFound):
            cases.apply(session, APPLICANT, "emergency_relief", VILLAGE, EMERGENCY, desk.now)
        events = audit.events_of(session, "regions")
        assert [event.kind for event in events] == ["regions_imported", "region_carried", "region_carried"]


def run_jobs(desk: Desk) -> None:
    worker = Worker(desk.database, desk.clock, HANDLERS, on_dead=on_dead)
    while worker.run_once():
        pass
