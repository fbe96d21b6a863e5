"""A programme is built in the pages alone, checked, approved by a second person, and decides and pays a case."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app import installation
from app.changes import checking
from app.core.clock import SHANGHAI, MovableClock
from app.core.paths import BUNDLES, TEMPLATES
from app.db import Database, Vault
from app.definitions.folder import read_folder
from app.documents import operations as issuing
from app.documents import queries as documents
from app.documents import wording
from app.documents.text import extract_text
from app.funds import batches, listing
from app.funds.models import PaymentOrder
from app.gate.diff import compare
from app.jobs.runner import Worker
from tests.browser.conftest import Site
from tests.support.web import COUNTY, Web, open_web, staff
from tests.support.worlds import Office

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("site", ["desk"], indirect=True)]
KEY, TITLE = "disability_allowances", "残疾人两项补贴"
OWNER, SECOND = "policy_owner.22", "policy_owner.22.2"
MADE = read_folder(BUNDLES / KEY)
"""What the pages must give in the end."""
NUMBER = "220122198305123011"
APPLICATION = {
    "name": "王建国", "id_number": NUMBER, "phone": "13904310001", "address": "农安县农安镇",
    "bank_account": "6228480240001234568", "applied_by": "self", "authorised": True, "hardship": "none",
    "certificate": {"number": f"{NUMBER}42", "category": "physical", "grade": 2},
}  # fmt: skip
LETTER, SAID = "approval_notice", "（残疾人两项补贴）"
CHECKED = {"valid": True, "category": "physical", "grade": 2, "low_income": False}


@pytest.fixture
def web(
    tmp_path: Path, sqlite_template: Path, vault: Vault, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Web]:
    """An installation to which the programme is not known."""
    for folder in BUNDLES.iterdir():
        if folder.name != KEY and folder.is_dir():
            (tmp_path / "bpmn").mkdir(exist_ok=True)
            (tmp_path / "bpmn" / folder.name).symlink_to(folder)
    monkeypatch.setattr(installation, "BUNDLES", tmp_path / "bpmn")
    path = tmp_path / "doudi.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}", vault, durable=False)
    staff(database)
    web = open_web(database, clock)
    web.app.config["WTF_CSRF_ENABLED"] = True
    yield web
    database.dispose()


def _without(path: str, cut: str, put: str = "") -> bytes:
    """A committed file in which something is still to be done."""
    text, times = re.subn(cut, put, MADE[path].decode(), flags=re.S)
    assert times, (path, cut)
    return text.encode()


def _unfinished() -> dict[str, bytes]:
    """What is drawn, filled in and named in the editors."""
    diagram = MADE["admission.bpmn"].decode()
    end, flow = "refused", "refusal_notice_to_refused"
    for cut in (
        rf'<bpmn:endEvent id="{end}".*?</bpmn:endEvent>\s*', rf'<bpmn:sequenceFlow id="{flow}"[^>]*/>\s*',
        rf"<bpmn:flowNodeRef>{end}</bpmn:flowNodeRef>\s*", rf"<bpmn:outgoing>{flow}</bpmn:outgoing>\s*",
        rf'<bpmndi:BPMNShape id="[^"]*" bpmnElement="{end}".*?</bpmndi:BPMNShape>\s*',
        rf'<bpmndi:BPMNEdge id="[^"]*" bpmnElement="{flow}".*?</bpmndi:BPMNEdge>\s*',
    ):  # fmt: skip
        diagram, times = re.subn(cut, "", diagram, flags=re.S)
        assert times == 1, cut
    return {
        "admission.bpmn": diagram.encode(),
        "rules.dmn": _without("rules.dmn", '"残疾人证已经过期，请先到残联换领"'),
        "decision.form.json": _without("decision.form.json", "是否同意", "是否"),
    }


def _open(page: Page, at: str, name: str, shows: str) -> None:
    page.goto(at)
    page.click(f"a:text-is('{name}')")
    page.wait_for_selector(shows)


def _saved(page: Page) -> None:
    expect(page.locator("#saved")).to_contain_text("已保存", timeout=20_000)


def _begin(page: Page) -> str:
    """A change with the new programme in it, and its address."""
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/studio/changes/new")
    page.fill("#title", f"开办{TITLE}")
    page.fill("#reason", "困难残疾人和重度残疾人按月补贴")
    page.fill("#document", "吉民发〔2016〕18号 二(十二)")
    page.click("main button:text-is('建立')")
    page.click("summary:text-is('新建项目')")
    page.fill("#new_name", TITLE)
    page.fill("#new_key", KEY)
    page.select_option("#new-region", "22")
    page.click("form:has(#new_name) button:text-is('建立')")
    page.wait_for_selector("a:text-is('main.bpmn')")
    return page.url


def _write(page: Page, at: str) -> None:
    """What is text is written in the pages; what was begun and is not needed goes."""
    page.click("summary:text-is('新建文件')")
    page.fill("input[name=path]:not([type=hidden])", "catalogue.yaml")
    page.click("button:text-is('新建')")
    page.fill("textarea.editor-text", MADE["catalogue.yaml"].decode())
    _saved(page)
    _open(page, at, "bundle.yaml", "textarea.editor-text")
    page.fill("textarea.editor-text", MADE["bundle.yaml"].decode())
    _saved(page)
    page.goto(at)
    page.click("summary:has-text('个故事')")
    with page.expect_navigation():
        page.click("button[aria-label='删除 scenarios/approved.yaml']")
    with page.expect_navigation():
        page.click("button[aria-label='删除 main.bpmn']")


def _bring(page: Page, at: str) -> None:
    """What was drawn and filled in elsewhere is uploaded."""
    files = {path: content for path, content in MADE.items() if path not in ("bundle.yaml", "catalogue.yaml")}
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as packed:
        for path, content in {**files, **_unfinished()}.items():
            packed.writestr(path, content)
    page.goto(at)
    zipped = {"name": f"{KEY}.zip", "mimeType": "application/zip", "buffer": buffer.getvalue()}
    page.set_input_files("input[type=file]", zipped)
    with page.expect_navigation():
        page.click("button:text-is('上传')")
    expect(page.locator("body")).to_contain_text("已放入")


def _upload_letter(page: Page, at: str) -> None:
    """The decision letter as the owner wants it, written in Word from the library's."""
    template = (TEMPLATES / LETTER / "template.docx").read_bytes()
    first = wording.read(template)[0]
    page.goto(at)
    page.fill("input[name=letter]", LETTER)
    name, kind = "补贴决定书.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    content = wording.reworded(template, {first.number: f"{first.text}{SAID}"})
    page.set_input_files("input[type=file]", {"name": name, "mimeType": kind, "buffer": content})
    with page.expect_navigation():
        page.click("button:text-is('上传')")
    expect(page.locator("body")).to_contain_text("已放入 3 个文件")


