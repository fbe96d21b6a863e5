"""A policy owner changes a deadline, plays a case to its letter, steps back, and keeps the story."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.support.web import flat
from tests.support.worlds import RELIEF

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("site", ["phone"], indirect=True)]
OWNER = "policy_owner.220122"
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
    fits(page)
    page.fill("#story-title", "五个工作日内查清")
    page.fill("#story-name", "five-days")
    page.click("button:text-is('存为故事')")
    assert "due: '2020-10-19'" in page.locator("textarea").input_value()
    _checked(page)
