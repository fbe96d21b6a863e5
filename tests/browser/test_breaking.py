"""A programme is broken in twenty ways, through the pages: each is told at once, in its place, in the open editor."""

from __future__ import annotations

import io
from collections.abc import Callable
from zipfile import ZipFile

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Site
from tests.support.breakages import ALL, BUNDLE, DIAGRAM, REVIEW, STORY, TABLE, TEMPLATE, whole

pytestmark = pytest.mark.browser
WAYS = {each.name: each for each in ALL}
TYPED = ("a key that nobody reads", "days of no kind", "a figure by a clause that is nowhere",
         "a key of a story that nobody knows")  # fmt: skip
UPLOADED = (
    "a form that is nowhere", "no default flow", "a guard that is nowhere", "a letter that is nowhere",
    "a name that nobody gives", "an end of no kind", "a figure that is nowhere", "a guard that lacks a column",
    "a row that cites a clause that is nowhere", "a format that is none", "a condition on a field that is nowhere",
    "an application without a name",
)  # fmt: skip
SAVED_AND_CHECKED = 30_000
"""Milliseconds, on a busy machine."""
SAVE = """async ([path, text]) => {
  const { content, token } = document.querySelector('[data-editor]').dataset;
  const at = new URL(content, location.href);
  at.searchParams.set('path', path);
  at.searchParams.set('was', (await fetch(at)).headers.get('ETag').replaceAll('"', ''));
  const body = new Blob([text]);
  const answer = await fetch(at, { method: 'PUT', body, headers: { 'X-CSRFToken': token } });
  if (!answer.ok) throw new Error(await answer.text());
}"""


def _zip() -> bytes:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as packed:
        for path, content in whole().items():
            packed.writestr(path, content)
    return buffer.getvalue()


class Draft:
    """A change with the programme in it, open in a browser."""

    def __init__(self, site: Site) -> None:
        page = self.page = site.desk("policy_owner.220122")
        page.goto("/studio/changes/new")
        page.fill("#title", "二十处笔误")
        page.fill("#reason", "试一试")
        page.click("main button:text-is('建立')")
        page.select_option("#programme", BUNDLE)
        page.click("button:text-is('加入')")
        files = [{"name": "programme.zip", "mimeType": "application/zip", "buffer": _zip()}]
        page.set_input_files("input[name=files]", files=files)  # type: ignore[arg-type]
        page.click("button:text-is('上传')")
        self.at = page.locator("a:text-is('bundle.yaml')").get_attribute("href") or ""

    def open(self, path: str) -> None:
        self.page.goto(self.at.replace("bundle.yaml", path))
        expect(self.page.locator("#findings summary")).to_be_visible(timeout=SAVED_AND_CHECKED)

    def tells(self, name: str) -> Locator:
        """The finding of a way to break it."""
        found = self.page.locator("#findings .finding-error")
        for word in WAYS[name].told:
            found = found.filter(has_text=word)
        expect(found.first).to_be_visible(timeout=SAVED_AND_CHECKED)
        return found.first

    def is_whole(self) -> None:
        expect(self.page.locator("#findings")).to_contain_text("没有发现问题", timeout=SAVED_AND_CHECKED)


@pytest.mark.parametrize("site", ["desk"], indirect=True)
def test_twenty_ways_to_break_a_programme_are_each_told(site: Site, fits: Callable[[Page], None]) -> None:
    draft = Draft(site)
    page = draft.page

    # Typed into the text, told beside it without another page, led to the line, mended at a press.
    for name in TYPED:
        way = WAYS[name]
        draft.open(way.path)
        area = page.locator("textarea.editor-text")
        area.fill(way.broken()[way.path].decode())
        if name != TYPED[0]:  # the first is saved by itself, a moment after the last key
            page.keyboard.press("Control+s")
        finding = draft.tells(name)
        finding.locator("a").click()
        line = area.evaluate("area => area.value.slice(0, area.selectionStart).split('\\n').length")
        assert line == way.row, name
        if way.mend:
            finding.locator(f"button:text-is('{way.mend}')").click()
        else:
            area.fill(whole()[way.path].decode())
        draft.is_whole()

    # Brought from elsewhere; the page that is open on the file says so.
    for name in UPLOADED:
        way = WAYS[name]
        page.evaluate(SAVE, [way.path, way.broken()[way.path].decode()])
        draft.open(way.path)
        draft.tells(name)
        page.evaluate(SAVE, [way.path, whole()[way.path].decode()])

    # In the diagram: the element is marked, the list leads to it.
    draft.open(DIAGRAM)
    page.goto(f"{page.url}&at=payment")
    amount = page.locator("#bio-properties-panel-input-amount")
    amount.fill("=township_review.amuont")
    finding = draft.tells("a field that the form has not")
    expect(page.locator("[data-element-id=payment].finding-error")).to_be_visible()
    expect(page.locator(".finding-badge")).to_have_text("须改正")
    fits(page)
    finding.locator("button:text-is('改为“amount”')").click()
    draft.is_whole()
    expect(page.locator(".finding-badge")).to_have_count(0)

    # In a table: the cell is marked, in rows as in sentences.
    draft.open(TABLE)
    page.select_option(".dmn-bar select", label="救助金额上限")
    page.click("button:text-is('按句子看')")
    page.get_by_label("第 1 行 结果代码").fill('"over_limits"')
    draft.tells("a code that nobody knows").locator("a").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".dmn-line.finding-error")).to_contain_text("结果代码")
    page.click("button:text-is('按表格看')")
    expect(page.locator("[data-element-id=grant_limit_row1_code].finding-error")).to_be_visible()
    draft.tells("a code that nobody knows").locator("button:text-is('改为“over_limit”')").click()
    draft.is_whole()

    # In a form the field, in a letter the sentence.
    text = WAYS["a check that nobody knows"].broken()[REVIEW].decode()
    page.evaluate(SAVE, [REVIEW, text])
    draft.open(REVIEW)
    draft.tells("a check that nobody knows")
    expect(page.locator(".form-place .fjs-element.finding-error").first).to_be_visible()
    page.evaluate(SAVE, [REVIEW, whole()[REVIEW].decode()])
    draft.open(TEMPLATE)
    page.locator(".letter-line[data-number='2'] textarea").fill("{{ nubmer }}")
    page.click("main button:text-is('保存')")
    draft.tells("a variable that is none").locator("a").click()
    expect(page.locator(".letter-line.finding-error textarea")).to_have_value("{{ nubmer }}")
    fits(page)

    # The network goes, then the browser: what was typed is there again, and saved.
    draft.open(STORY)
    page.context.set_offline(True)
    area = page.locator("textarea.editor-text")
    typed = f"{area.input_value()}# 断网以前写的\n"
    area.fill(typed)
    expect(page.locator("#saved")).to_contain_text("内容留在这台电脑上", timeout=SAVED_AND_CHECKED)
    address, page = page.url, page.context.new_page()
    draft.page.close()
    page.context.set_offline(False)
    draft.page = page
    page.goto(address)
    expect(page.locator("#saved")).to_contain_text("已保存", timeout=SAVED_AND_CHECKED)
    assert page.locator("textarea.editor-text").input_value() == typed

    # On a phone it is a list that leads there, from every file.
    page.set_viewport_size({"width": 390, "height": 844})
    draft.open(STORY)
    expect(draft.tells("a variable that is none")).to_contain_text("template.docx")
    fits(page)