def _set(page: Page, name: str, value: str) -> None:
    """What everything selected has is folded at first."""
    field = page.locator(f"#bio-properties-panel-{name}")
    if not field.is_visible():
        page.click("[data-group-id=group-general] .bio-properties-panel-group-header")
    field.fill(value)
    page.keyboard.press("Tab")


def _draw(page: Page, at: str) -> None:
    """The end after the refusal: drawn, and set by its properties."""
    _open(page, at, "admission.bpmn", ".djs-element")
    page.goto(f"{page.url}&at=refusal_notice")
    page.click(".djs-context-pad [data-action='append.end-event']")
    _set(page, "id", "refused")
    _set(page, "name", "不予补贴")
    page.select_option("select#clauses", "F1")
    page.fill("#bio-properties-panel-requirement", "理由已书面告知，材料归档。")
    page.select_option("#bio-properties-panel-status", "refused")
    page.locator(".djs-connection[data-element-id^='Flow_'] .djs-hit").first.click(force=True)
    _set(page, "id", "refusal_notice_to_refused")
    _saved(page)


def _fill(page: Page, at: str) -> None:
    """A cell of a table and the label of a field."""
    _open(page, at, "rules.dmn", ".dmn-bar select")
    if page.locator("button:text-is('按句子看')").is_visible():
        page.click("button:text-is('按句子看')")
    page.get_by_label("第 2 行 告知内容").fill('"残疾人证已经过期，请先到残联换领"')
    _saved(page)
    _open(page, at, "decision.form.json", ".fjs-editor-container .fjs-element")
    page.locator(".form-place .fjs-element", has_text="是否").last.click()
    _set(page, "label", "是否同意")
    _saved(page)


