"""An owner changes a row of a table and sees which closed cases flip, by which row and clause, before it holds."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from app.changes import backtesting
from app.jobs.runner import Worker
from tests.browser.conftest import Site
from tests.support.worlds import RELIEF, Office, id_number

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("site", ["desk"], indirect=True)]
KEY, OWNER = "uninsured_unemployed_relief", "policy_owner.220122"


def _close(office: Office) -> None:
    for number, months in enumerate((3, 4)):
        case_id = office.apply(KEY, RELIEF, id_number=id_number(number), months_without_income=months).case_id
        office.do(case_id, "village_investigation", "village_cadre", facts_true=True, opinion="属实")
        office.do(case_id, "township_review", "township_clerk", confirmed=True, amount=800)


def test_a_row_is_changed_and_the_flips_are_seen(site: Site) -> None:
    database, clock = site.web.database, site.web.clock
    _close(Office(database, clock))
    page = site.desk(OWNER)
    page.goto("/studio/changes/new")
    page.fill("#title", "连续没有收入满四个月")
    page.fill("#reason", "县政府常务会议决定")
    page.click("main button:text-is('建立')")
    page.select_option("#programme", KEY)
    page.click("button:text-is('加入')")
    at = page.url.partition("#")[0]
    page.click("a:text-is('eligibility.dmn')")
    page.wait_for_selector(".dmn-bar select")
    if page.locator("button:text-is('按句子看')").is_visible():
        page.click("button:text-is('按句子看')")
    page.get_by_label("第 3 行 连续无收入月数").fill("< 4")
    expect(page.locator("#saved")).to_contain_text("已保存", timeout=10_000)

    page.goto(at)
    page.click("button:text-is('开始回测')")
    expect(page.locator("#backtest")).to_contain_text("排队等候")
    assert Worker(database, clock, {backtesting.RUN: backtesting.handler(database)}).run_once() == 1
    expect(page.locator("#backtest")).to_contain_text("不变 1 件；原来准予，改为不予 1 件")  # by itself
    page.reload()
    expect(page.locator("main")).to_contain_text("走的环节不同 1 件")
    row = page.locator("tbody tr").filter(has_text="改为不予")
    expect(row).to_have_count(1)
    for word in ("申请条件（据申请书）第 3 行", "A1", "不符合（A1）"):
        expect(row).to_contain_text(word)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.goto(f"{at}/summary")
    expect(page.locator("main")).to_contain_text("第3行：连续无收入月数由少于3改为少于4")
    expect(page.locator("main")).to_contain_text("影响：回测 2 件已办结的案件")
    assert site.complaints == []
