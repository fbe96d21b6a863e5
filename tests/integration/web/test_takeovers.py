"""导入: tried, compared with the old system by totals, confirmed by another person, written, and not written twice."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.core.errors import Invalid
from app.core.uploads import MAX_BYTES
from app.jobs.runner import Worker
from app.takeover import trial, writing
from app.takeover.models import TakeoverTrial
from tests.support.takeover import AWARDS, award, households, workbook
from tests.support.web import COUNTY, Web

CLERK, HEAD = f"county_clerk.{COUNTY}", f"county_head.{COUNTY}"


def work(web: Web) -> None:
    worker = Worker(web.database, web.clock, {**trial.HANDLERS, **writing.HANDLERS})
    while worker.run_once():
        pass


def tried(web: Web, client: Any, content: bytes) -> Any:
    """The page of what was sent, when a worker has compared it."""
    at = client.post("/desk/takeovers", data={"file": (io.BytesIO(content), "awards.xlsx")}).location
    waiting = client.get(at).text
    assert ("正在读取文件" in waiting, 'http-equiv="refresh"' in waiting) == (True, True)
    work(web)
    return client.get(at)


def come(web: Web, *at: Any) -> tuple[int | None, int | None]:
    """How far the latest trial has come, or from now on has."""
    latest = select(TakeoverTrial.id).order_by(TakeoverTrial.begun_at.desc(), TakeoverTrial.id.desc()).limit(1)
    with web.database.write() as session:
        found = session.get_one(TakeoverTrial, session.scalar(latest))
        if at:
            found.looked, found.lines, found.done_at, found.takeover_id = *at, None, None
        return found.looked, found.lines


def test_a_file_is_tried_confirmed_by_another_person_and_written(web: Web) -> None:
    clerk, head = web.client(CLERK), web.client(HEAD)
    book = load_workbook(io.BytesIO(clerk.get("/desk/takeovers/template.xlsx").data))
    assert book.sheetnames == ["救助待遇", "家庭成员", "已发放", "一次性救助", "说明", "选项"]
    titles = [cell.value for cell in book["救助待遇"][1]]
    assert {"编号", "纳入方式", "自理能力"} <= set(titles), "the columns that the programmes ask for"
    assert "请选择要导入的文件" in clerk.post("/desk/takeovers").text
    bad = tried(web, clerk, workbook({**households(1), AWARDS: [award(0, amount=-1)]}))
    assert "「救助待遇」第 2 行「每月金额」" in bad.text
    assert "不是能打开的 Excel 工作簿" in tried(web, clerk, b"PK\x03\x04").text
    with web.database.read() as session, pytest.raises(Invalid, match="文件超过 20 MB"):
        trial.begin(session, web.actor(CLERK), [bytes(MAX_BYTES + 1)], web.clock.now())
    assert "从原系统导入" not in head.get("/desk/takeovers").text

    content = workbook(households(2))
    at = tried(web, clerk, content).location
    assert come(web) == (2, 2), "told while it was compared"
    page = clerk.get(at).text
    assert [told in page for told in ("最低生活保障", "980.00", "8,820.00", "请另一位有确认权限的人")] == [True] * 4
    assert clerk.post(f"{at}/confirm").status_code == 403
    assert "确认导入" in head.get(at).text
    assert head.post(f"{at}/confirm").location == at
    assert "已写入 0 / 2" in head.get(at).text
    work(web)
    assert "已写入 2 / 2" in clerk.get(at).text
    (award_id,) = re.findall(r'href="/desk/awards/([0-9a-f]{32})"', head.get("/desk/awards?q=王0").text)
    assert "由原系统导入" in head.get(f"/desk/awards/{award_id}").text
    again = tried(web, clerk, content)
    assert "没有变化：文件里的待遇都已经导入了" in again.text
    come(web, 5, 20)
    assert "已核对 5 / 20 份（25%）" in clerk.get(again.request.path).text
    assert web.client(f"finance.{COUNTY}").get("/desk/takeovers").status_code == 403
