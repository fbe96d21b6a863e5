"""A policy owner changes a deadline, plays a case to its letter, keeps the story, and accepts what the change means."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.changes import checking, store
from app.core.clock import local_date
from app.gate.isolated import Outcome
from tests.browser.conftest import Site
from tests.support.web import flat
from tests.support.worlds import RELIEF

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("site", ["phone"], indirect=True)]
OWNER = "policy_owner.220122"
STORY = "scenarios/make-up-working-day.yaml"
LIMIT = "limit: figure.village_investigation_working_days"


def _fill(page: Page, given: dict[str, str]) -> None:
    for name, value in given.items():
        field = page.locator(f"#form [name='{name}']:not([type=hidden])")
        match field.first.evaluate("each => each.type"):
            case "radio":
                page.check(f"#form [name='{name}'][value='{value}']")
            case "checkbox":
                field.set_checked(value == "true")
            case "select-one":
                field.select_option(value)
            case _:
                field.fill(value)


def _checked(page: Page) -> None:
    """Nobody leaves while the page asks for its findings: the console would complain."""
    expect(page.locator("#findings")).not_to_contain_text("正在检查", timeout=90_000)


def _submit(page: Page) -> None:
    page.click("#form .action-bar .btn-primary")


def test_a_deadline_is_changed_a_case_played_and_its_story_kept(site: Site, fits: Callable[[Page], None]) -> None:
    page = site.desk(OWNER)
    page.goto("/studio/changes/new")
    page.fill("#title", "村级调查时限改为5个工作日")
    page.fill("#reason", "县政府常务会议决定")
    page.click("main button:text-is('建立')")
    page.select_option("#programme", "uninsured_unemployed_relief")
    page.click("button:text-is('加入')")
    change = page.url
    page.click("a:text-is('bundle.yaml')")
    text = page.locator("textarea").input_value()
    assert LIMIT in text
    _checked(page)
    with page.expect_response(lambda response: "/findings" in response.url):
        page.locator("textarea").fill(text.replace(LIMIT, "limit: 5"))
    expect(page.locator("#saved")).to_contain_text("已保存")
    _checked(page)

    page.goto(change)
    page.click("a:text-is('试办')")
    fits(page)
    page.fill("#day", "2020-10-12")
    page.click("button:text-is('开始')")
    _submit(page)
    expect(page.locator("#form")).to_contain_text("被拒绝")
    _fill(page, {name: value for name, value in flat(RELIEF).items() if value})
    _submit(page)
    expect(page.locator("#form")).to_contain_text("2020-10-19 到期")  # five working days, not three
    page.wait_for_selector(".case-badge-active")
    fits(page)
    _fill(page, {"facts_true": "true", "opinion": "属实"})
    _submit(page)
    _fill(page, {"confirmed": "true", "amount": "800", "opinion": "同意"})
    _submit(page)
    expect(page.locator("#letters")).to_contain_text("审批决定书")
    page.click("button:has-text('退一步')")
    expect(page.locator("#letters")).not_to_contain_text("审批决定书")
    page.click("button:has-text('再往前')")
    expect(page.locator("#letters")).to_contain_text("审批决定书")
    page.evaluate("document.querySelectorAll('#money details').forEach(each => each.open = true)")
    fits(page)
    page.fill("#story-title", "五个工作日内查清")
    page.fill("#story-name", "five-days")
    page.click("button:text-is('存为故事')")
    assert "due: '2020-10-19'" in page.locator("textarea").input_value()
    _checked(page)

    _check_found(site, *re.findall("[0-9a-f]{32}", page.url))
    page.goto(change)
    page.click("a:has-text('1 个故事的结果变了')")
    expect(page.locator(".outcome")).to_contain_text("2020-09-29")
    fits(page)
    page.fill(".outcome [name='reason']", "县政府常务会议决定放宽")
    page.click("button:text-is('整个故事都是')")
    expect(page.locator("#accepted")).to_contain_text("县政府常务会议决定放宽", timeout=90_000)
    expect(page.locator(".outcome")).to_have_count(0)
    fits(page)
    page.goto(f"{change}/compare")
    expect(page.locator("main")).to_contain_text("认定为有意的改变")
    fits(page)


def _check_found(site: Site, change_id: str, bundle_id: str) -> None:
    """What a check of the background finds of one story; all of them take longer than a journey may."""
    told = {"kind": "tasks.due", "name": "村（社区）调查核实", "old": "2020-09-29", "new": "2020-10-09"}
    found = {"mark": "", "group": "", "step": 1, "case": "", "key": "tasks", "do": "申请", "settles": True,
             "gone": False, "lines": [], "told": [told]}  # fmt: skip
    story = {"file": STORY, "title": "调休", "holds": False, "problems": [[1, "期限"]], "differences": [found]}
    with site.web.database.write() as session:
        now = site.web.clock.now()
        bundle = store.bundle_of(session, change_id, bundle_id)
        prepared = checking.Prepared(
            bundle_id, checking.subject_of(session, bundle, local_date(now)),
            checking.trials_of(session, bundle, local_date(now)), {}, "",
        )  # fmt: skip
        checking.keep(session, prepared, Outcome([], [story]), now)
