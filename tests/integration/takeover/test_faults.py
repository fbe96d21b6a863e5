"""What is wrong with a file is told by table, row and column; what only looks odd is a warning."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core.errors import Invalid
from app.identity import operations as staff
from app.identity import queries as identity
from app.registry import deaths
from app.registry import operations as registry
from app.sheets import Column
from app.sheets import workbook as other_workbook
from app.takeover import operations
from app.takeover.models import TakeoverPart
from tests.integration.takeover.conftest import BEGINNING
from tests.support.takeover import (
    AWARDS,
    GRANT,
    MEMBERS,
    ONCE,
    PAID,
    TITLES,
    award,
    households,
    members,
    proposed,
    tried,
    work,
    workbook,
)  # fmt: skip
from tests.support.worlds import RELIEF, VILLAGE, Office, id_number

TEKUN = ["T1", "特困人员救助供养", "李0", id_number(1), VILLAGE, 500, "2019-05-01"]
FAULTS: list[tuple[str, list[Any], str]] = [
    (AWARDS, [award(0, 身份证号="220122198305123012"), award(1)], "「救助待遇」第 2 行「身份证号」：身份证号码不正确"),
    (AWARDS, [award(0, 身份证号=220122198305123000), award(1)], "是 Excel 改的，请把整列设为文本"),
    (AWARDS, [award(0, 区划代码="220122999001"), award(1)], "「区划代码」：系统里没有区划 220122999001"),
    (AWARDS, [award(0, 区划代码="22012"), award(1)], "“22012”不是区划代码，应为 12 位数字"),
    (AWARDS, [award(0, 项目="医疗救助"), award(1)], "「项目」：没有“医疗救助”这个项目，可写："),
    (AWARDS, [award(0, since=date(2022, 1, 1)), award(1)], "「起始日期」：2022-01-01 还没有到"),
    (AWARDS, [award(0, since="2019-02-30"), award(1)], "「起始日期」：“2019-02-30”：不是日期"),
    (AWARDS, [award(0, amount=-5), award(1)], "「每月金额」：“-5”：请填写金额，单位为元，最多两位小数"),
    (AWARDS, [award(0, amount=345.125), award(1)], "“345.125”：请填写金额，单位为元，最多两位小数"),
    (AWARDS, [award(0), award(1, 编号="D0000")], "「救助待遇」第 3 行「编号」：编号与「救助待遇」第 2 行重复"),
    (AWARDS, [award(0), award(1), award(0, 编号="D9")], "第 4 行「身份证号」：王0与「救助待遇」第 2 行王0：一人不能"),
    (AWARDS, [award(0, 纳入方式="半户"), award(1)], "「纳入方式」：“半户”：应为整户、参照单人户、建档立卡之一"),
    (AWARDS, [award(0), award(1), TEKUN], "「救助待遇」第 4 行「身份证号」：李0与「救助待遇」第 2 行王0：纳入特困人员"),
    (AWARDS, [award(0, 供养服务机构="幸福院"), award(1)], "「供养服务机构」：本县没有登记名为“幸福院”的供养服务机构"),
    (MEMBERS, [*members(0), members(1)[0], ["D0001", "李0", id_number(1), "配偶"]],
     "「家庭成员」第 5 行「身份证号」：李0与「救助待遇」第 2 行王0：一人不能"),
    (MEMBERS, [*members(0), members(1)[1]], "「救助待遇」第 3 行「身份证号」：王1不在「家庭成员」表里"),
    (MEMBERS, [*members(0), members(0)[1]], "「家庭成员」第 4 行「身份证号」：与第 3 行是同一个人"),
    (MEMBERS, [["D0009", "钱一", id_number(9)]], "「家庭成员」第 2 行「编号」：「救助待遇」表里没有编号为 D0009"),
    (PAID, [["D0000", "2020-01", "2020-12", 490], ["D0000", "2020-12", None, 490]],
     "「已发放」第 3 行「起始月份」：2020-12 在另一行已经写过"),
    (PAID, [["D0000", "2021-01", "2021-02", 490]], "「已发放」第 2 行「截止月份」：2021-02 还没有到"),
    (PAID, [["D0000", "2019-03", None, 490]], "「起始月份」：早于这份待遇的起始日期 2019-04-01"),
    (PAID, [["D0000", "2019-13", None, 490]], "“2019-13”：不是月份"),
    (ONCE, [GRANT, ["L2", *GRANT[1:]]], "第 3 行「身份证号」：王建国与「一次性救助」第 2 行王建国：同一笔"),
]  # fmt: skip


def test_every_fault_is_told_by_table_row_and_column(office: Office) -> None:
    for table, rows, told in FAULTS:
        found = tried(office, workbook({**households(2), table: rows})).findings.lines()
        assert any(told in line for line in found), (told, found)
    with pytest.raises(Invalid, match="没有名为“救助待遇”"):
        tried(office, other_workbook("名单", [Column("name", "姓名")], [["王一"]]))
    with pytest.raises(Invalid, match="处问题，什么都没有导入"):
        proposed(office, workbook({**households(2), PAID: FAULTS[-2][1]}))
    with office.database.read() as session:
        assert session.scalar(select(func.count()).select_from(TakeoverPart)) == 0


def test_who_is_covered_here_already_is_a_fault(office: Office) -> None:
    with office.database.write() as session:
        village = identity.region_by_code(session, VILLAGE, BEGINNING.date())
        request = registry.AwardRequest(
            "x" * 32, "dibao", id_number(1), "李0", village.id, Decimal(1), date(2020, 5, 1)
        )
        registry.start_award(session, request, office.now)
        registry.record_benefit(
            session, programme="uninsured_unemployed_relief", id_number=RELIEF["id_number"], region_id=village.id,
            paid_on=date(2020, 9, 20), amount=Decimal(3000), now=office.now,
        )  # fmt: skip
    assert tried(office, workbook(households(1) | {ONCE: [GRANT]})).findings.lines() == [
        "「家庭成员」第 3 行「身份证号」：李0已在本系统享受这项待遇，不能重复导入",
        "「一次性救助」第 2 行「身份证号」：王建国已于2020年9月20日享受过本项救助，只能享受一次",
    ]


def test_names_deaths_and_divisions_are_compared_with_what_stands(office: Office) -> None:
    """What was brought in already is not judged again: the file that brought it changes nothing."""
    content = workbook(households(1) | {ONCE: [GRANT]})
    takeover_id = proposed(office, content) or ""
    with office.database.write() as session:
        operations.confirm(session, office.holder(session, "county_head"), takeover_id, office.now)
    work(office)
    clerk_named = "登记库里 王五 的身份证号是王0的，请核对姓名和号码；登记的姓名不变"
    renamed = tried(office, workbook({**households(1), AWARDS: [award(0, 姓名="王五", amount=500)]}))
    assert any(clerk_named in told for told in renamed.findings.warnings)
    with office.database.write() as session:
        by = office.holder(session, "county_clerk")
        for number in (id_number(0), RELIEF["id_number"]):
            deaths.record(session, deaths.person_with(session, number), date(2020, 12, 1), by, office.now)
    assert (tried(office, content).same, tried(office, content).findings.lines()) == (2, [])
    late = award(0, 编号="N1", since=date(2020, 12, 2))
    (told,) = tried(office, workbook({AWARDS: [late]})).findings.lines()
    assert "「救助待遇」第 2 行「身份证号」：登记库记载王0已于2020年12月1日死亡，请删去这一行" in told
    again, after = (["L9", *GRANT[1:4], VILLAGE, 900, day] for day in (date(2020, 11, 1), date(2020, 12, 2)))
    (told,) = tried(office, workbook({ONCE: [after]})).findings.lines()
    assert "死亡" in told
    assert not any("死亡" in told for told in tried(office, workbook({ONCE: [again]})).findings.lines())
    with office.database.write() as session:
        old, new = (staff.ensure_region(session, code) for code in ("220122100098", "220122100099"))
        staff.succeed_region(session, old, new, date(2021, 1, 1))
    (told,) = tried(office, workbook({AWARDS: [award(9, 区划代码="220122100098")]})).findings.lines()
    assert "已于2021年1月1日停用，请改写接续它的区划" in told
    assert tried(office, workbook({AWARDS: [award(9, 区划代码="220122100099")]})).findings.lines() == []


def test_what_only_looks_odd_is_a_warning_and_comes_in_as_it_is_paid(office: Office) -> None:
    rows = {
        AWARDS: [
            award(0, amount=500, 区划代码=int(VILLAGE), since=43556), award(1, 下次复核日期=None, 家庭年收入=None),
        ],
        MEMBERS: [*members(0), *members(1)],
        PAID: [["D0000", "2020-01", "2020年3月", 490], ["D0000", 202005, None, "500"]],
    }  # fmt: skip
    made = tried(office, workbook(rows))
    assert made.findings.lines() == []
    assert [told.partition(" 行 ")[2] for told in made.findings.warnings] == [
        "王0：2020-04 到 2020-05 之间有没有发放的月份，按月发放的批次可以补发",
        "王1：没有填写家庭年收入，标准提高时系统不能重新核算，须由人复核",
        "王1：没有下次复核日期，系统不会自动开始复核",
        "王0：每月 500.00 元，比按现行标准核算的 490.00 元高，照文件导入，请核对",
    ]
    assert made.lines[0].starts_on == date(2019, 4, 1)
    (total,) = made.totals.values()
    assert (total.awards, total.people, total.monthly, total.paid) == (2, 4, Decimal("990.00"), Decimal("1970.00"))


def test_csv_files_say_by_their_columns_which_table_they_are(office: Office) -> None:
    rows = households(1)
    files = [
        "\n".join(",".join(str(each or "") for each in row) for row in [TITLES[title], *lines]).encode("gb18030")
        for title, lines in rows.items()
    ]
    made = tried(office, *files)
    assert (made.findings.lines(), made.new) == ([], 1)
    with pytest.raises(Invalid, match="两个文件里都有「已发放」表"):
        tried(office, *files, files[-1])
