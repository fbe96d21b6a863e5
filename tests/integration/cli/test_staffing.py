"""`doudi staff`: people and positions from a workbook, the faults of it, and what who leaves still holds."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from app import audit
from app.cases import nightly
from app.identity import appointed, credentials, staff
from app.inbox import operations as inbox
from tests.integration.cli.conftest import Shell
from tests.support.worlds import RELIEF

TITLES = ["用户名", "姓名", "电话", "区划代码", "机构名称", "岗位", "任职日期", "离任日期"]
STEP = "village_investigation"
TOWNSHIP, VILLAGE = 220122100000, 220122100001
CLERK = ["li.min", "李敏", "13904310001", TOWNSHIP, None, "乡镇（街道）经办人"]
COUNTY = [*CLERK[:3], 220122, None]
CADRE = ["wang.gang", "王刚", None, VILLAGE, None, "村（社区）干部"]


def sheet(shell: Shell, *rows: list[object], name: str = "staff.xlsx") -> Path:
    book = Workbook()
    for row in (TITLES, *rows):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(shell.folder / name)
    return shell.folder / name


@pytest.fixture
def keeper(shell: Shell) -> str:
    return shell.first.replace("policy_owner", "administrator")


def imported(shell: Shell, keeper: str, *rows: list[object], code: int = 0) -> str:
    out = shell.folder / "passwords.xlsx"
    return shell("staff", "import", sheet(shell, *rows), "--passwords", out, "--by", keeper, code=code)


def test_people_come_in_log_in_with_what_is_handed_out_and_a_second_import_changes_nothing(
    shell: Shell, keeper: str
) -> None:
    rows = [CLERK, [*CLERK[:3], VILLAGE, None, "village_cadre", shell.today + timedelta(days=9)], CADRE]
    dry = shell("staff", "import", sheet(shell, *rows), "--dry-run", "--by", keeper)
    assert "将新增 2 个账号、3 项任职" in dry
    assert not (shell.folder / "passwords.xlsx").exists()
    assert "新增 2 个账号、3 项任职" in imported(shell, keeper, *rows)
    handed = shell.folder / "passwords.xlsx"
    assert handed.stat().st_mode & 0o777 == 0o600
    lines = list(load_workbook(handed).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    passwords = {line[3]: line[4] for line in lines[1:]}
    assert set(passwords) == {"li.min", "wang.gang"}
    user_id = credentials.authenticate(
        shell.office.database, "li.min", str(passwords["li.min"]), shell.office.now, "127.0.0.1"
    )
    with shell.office.database.read() as session:
        actor = appointed.load_actor(session, user_id, shell.today)
        assert actor is not None
        assert actor.positions == {"township_clerk"}
    assert "没有变化" in imported(shell, keeper, *rows)
    handed.unlink()
    handed.write_text("kept")
    new = ["zhao.lei", "赵磊", None, VILLAGE, None, "村（社区）干部"]
    assert "请用 --passwords 另指定" in imported(shell, keeper, new, code=1)
    with shell.office.database.read() as session:
        assert appointed.actor_by_login(session, "zhao.lei", shell.today) is None


BAD: list[tuple[list[list[object]], str]] = [
    ([CLERK, ["li.min", "王强", *CADRE[2:]]], "第 3 行「用户名」：用户名 li.min 在第 2 行是李敏 13904310001"),
    ([[*CLERK, "2027-03-01", "2027-02-01"]], "第 2 行「离任日期」：离任日期应晚于任职日期 2027-03-01"),
    ([[*CLERK, None, "2020-01-01"]], "第 2 行「离任日期」：离任日期应晚于任职日期"),
    ([[*CLERK, "明天"]], "第 2 行「任职日期」：“明天”不是日期"),
    ([[*CLERK[:5], "镇长助理"]], "第 2 行「岗位」：没有“镇长助理”这个岗位，可写：村（社区）干部、"),
    ([[*CLERK[:5], "县级负责人"]], "第 2 行「岗位」：农安镇人民政府没有“县级负责人”"),
    ([[*CLERK[:3], 220122999000, None, CLERK[5]]], "第 2 行「区划代码」：系统里没有正在使用的区划 220122999"),
    ([[*CLERK[:3], 2201, None, "系统管理员"]], "第 2 行「区划代码」：长春市不在您管理的地区内"),
    ([[*CLERK[:3], 220122, "幸福院", "institution"]], "第 2 行「机构名称」：农安县没有名为“幸福院”的供养服务机构"),
    ([["Li Min", *CLERK[1:]]], "第 2 行「用户名」：用户名为 3 至 60 位小写字母"),
    ([[None, *CLERK[1:]]], "第 2 行「用户名」：没有填写"),
    ([CLERK, CLERK], "第 3 行「岗位」：与第 2 行重复"),
    ([[*COUNTY, "审计员"], [*COUNTY, "系统管理员"]], "第 3 行「岗位」：审计（审计员）、系统管理（系统管理员）必须由"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "told"), BAD, ids=[told for _, told in BAD])
def test_a_fault_is_told_by_row_and_column(shell: Shell, keeper: str, rows: list[list[object]], told: str) -> None:
    printed = imported(shell, keeper, *rows, code=1)
    assert told in printed
    assert "什么都没有导入" in printed
    with shell.office.database.read() as session:
        assert audit.events_of(session, staff.AUDIT_CHAIN) == []


def test_an_appointment_ends_by_the_file_and_claimed_work_goes_back_that_night(shell: Shell, keeper: str) -> None:
    imported(shell, keeper, CADRE)
    case_id = shell.office.apply("uninsured_unemployed_relief", RELIEF).case_id
    with shell.office.database.write() as session:
        cadre = appointed.actor_by_login(session, "wang.gang", shell.today)
        assert cadre is not None
        inbox.claim(session, cadre, shell.office.task(session, case_id, STEP).id, shell.office.now)
    tomorrow = shell.today + timedelta(days=1)
    assert "结束 1 项任职" in imported(shell, keeper, [*CADRE, None, tomorrow])
    assert "没有变化" in imported(shell, keeper, [*CADRE, None, tomorrow])
    later = imported(shell, keeper, [*CADRE, None, tomorrow + timedelta(days=1)], code=1)
    assert "不能改得更晚" in later
    for now, holder in ((shell.office.now, cadre.user_id), (nightly.next_night(shell.office.now), None)):
        with shell.office.database.write() as session:
            nightly.run(session, now)
            assert shell.office.task(session, case_id, STEP).assignee_id == holder
    with shell.office.database.read() as session:
        told = audit.events_of(session, staff.AUDIT_CHAIN)[-1]
    assert (told.kind, told.payload["items"][0]["from"]) == ("work_given_back", cadre.user_id)
