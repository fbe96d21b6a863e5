"""What a policy owner does from the clause to the day it holds, and afterwards with the cases that run."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from app.cases import handlers
from app.inbox import queries as items
from app.jobs.runner import Worker
from tests.browser.conftest import Site
from tests.integration.web import test_releases as made

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("site", ["desk"], indirect=True)]
OWNER, SECOND = "policy_owner.220122", "policy_owner.220122.2"
TWO_MINUTES = 120
Fits = Callable[[Page], None]


def _due(site: Site, n: int) -> date:
    """Until when the village must have looked into a new application."""
    case_id = made._apply(site.web, n)
    with site.web.database.read() as session:
        (item,) = (each for each in items.items_of_case(session, case_id) if each.element_id == "village_investigation")
        return item.due_on


def _says_yes(page: Page) -> None:
    """The page asks before it does what cannot be undone."""
    page.on("dialog", lambda dialog: dialog.accept())


def test_a_deadline_is_changed_from_its_clause_and_holds_for_the_next_case(site: Site, fits: Fits, sound: Fits) -> None:
    owner, second = site.desk(OWNER), site.desk(SECOND)
    before = _due(site, 1)
    begun = time.monotonic()
    owner.goto("/studio/clauses")
    owner.fill("[data-search]", "三个工作日")
    owner.press("[data-search]", "Enter")
    owner.click("a:has-text('村（社区）三个工作日内调查')")
    owner.locator("tr", has_text="村（社区）调查核实时限").get_by_text("改这项标准").click()
    owner.fill("#reason", "县政府常务会议决定")
    owner.click("main button:text-is('建立')")
    row = owner.locator("tr", has_text="农安县").first
    row.locator("[name^='value:']").fill("5")
    owner.click("button:text-is('保存')")
    fits(owner)
    owner.click(".crumbs a >> nth=1")
    owner.fill("#from", "2020-10-12")
    owner.click("main button:text-is('提交')")
    expect(owner.locator("body")).to_contain_text("请另一位政策管理员批准")
    assert time.monotonic() - begun < TWO_MINUTES
    change = owner.url
    for path in (change, "/studio/changes", "/studio/releases", "/studio/clauses", "/desk/calendar"):
        owner.goto(path)
        sound(owner)
    second.goto(change)
    _says_yes(second)
    second.click("main button:text-is('批准')")
    expect(second.locator("body")).to_contain_text("已批准")
    assert _due(site, 2) > before


def test_running_cases_move_to_the_version_in_force(site: Site, fits: Fits) -> None:
    made._apply(site.web, 1)
    newer = made._publish(site.web, "# 新\n")
    owner = site.desk(OWNER)
    owner.goto(f"/studio/releases/{newer}")
    owner.click("button:text-is('预览')")
    Worker(site.web.database, site.web.clock, handlers.HANDLERS).run_once()
    expect(owner.locator("#moves")).to_contain_text("1 个可以转入")  # the page asks by itself
    fits(owner)
    _says_yes(owner)
    owner.click("button:text-is('转入 1 个案件')")
    owner.wait_for_load_state()
    Worker(site.web.database, site.web.clock, handlers.HANDLERS).run_once()
    expect(owner.locator("#moves")).to_contain_text("1 个已经转入")
    expect(owner.locator("#moves button:text-is('停止')")).to_have_count(0)
    owner.reload()
    expect(owner.locator(".diagram .case-badge-waiting")).to_have_text("1 件在等")
