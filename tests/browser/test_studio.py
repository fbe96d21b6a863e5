"""Every editor of the studio: opened and left alone it changes nothing; what is changed is saved and there again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.documents import wording
from app.web.download import DOCX
from tests.browser.conftest import Site

pytestmark = pytest.mark.browser
OWNER, OTHER = "policy_owner.220122", "policy_owner.220104"
RELIEF = Path(__file__).parents[2] / "bpmn/uninsured_unemployed_relief"
LETTERS = Path(__file__).parents[2] / "doc_templates/approval_notice"
FIRST = 1
"""A paragraph of the letter that is one line in one formatting."""
Fits = Callable[[Page], None]


LATIN = """() => {
  const own = '.cm-content, [contenteditable=true], code, pre, textarea, svg, h1, .names, #findings, script, style';
  const acceptNode = each => each.nodeType === Node.TEXT_NODE
    || each.checkVisibility({visibilityProperty: true}) && !each.matches(own)
    ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, {acceptNode});
  const texts = [];
  for (let each; (each = walk.nextNode());) {
    if (each.nodeType === Node.TEXT_NODE) texts.push(each.textContent);
    else texts.push(...['title', 'placeholder', 'aria-label'].map(name => each.getAttribute(name) || ''));
  }
  return texts.join(' ').match(/[A-Za-z_]{2,}/g) || [];
}"""
"""What somebody reads on a page, apart from what files and expressions say themselves."""

ENTER = """all => all.forEach(each => {
  each.focus();
  each.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', code: 'Enter', bubbles: true, cancelable: true}));
})"""
"""Everything is taken from the palette."""

KNOWN = frozenset({
    "BPMN", "bpmn", "io", "DMN", "FEEL", "HTML", "Markdown", "URL", "Powered", "by", "township_review", "money",
    "mustBeTrue", "requiredWhen", "prefill", "MB", "PDF", "WPS", "Word",
})  # fmt: skip
"""Names, the mark that the licence keeps, and the properties of forms by which this system knows them."""


@pytest.fixture
def change(site: Site) -> tuple[Page, str]:
    """A change with the relief in it, as its owner sees it, and its address."""
    page = site.desk(OWNER)
    page.goto("/studio/changes/new")
    page.fill("#title", "村级调查时限改为5个工作日")
    page.fill("#reason", "县政府常务会议决定")
    page.click("main button:text-is('建立')")
    page.select_option("#programme", "uninsured_unemployed_relief")
    page.click("button:text-is('加入')")
    return page, page.url


def _open(page: Page, at: str, name: str, shows: str) -> None:
    page.goto(at)
    page.click(f"a:text-is('{name}')")
    page.wait_for_selector(shows)


def _saved(page: Page) -> None:
    expect(page.locator("#saved")).to_contain_text("已保存", timeout=10_000)


def _content(page: Page) -> str:
    """What the server has."""
    return str(page.evaluate("fetch(document.querySelector('[data-editor]').dataset.content).then(r => r.text())"))


def test_the_editors_change_what_one_changes_and_nothing_else(site: Site, change: tuple[Page, str], fits: Fits) -> None:
    page, at = change

    # The diagram: opened at an element, a clause and an expression in the words of policy, undone and done again.
    _open(page, at, "relief.bpmn", ".djs-element")
    page.goto(f"{page.url}&at=payment")
    amount = page.locator("#bio-properties-panel-input-amount")
    expect(amount).to_have_value("=township_review.amount")
    expect(page.locator(".names")).to_contain_text("township_review.amount")
    assert page.locator("#saved").inner_text() == ""
    assert _content(page) == (RELIEF / "relief.bpmn").read_text()
    page.select_option("select#clauses", "A8")
    amount.fill("=")
    page.click(".names button:has(code:text-is('township_review.amount'))")
    page.keyboard.type(" + 0")
    _saved(page)
    page.reload()
    amount.wait_for()
    expect(amount).to_have_value("=township_review.amount + 0")
    saved = _content(page)
    assert "<bpmn:documentation>A6 A7 A9 A8 一次性发放" in saved
    assert saved.count("<bpmndi:BPMNShape") == (RELIEF / "relief.bpmn").read_text().count("<bpmndi:BPMNShape")
    fits(page)
    page.goto(page.url.replace("at=payment", "at=refusal_notice"))
    expect(page.locator(".names")).to_contain_text("case.advice")
    page.fill("#bio-properties-panel-input-template", "")
    expect(page.locator(".completion li", has_text='"approval_notice"')).to_contain_text("审批决定书")
    page.locator(".completion li", has_text='"refusal_notice"').click()
    expect(page.locator("label[for=bio-properties-panel-input-advice]")).to_have_text("其他可以申请的救助")
    page.fill("#bio-properties-panel-input-advice", "")
    expect(page.locator(".completion li").first).to_contain_text("=dibao_advice")
    page.locator(".completion li").first.click()
    expect(page.locator("#bio-properties-panel-input-advice")).to_have_value("=dibao_advice")
    _saved(page)

    # A decision in sentences: wrong FEEL is told at once, right FEEL is kept.
    _open(page, at, "grant.dmn", ".dmn-bar select")
    if page.locator("button:text-is('按句子看')").is_visible():
        page.click("button:text-is('按句子看')")
    cell = page.get_by_label("第 1 行 一事一议决定")
    cell.fill('not("approve"')
    expect(page.locator(".dmn-said")).to_contain_text("第 1 行“一事一议决定”：第 1 行第 ")
    cell.fill('not("approve", "agree")')
    expect(page.locator(".dmn-said")).to_be_empty()
    _saved(page)
    cell.fill("")
    expect(page.locator(".completion li")).to_have_text(['"approve"', '"refuse"'])  # all that the form lets answer
    cell.fill('not("approve", "agree")')
    _saved(page)
    page.reload()
    page.wait_for_selector(".dmn-bar select")
    assert 'not("approve", "agree")' in _content(page)
    fits(page)

    # A form: a field taken away is gone from the phone beside it.
    _open(page, at, "township_review.form.json", ".fjs-editor-container .fjs-element")
    before = _content(page)
    page.locator(".form-place .fjs-element", has_text="复核意见").last.click()
    if page.locator(".fjs-properties-container").is_visible():
        _complete_a_condition(page)
    page.click(".form-place .fjs-editor-selected .fjs-context-pad-item")
    expect(page.locator(".phone")).not_to_contain_text("复核意见")
    _saved(page)
    assert "复核意见" in before
    assert "复核意见" not in _content(page)
    fits(page)


def _complete_a_condition(page: Page) -> None:
    """A field of the form by its Chinese title, then one of the values that it may have."""
    page.click(".bio-properties-panel-group-header:has-text('显示条件')")
    typed = page.locator("[data-entry-id=conditional-hide] [contenteditable=true]")
    typed.click()
    page.keyboard.type("会议决定")
    expect(page.locator(".completion li").first).to_have_text("conference.decision会议决定 · 文字")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type(" = ")
    page.locator(".completion li", has_text='"refuse"').click()
    expect(typed).to_have_text('conference.decision = "refuse"')
    _saved(page)
    assert '"hide": "=conference.decision = \\"refuse\\""' in _content(page)


def test_a_letter_is_reworded_where_it_stands(site: Site, fits: Fits) -> None:
    page = site.desk(OWNER)
    page.goto("/studio/changes/new")
    page.fill("#title", "文书改一句")
    page.fill("#reason", "县政府常务会议决定")
    page.click("main button:text-is('建立')")
    page.select_option("#programme", "letters")
    page.click("button:text-is('加入')")
    page.click("a:has-text('letters/approval_notice/template.docx')")
    line = page.locator(".letter-line textarea").first
    text = line.input_value()
    line.fill(f"{text}（试行）")
    page.click("main button:text-is('保存')")
    expect(page.locator("main")).to_contain_text("已保存，改了 1 段")
    expect(line).to_have_value(f"{text}（试行）")
    expect(page.locator("#letter-shown h3")).to_have_text(["改后", "现行"], timeout=60_000)
    fits(page)
    # The whole file comes back from Word: what is wrong in it is said where its pages would be.
    wrong = wording.reworded((LETTERS / "template.docx").read_bytes(), {FIRST: "经办人：{{ nobody }}"})
    page.set_input_files("#files", {"name": "new.docx", "mimeType": DOCX, "buffer": wrong})
    page.click("main button:text-is('上传')")
    expect(page.locator("#letter-shown")).to_contain_text("没有变量 nobody", timeout=60_000)
    fits(page)
    page.fill("#letter-case", "220122-1999-000001")
    page.click(".letter-source button")
    expect(page.locator("#letter-shown")).to_contain_text("没有这个办结的案件")


def test_who_may_not_edit_sees_the_files_without_controls(site: Site, change: tuple[Page, str]) -> None:
    _, at = change
    page = site.desk(OTHER)
    for name, shows in (
        ("relief.bpmn", ".djs-element"), ("grant.dmn", ".tjs-table-container:visible, .dmn-row:visible"),
        ("township_review.form.json", ".fjs-form"), ("bundle.yaml", "textarea[readonly]"),
    ):  # fmt: skip
        _open(page, at, name, shows)
        assert page.locator("#saved").inner_text() == "只能查看"
        assert page.locator(".djs-palette, .fjs-palette-container, .add-rule, .dmn-row textarea, .panel").count() == 0


def _shut(page: Page, menu: str) -> None:
    """Press Escape until a menu is gone: it opens at once, and hears keys only after the browser has painted it."""
    page.wait_for_selector(menu)
    while page.locator(menu).count():
        page.keyboard.press("Escape")
        page.wait_for_timeout(50)


@pytest.mark.parametrize("site", ["desk"], indirect=True)
def test_nothing_in_the_editors_is_english(change: tuple[Page, str]) -> None:
    page, at = change
    page.route("**/findings**", lambda route: route.fulfill(body=""))  # what the gate says is read elsewhere
    english: set[str] = set()

    def look() -> None:
        english.update(page.evaluate(LATIN))

    def press(what: str) -> None:
        page.eval_on_selector_all(what, "all => all.forEach(each => each.click())")
        look()

    _open(page, at, "relief.bpmn", ".djs-element")
    for element in ("apply", "application_form", "assess_hardship", "village_investigation", "facts_checked"):
        page.locator(f".djs-shape[data-element-id={element}]").click()
        press(".bio-properties-panel-group-header:not(.open)")
        page.click(".djs-context-pad.open [data-action=replace]")
        look()
        _shut(page, ".djs-popup")
    _open(page, at, "grant.dmn", ".dmn-decision-table-container td.cell")
    for cell in page.locator(
        ".dmn-decision-table-container th.input-cell, .dmn-decision-table-container td.cell"
    ).all()[:5]:
        cell.dispatch_event("dblclick")
        look()
        cell.dispatch_event("contextmenu")
        look()
        page.keyboard.press("Escape")
    for index in range(page.locator(".dmn-bar option").count()):
        page.select_option(".dmn-bar select", index=index)
        look()
    _open(page, at, "township_review.form.json", ".fjs-editor-container .fjs-element")
    page.eval_on_selector_all(".fjs-palette-field", ENTER)
    elements = page.locator(".form-place .fjs-form .fjs-element")
    kinds = elements.evaluate_all(
        "all => all.map(each => (each.querySelector('[class*=fjs-form-field-]') || each).className)"
    )
    assert len(set(kinds)) >= 15, "one of each that the palette has"
    for place in {kind: place for place, kind in enumerate(kinds)}.values():  # one of each kind says all that it says
        elements.nth(place).dispatch_event("click")
        press(".bio-properties-panel-group-header:not(.open)")
    assert english <= KNOWN

    # Letters and texts are called by the names of their files, which are everybody's. No sample is made beside.
    page.route("**/letter/preview**", lambda route: route.fulfill(body=""))
    page.goto(at)
    page.click("summary:text-is('加入项目')")
    page.select_option("#programme", "letters")
    page.click("button:text-is('加入')")
    for path, shows in (
        ("bundle.yaml", "textarea.editor-text"),
        ("letters/approval_notice/template.docx", ".letter-line textarea"),
    ):
        page.goto(at)
        page.click(f"a[href*='path={path}']")
        page.wait_for_selector(shows)
        named = set(re.findall(r"[A-Za-z_]{2,}", path))
        english.clear()
        look()
        assert english - named <= KNOWN, path
