"""Every programme that people apply for, on a phone and at a desk: from the first question to the letter."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page

from app.cases.queries import by_code
from tests.browser.applying import Applicant, Effort
from tests.browser.approving import Staff
from tests.browser.conftest import SIZES, Site
from tests.browser.letters import address_of, believe, fetch, print_letters
from tests.browser.test_journey import Fits
from tests.support.web import APPLICATION, VILLAGE
from tests.support.worlds import id_number

pytestmark = pytest.mark.browser

PERSON = {key: APPLICATION[key] for key in ("name", "id_number", "phone", "address", "bank_account")}
OLD = {**PERSON, "name": "刘桂芝", "id_number": "220122194802170021"}
HOUSEHOLD = {"annual_income": 6000, "financial_assets": 3000}
FAMILY = [
    {"name": "王建国", "id_number": PERSON["id_number"], "relation": "本人", "can_work": True},
    {"name": "李梅", "id_number": id_number(7), "relation": "妻子", "serious_illness": True,
     "spending_continues": True},
]  # fmt: skip
CHILD = {
    **PERSON, "name": "王小明", "id_number": "220122201103053013", "category": "orphan",
    "parents": {"father": "died", "mother": "died"},
    "guardian": {"name": "李秀英", "id_number": "220122196004123027", "relation": "祖母"},
}  # fmt: skip
CERTIFICATE = {"number": f"{PERSON['id_number']}42", "category": "physical", "grade": 2}
PROXY = {"name": "王小军", "relation": "儿子", "phone": "13904310005"}
PROGRAMMES: dict[str, dict[str, Any]] = {
    "dibao": {**PERSON, "household": {"members": FAMILY, **HOUSEHOLD}},
    "tekun": {**OLD, "applied_by": "proxy", "proxy": PROXY, "kind": "elderly", "can_work": False,
              "income_source": "无"},
    "disability_allowances": {**PERSON, "certificate": CERTIFICATE, "hardship": "dibao"},
    "disaster_relief": {**PERSON, "disaster": "flood", "happened_on": "2020-10-10", "hardship": "房屋进水",
                        "people": 3},
    "emergency_relief": {**OLD, "emergency": "住房失火", "requested_amount": 1000},
    "expenditure_relief": {**PERSON, "spending": "透析自付部分", "requested_amount": 3000,
                           "household": {"size": 2, **HOUSEHOLD}},
    "orphan_support": CHILD,
    "uninsured_unemployed_relief": {**APPLICATION, "applied_by": "self"},
}  # fmt: skip


def narrow(fits: Fits, sound: Fits, site: Site, seen: set[str]) -> Fits:
    """Nothing is too wide or too small, at 320 px neither; each kind of page is asked once by axe."""

    def look(page: Page) -> None:
        fits(page)
        kind = re.sub(r"/[0-9]+", "/n", page.url.partition(VILLAGE)[2])
        if site.size == SIZES["phone"]:
            page.set_viewport_size({"width": 320, "height": 640})
            for size in ("", "larger"):
                page.evaluate("size => { document.documentElement.dataset.text = size; }", size)
                assert page.evaluate("document.documentElement.scrollWidth") <= 320, (page.url, size)
            page.evaluate("delete document.documentElement.dataset.text")
            page.set_viewport_size({"width": site.size[0], "height": site.size[1]})
        elif kind not in seen:
            seen.add(kind)
            sound(page)

    return look


def apply_for_all(site: Site, look: Fits) -> dict[str, list[str]]:
    """Programme → number and query code. `look` sees the pages of one, those of the others are alike."""
    told: dict[str, Effort] = {}
    kept: dict[str, list[str]] = {}
    window = site.window()
    for programme, answers in PROGRAMMES.items():
        applicant = Applicant(window, answers, look if programme == "dibao" else lambda page: None)
        applicant.begin(programme)
        applicant.to_the_check()
        assert window.locator(".alert-danger").count() == 0, window.text_content(".alert-danger")
        applicant.sign()
        assert window.url.endswith("/apply/receipt"), (programme, window.text_content("main"))
        kept[programme] = window.locator("code").all_text_contents()
        told[programme] = applicant.effort
        window.context.clear_cookies()  # the next one is somebody else
    for programme, cost in told.items():
        print(f"{site.size[0]} px {programme}: {cost.pages} 页，{cost.taps} 次点按，{cost.letters} 个字符")  # noqa: T201
    assert max(cost.pages for cost in told.values()) <= 12
    return kept


@pytest.mark.parametrize("site", ["phone"], indirect=True)
def test_every_programme_is_applied_for_on_a_phone(site: Site, fits: Fits, sound: Fits) -> None:
    Staff(site.web)
    assert all(len(told) == 2 for told in apply_for_all(site, narrow(fits, sound, site, set())).values())


@pytest.mark.parametrize("site", ["desk"], indirect=True)
def test_every_programme_is_applied_for_and_leads_to_a_letter(site: Site, fits: Fits, sound: Fits) -> None:
    site.web.database.public_url, staff = site.url, Staff(site.web)
    kept = apply_for_all(site, narrow(fits, sound, site, set()))
    with site.web.database.read() as session:
        cases = {programme: by_code(session, number, code) for programme, (number, code) in kept.items()}
    staff.approve(cases)
    print_letters(site)
    window = site.window()
    letters = {programme: fetch(site, window, *kept[programme], case) for programme, case in cases.items()}
    addresses = {programme: address_of(site, letter) for programme, letter in letters.items()}
    believe(window, letters["dibao"], addresses["dibao"])


def test_nothing_is_lost_by_back_reload_network_a_break_or_a_second_tap(site: Site, fits: Fits) -> None:
    window = site.window()
    applicant = Applicant(window, PROGRAMMES["disaster_relief"])
    applicant.begin("disaster_relief")
    window.fill("[name=name]", "王建")
    window.wait_for_selector("[data-draft-status]:has-text('已保存')")
    window.reload()
    assert window.input_value("[name=name]") == "王建"
    window.context.set_offline(True)
    window.fill("[name=name]", "王建国")
    window.wait_for_selector("[data-draft-status]:has-text('未能保存')")
    window.context.set_offline(False)
    window.wait_for_selector("[data-draft-status]:has-text('已保存')")
    applicant.answer()
    applicant.press("button[value=next]")
    window.go_back()
    assert window.input_value("[name=name]") == "王建国"
    window.fill("[name=address]", "农安县农安镇东好来宝村二社")
    applicant.press("button[value=next]")
    assert window.locator("[data-draft-other]").count() == 0

    # On another device by the code; and after an hour, when the session is over.
    window.fill("[name=hardship]", "房屋进水")
    window.wait_for_selector("[data-draft-status]:has-text('已保存')")
    window.goto(f"/apply/disaster_relief/{VILLAGE}")
    code = window.text_content("[data-resume-code]") or ""
    other = site.window()
    other.goto("/resume")
    fits(other)
    other.fill("#code", code.lower())
    with other.expect_navigation():
        other.click("main form button.btn-primary")
    other.click("a:has-text('接着填')")
    fits(other)
    other.click("a:has-text('接着填：灾情')")
    other.wait_for_url("**/2")
    assert other.input_value("[name=hardship]") == "房屋进水"
    other.context.clear_cookies(name=re.compile("^(?!doudi_visitor)"))
    second = Applicant(other, PROGRAMMES["disaster_relief"])
    second.answer()
    second.press("button[value=next]")
    assert "已经存好" in (other.text_content("main") or "")
    second.to_the_check()
    assert "二社" in (other.text_content("main") or "")
    other.check("[name=authorised][type=checkbox]")
    other.dblclick("button[value=submit]")
    other.wait_for_url("**/apply/receipt")
    number = other.locator("code").first.text_content()
    window.goto(f"/apply/disaster_relief/{VILLAGE}/check")  # the first device sends nothing a second time
    window.wait_for_url("**/apply/receipt")
    assert window.locator("code").first.text_content() == number


@pytest.mark.parametrize("site", ["phone"], indirect=True)
def test_without_a_script(site: Site) -> None:
    width, height = site.size
    context = site.browser.new_context(
        viewport={"width": width, "height": height}, base_url=site.url, java_script_enabled=False
    )
    page = context.new_page()
    applicant = Applicant(page, PROGRAMMES["dibao"])
    applicant.begin("dibao")
    applicant.to_the_check()
    applicant.sign()
    assert page.locator("code").count() == 2
