"""Files of what an old system pays, as an office fills them in, and bringing them in."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from sqlalchemy import select

from app.cases import handlers as cases
from app.funds import batches
from app.funds.listing import BatchSpec
from app.funds.models import PaymentOrder
from app.jobs.runner import Worker
from app.takeover import operations, queries, writing
from app.takeover.planning import Plan
from tests.support.worlds import RELIEF, VILLAGE, Office, id_number

AWARDS, MEMBERS, PAID, ONCE = "救助待遇", "家庭成员", "已发放", "一次性救助"
AWARD_TITLES = [
    "编号", "项目", "姓名", "身份证号", "区划代码", "每月金额", "起始日期", "下次复核日期", "银行账号",
    "纳入方式", "按城市标准", "家庭年收入", "供养服务机构",
]  # fmt: skip
TITLES: Mapping[str, Sequence[str]] = {
    AWARDS: AWARD_TITLES,
    MEMBERS: ["编号", "姓名", "身份证号", "与领取人关系", "重残"],
    PAID: ["编号", "起始月份", "截止月份", "每月金额"],
    ONCE: ["编号", "项目", "姓名", "身份证号", "区划代码", "金额", "发放日期"],
}
GRANT = ["L1", "未参保失业人员临时救助", RELIEF["name"], RELIEF["id_number"], VILLAGE, 3000, date(2020, 10, 1)]
Rows = Mapping[str, Iterable[Sequence[Any]]]


def award(n: int, /, amount: Any = 490, since: Any = date(2019, 4, 1), **more: Any) -> list[Any]:
    """The n-th household of 低保: two people, 2,400 yuan a year, 490 a month by a standard of 345."""
    row = [f"D{n:04}", "最低生活保障", f"王{n}", id_number(2 * n), f"{VILLAGE}", amount, since, date(2021, 4, 1),
           "6228480240001234568", "整户", "否", 2400, None]  # fmt: skip
    for title, value in more.items():
        row[AWARD_TITLES.index(title)] = value
    return row


def members(n: int) -> list[list[Any]]:
    number = f"D{n:04}"
    return [[number, f"王{n}", id_number(2 * n), "本人", None], [number, f"李{n}", id_number(2 * n + 1), "配偶", None]]


def workbook(rows: Rows) -> bytes:
    book = Workbook(write_only=True)
    for title, lines in rows.items():
        sheet = book.create_sheet(title)
        sheet.append(TITLES[title])
        for line in lines:
            sheet.append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def households(count: int, *, months: tuple[str, str] = ("2020-01", "2020-09")) -> dict[str, list[list[Any]]]:
    """So many households, paid 490 yuan for these months."""
    numbers = range(count)
    return {
        AWARDS: [award(n) for n in numbers],
        MEMBERS: [row for n in numbers for row in members(n)],
        PAID: [[f"D{n:04}", *months, 490] for n in numbers],
    }


def tried(office: Office, *contents: bytes) -> Plan:
    with office.database.read() as session:
        return operations.plan(session, office.holder(session, "county_clerk"), contents, office.now)


def proposed(office: Office, *contents: bytes) -> str | None:
    with office.database.write() as session:
        actor = office.holder(session, "county_clerk")
        made = operations.plan(session, actor, contents, office.now)
        return operations.propose(session, actor, made, office.now)


def work(office: Office) -> None:
    worker = Worker(office.database, office.clock, {**writing.HANDLERS, **cases.HANDLERS})
    while worker.run_once():
        pass


def brought_in(office: Office, *contents: bytes) -> str:
    takeover_id = proposed(office, *contents)
    assert takeover_id is not None
    with office.database.write() as session:
        operations.confirm(session, office.holder(session, "county_head"), takeover_id, office.now)
    work(office)
    with office.database.read() as session:
        found = queries.details(session, office.holder(session, "county_head"), takeover_id)
    assert found.row.is_over
    assert found.refused == []
    return takeover_id


def month(office: Office, day: date) -> list[tuple[str, str, Decimal]]:
    """Whom the batch of a month pays, once it is confirmed."""
    spec = BatchSpec(f"dibao-{day:%Y-%m}", "monthly", f"{day.month}月低保金", "D4", "220122", ("dibao",), day)
    with office.database.write() as session:
        batch_id = batches.draft(session, office.holder(session, "county_clerk"), spec, office.now)
        batches.confirm(session, office.holder(session, "county_head"), batch_id, office.now)
    with office.database.read() as session:
        mine = PaymentOrder.batch_id == batch_id
        rows = session.execute(select(PaymentOrder.payee, PaymentOrder.purpose, PaymentOrder.amount).where(mine))
        return sorted(tuple(row) for row in rows)