def _pass(site: Site, page: Page, at: str) -> None:
    """The worker checks, all stories included; then it is submitted, and a second person approves."""
    page.goto(at)
    page.click("button:text-is('检查全部')")
    handlers = {checking.CHECK: checking.handler(site.web.database)}
    while Worker(site.web.database, site.web.clock, handlers).run_once():
        pass
    page.goto(at)
    expect(page.locator("main")).to_contain_text("检查已通过", timeout=5_000)
    page.fill("#from", "2020-10-12")
    page.click("button:text-is('提交')")
    second = site.desk(SECOND)
    second.on("dialog", lambda dialog: dialog.accept())
    second.goto(at)
    with second.expect_navigation():
        second.click("button:text-is('批准')")
    expect(second.locator("main")).to_contain_text("批准")


def _exported(page: Page, at: str) -> dict[str, bytes]:
    page.goto(at)
    with page.expect_download() as download:
        page.click("a:text-is('下载全部')")
    with ZipFile(download.value.path()) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_a_programme_is_built_in_the_pages_and_decides_its_first_case(site: Site, fits: Callable[[Page], None]) -> None:
    owner = site.desk(OWNER)
    at = _begin(owner)
    _write(owner, at)
    _bring(owner, at)
    _draw(owner, at)
    _fill(owner, at)
    _upload_letter(owner, at)
    owner.goto(at)
    owner.click("summary:text-is('新建文件')")
    fits(owner)
    given = _exported(owner, at)
    letter = {path: given.pop(path) for path in list(given) if path.startswith("letters/")}
    assert len(letter) == 3
    edited = {"admission.bpmn", "rules.dmn", "decision.form.json"}
    assert {path: given[path] for path in given if path not in edited} == {
        path: content for path, content in MADE.items() if path not in edited
    }
    means = [each for each in compare(MADE, given) if each.kind != "moved" and each.what != "写法"]
    assert means == []
    assert json.loads(given["decision.form.json"]) == json.loads(MADE["decision.form.json"])
    _pass(site, owner, at)
    _decides_and_pays(Office(site.web.database, site.web.clock))


def _decides_and_pays(office: Office) -> None:
    """What was approved takes in, decides and pays."""
    case = office.apply(KEY, APPLICATION).case_id
    office.do(case, "acceptance", "township_clerk", complete=True)
    office.do(case, "review", "township_head", approved=True)
    office.do(case, "certificate_check", "county_clerk", **CHECKED)
    office.do(case, "decision", "county_head", approved=True)
    month = {"key": "2020-11", "kind": listing.MONTHLY, "title": "2020年11月", "clause": "", "region_code": COUNTY}
    spec = listing.BatchSpec(**month, programmes=[KEY], due_on=date(2020, 11, 1))
    office.clock.move_to(datetime(2020, 11, 3, 9, tzinfo=SHANGHAI))
    with office.database.write() as session:
        drafted = batches.draft(session, office.holder(session, "finance"), spec, office.now)
        batches.confirm(session, office.holder(session, "county_head"), drafted, office.now)
        orders = session.execute(select(PaymentOrder.payee, PaymentOrder.amount)).all()
        (notice,) = (each for each in documents.documents_of(session, case) if each.template == LETTER)
        said = extract_text(issuing.issue(session, notice.id).content)
    assert [tuple(each) for each in orders] == [("王建国", Decimal(80))]
    assert SAID in said
