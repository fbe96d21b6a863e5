"""From the application on a phone or at a desk to the letter, through the pages that people use."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page

from app.cases.operations import complete_task
from app.documents import codes
from app.documents.models import Document
from app.drafts import operations as drafts
from app.drafts import queries as drafted
from app.files import queries as files
from app.jobs.runner import Worker
from app.messages import operations as messages
from app.together import deciding
from app.together.operations import TRY
from tests.browser.applying import Applicant
from tests.browser.conftest import Site
from tests.browser.letters import print_letters
from tests.integration.web.test_publicity import codes_sent, post_a_notice
from tests.support.photos import PHOTO, photo
from tests.support.web import APPLICATION, PROGRAMME, VILLAGE
from tests.support.worlds import id_number

pytestmark = pytest.mark.browser


CADRE, CLERK = "village_cadre.220122100001", "township_clerk.220122100"
HEIC = (Path(__file__).parents[1] / "unit/files/upright.heic").read_bytes()
Fits = Callable[[Page], None]
WATCH_BUTTON = """() => {
  const button = document.querySelector('button[value=submit], button[value=next]');
  window.tops = new Set();
  (function look() { window.tops.add(button.getBoundingClientRect().top); requestAnimationFrame(look); })();
}"""


def choose_village(page: Page) -> None:
    """The lists follow each other; a level with one region chooses itself."""
    page.goto("/")
    codes = {"province": "22", "city": "2201", "county": "220122", "township": "220122100", "village": VILLAGE}
    for level, code in codes.items():
        if page.input_value(f"#{level}") != code:
            with page.expect_navigation():
                page.select_option(f"#{level}", code)


def submit(page: Page) -> None:
    with page.expect_navigation():
        page.click("button[value=submit]")


def decide_together(site: Site, clerk: Page, fits: Fits, sound: Fits) -> None:
    web = site.web
    known = {**deciding.HANDLERS, TRY: deciding.trying(web.database)}
    worker = Worker(web.database, web.clock, known, on_dead=deciding.on_dead)
    for number, name in enumerate(("赵一", "钱二")):
        case_id = web.apply(name=name, id_number=id_number(number)).case_id
        with web.database.write() as session:
            said = {"facts_true": True, "opinion": "属实"}
            complete_task(session, web.actor(CADRE), web.open_task(case_id), said, web.clock.now())
    with web.database.write() as session:
        place = drafts.Place("u:colleague", "李四", drafted.task(web.open_task(case_id)), "")
        drafts.save_stuck(session, place, {"opinion": "写了一半"}, web.clock.now())
    clerk.goto("/desk/?step=township_review")
    for box in clerk.locator("[data-pick]").all():
        box.check()
    with clerk.expect_navigation():
        clerk.click("button:has-text('一起办理')")
    fits(clerk)
    sound(clerk)
    clerk.check("[name=confirmed][value=true]")
    clerk.fill("[name=amount]", "500")
    with clerk.expect_navigation():
        clerk.click("button:has-text('先试办')")
    assert worker.run_once() == 2
    clerk.wait_for_selector("h2:has-text('可以办理的 1 件')")
    assert "李四填过一部分" in (clerk.text_content("main") or "")
    fits(clerk)
    sound(clerk)
    clerk.once("dialog", lambda dialog: dialog.accept())
    with clerk.expect_navigation():
        clerk.click("button:has-text('办理选中的案件')")
    assert worker.run_once() == 1
    clerk.wait_for_selector("text=已办结 1 件，1 件没有办理")
    fits(clerk)
    sound(clerk)


def tell(site: Site, username: str) -> None:
    """A message to somebody."""
    about, by = messages.About("", "220122-2020-000001", "入户调查"), site.web.actor(CADRE)
    with site.web.database.write() as session:
        user_id = site.web.actor(username).user_id
        messages.tell(session, [user_id], "urged", about, by, site.web.clock.now(), "请尽快办理")


def test_from_the_application_to_the_letter(site: Site, fits: Fits, sound: Fits, tmp_path: Path) -> None:
    site.web.database.public_url = site.url
    # The applicant applies, gets the telephone number wrong once, and keeps number and code.
    applicant = site.window()
    choose_village(applicant)
    fits(applicant)
    sound(applicant)
    applicant.click("a[href^='/apply/uninsured']")
    fits(applicant)
    sound(applicant)
    wrong = Applicant(applicant, {**APPLICATION, "phone": "1"})
    wrong.press("a:has-text('开始填写')")
    wrong.answer()
    wrong.press("button[value=next]")
    assert applicant.locator(".alert a").count() == 1
    assert applicant.input_value("[name=name]") == "王建国"
    fits(applicant)
    sound(applicant)
    right = Applicant(applicant, APPLICATION)
    right.to_the_check()
    right.press("a:has-text('修改材料照片')")
    applicant.set_input_files("input[type=file]", {"name": "户口簿.jpg", "mimeType": "image/jpeg", "buffer": PHOTO})
    applicant.wait_for_selector("text=户口簿.jpg")
    right.press("button[value=next]")
    assert applicant.locator("text=户口簿.jpg").count() == 1
    right.sign()
    fits(applicant)
    number, code = applicant.locator("code").all_text_contents()

    # The village investigates: a look at the application and the diagram, then the answer.
    cadre = site.window()
    cadre.goto("/desk/")
    site.log_in(cadre, CADRE)
    cadre.wait_for_selector("h1:has-text('待办')")
    fits(cadre)
    cadre.keyboard.press("j")
    with cadre.expect_navigation():
        cadre.keyboard.press("Enter")
    cadre.locator("#diagram").scroll_into_view_if_needed()  # the viewer is fetched when it comes near
    cadre.wait_for_selector(".djs-element.case-active")
    assert cadre.locator(".case-badge").text_content() == "办理中"
    # What was sent is looked at beside the form, page by page, turned; all by keys, which `?` lists.
    cadre.locator("h1").click()
    cadre.keyboard.press("v")
    cadre.wait_for_selector("#viewer canvas[width='60']")
    cadre.keyboard.press("r")
    cadre.wait_for_selector("#viewer canvas[width='40']")
    fits(cadre)
    sound(cadre)
    cadre.keyboard.press("Escape")
    assert cadre.locator("#viewer").is_hidden()
    if cadre.locator("[data-keys]").is_visible():  # no keyboard, no list: phones have neither
        cadre.locator("h1").click()
        cadre.keyboard.press("?")
        assert "提交并办下一件" in (cadre.text_content("[data-keys]") or "")
    fits(cadre)
    sound(cadre)
    submit(cadre)
    assert cadre.locator(".is-invalid").count() > 0
    cadre.check("[name=facts_true][value=true]")
    cadre.fill("[name=opinion]", "情况属实")
    with cadre.expect_navigation():
        cadre.keyboard.press("Control+Enter")
    assert "已办结" in (cadre.text_content("[role=status]") or "")
    assert cadre.locator("text=暂无待办").count() == 1
    cadre.click("button:has-text('撤回')")  # within the minute, with what was typed
    cadre.wait_for_url("**/desk/tasks/*")
    assert cadre.input_value("[name=opinion]") == "情况属实"
    cadre.click("#acts summary")
    fits(cadre)
    submit(cadre)

    # The township confirms the money; the case page tells the story.
    clerk = site.desk(CLERK)
    clerk.click(".card-title a")
    clerk.check("[name=confirmed][value=true]")
    clerk.fill("[name=amount]", "8000")
    clerk.keyboard.press("Tab")
    clerk.wait_for_selector(".beside-line.is-bad:has-text('不能超过1000元')")
    clerk.fill("[name=amount]", "800")
    clerk.keyboard.press("Tab")
    clerk.wait_for_selector("[data-foreseen=fine]:has-text('800.00'):has-text('审批决定书')")  # it came by itself
    fits(clerk)
    sound(clerk)
    submit(clerk)
    clerk.goto("/desk/cases")
    fits(clerk)
    clerk.click(".card-title a")
    clerk.locator("#diagram").scroll_into_view_if_needed()
    clerk.wait_for_selector(".djs-element.case-done")
    fits(clerk)
    assert clerk.locator(".timeline li").count() == 5
    sound(clerk)
    tell(site, CLERK)
    clerk.evaluate("window.dispatchEvent(new Event('focus'))")  # the bell knows without a reload
    clerk.wait_for_selector("[data-bell-count]:has-text('1')")
    paths = ("cases", "awards", "payments", "figures", "absences", "messages")
    for path in ("/desk/", *(f"/desk/{each}" for each in paths)):
        clerk.goto(path)
        fits(clerk)
        sound(clerk)

    # Somebody who has no phone applies at the window.
    at_the_window(clerk, fits, sound)

    # Two more that are alike: one form, a dry run in which one stands apart, then the other in the background.
    decide_together(site, clerk, fits, sound)

    # The applicant comes back with number and code and takes the letter home, as a worker has made it.
    print_letters(site)
    later = site.window()
    later.goto("/status")
    fits(later)
    later.fill("#number", number)
    later.fill("#query_code", code)
    with later.expect_navigation():
        later.click("button:has-text('查询')")
    fits(later)
    assert "已经批准" in (later.text_content("main") or "")
    with later.expect_download() as download:
        later.locator("a[href$='.pdf']").last.click()
    letter = tmp_path / "letter.pdf"
    download.value.save_as(letter)
    assert re.search("审批决定书.*〔2020〕1号.pdf", download.value.suggested_filename)
    assert b"pdfaid" in letter.read_bytes(), "PDF/A says so of itself"

    # She thinks it is too little: the page says to whom and until when, and takes her appeal.
    assert re.search("申请行政复议：向农安县人民政府.*最迟到", later.text_content("#contest") or "")
    later.click("summary:has-text('申诉')")
    later.fill("#appeal-text", "家里是三口人，按一口人算了")
    with later.expect_navigation():
        later.click("button:has-text('提出申诉')")
    assert "等待县级民政部门答复" in (later.text_content("#contest") or "")
    fits(later)
    sound(later)

    # A bank holds a telephone before its QR code, then drops the file; a neighbour objects to a notice.
    verify(site, letter, fits, sound)
    object_by_phone(site, fits, sound)


def at_the_window(clerk: Page, fits: Fits, sound: Fits) -> None:
    """The card is read, what was typed before stays; a photograph; number and code for the applicant; the next one."""
    spoken = {key: value for key, value in APPLICATION.items() if key not in ("name", "id_number", "address")}
    clerk.goto(f"/desk/apply?village={VILLAGE}")
    with clerk.expect_navigation():
        clerk.click(f"a[href*='/{PROGRAMME}/']")
    Applicant(clerk, spoken).answer()
    clerk.fill("#card", f"王小明|男|汉|19900101|农安县农安镇1号|{id_number(7)}|农安县公安局")
    with clerk.expect_navigation():
        clerk.click("button:has-text('填入')")
    assert clerk.input_value("[name=name]") == "王小明"
    clerk.set_input_files("input[type=file]", {"name": "户口簿.jpg", "mimeType": "image/jpeg", "buffer": PHOTO})
    clerk.wait_for_selector("text=已收到，取消勾选即移除")
    fits(clerk)
    sound(clerk)
    clerk.check("[name=authorised][type=checkbox]")
    submit(clerk)
    assert clerk.locator("code").count() == 2
    assert "户口簿.jpg" in (clerk.text_content("[data-printed]") or "")
    fits(clerk)
    sound(clerk)
    with clerk.expect_navigation():
        clerk.click("a:has-text('下一位')")


def verify(site: Site, letter: Path, fits: Fits, sound: Fits) -> None:
    with site.web.database.read() as session:
        rows = session.query(Document).filter_by(template="approval_notice").order_by(Document.created_at)
        page, address = site.window(), codes.address(site.web.database.public_url, rows[0].verify_code)
    page.goto(address or "")
    answer = page.locator("section:has(#answer)")
    assert "有这份文书，没有作废" in (answer.text_content() or "")
    assert APPLICATION["name"] in (answer.text_content() or "")
    fits(page)
    sound(page)
    forged = letter.with_name("forged.pdf")
    forged.write_bytes(letter.read_bytes() + b" ")
    for file, told in ((letter, "与出具的原件完全一致"), (forged, "这个文件不是原件")):
        page.set_input_files("#file", file)
        with page.expect_navigation():
            page.click("button:has-text('核验')")
        assert told in (answer.text_content() or "")
        fits(page)
    page.goto("/verify")
    page.fill("#code", "K7M2 Q9XD 4HTB WCEF")
    with page.expect_navigation():
        page.click("button:has-text('核验')")
    assert "没有查到这份文书" in (answer.text_content() or "")
    sound(page)


def object_by_phone(site: Site, fits: Fits, sound: Fits) -> None:
    page, notice = site.window(), post_a_notice(site.web)
    for path in ("/notices", notice):
        page.goto(path)
        fits(page)
        sound(page)
    for name, text in (("name", "孙志"), ("phone", "13904310009"), ("reason", "他家有两套房")):
        page.fill(f"#{name}", text)
    page.click("button:has-text('收验证码')")
    page.wait_for_url("**/objections/confirm")
    fits(page)
    sound(page)
    page.fill("#code", codes_sent(site.web)[-1])
    page.click("button:has-text('提交异议')")
    page.wait_for_url("**/objections/receipt")
    fits(page)
    number, query_code = (page.locator("code").nth(at).inner_text() for at in (0, 1))
    page.click("a:has-text('我记好了')")
    page.fill("#number", number)
    page.fill("#query_code", query_code)
    with page.expect_navigation():
        page.click("button:has-text('查询')")
    assert "正在核查" in (page.text_content("main") or "")
    fits(page)
    sound(page)


def test_the_api_shows_itself_without_the_internet(site: Site) -> None:
    page = site.window()
    page.goto("/api/docs")
    page.wait_for_selector(".opblock")
    with site.web.app.app_context():
        paths = site.web.app.spec["paths"].values()
    said = [method for operations in paths for method in operations if method in ("get", "post", "put", "delete")]
    assert page.locator(".opblock").count() == len(said) > 0


def test_a_search_answers_while_one_types(site: Site) -> None:
    site.web.apply()
    site.web.apply(name="赵小明")
    page = site.desk(CADRE)
    assert page.locator("[data-row]").count() == 2
    page.keyboard.press("/")
    page.keyboard.type("赵")
    page.locator("[data-row]:has-text('王建国')").wait_for(state="detached")
    assert page.locator("[data-row]").count() == 1
    assert "q=" in page.url


def test_what_is_typed_outlives_leaving_the_network_and_the_session(site: Site, fits: Fits) -> None:
    task = site.web.open_task(site.web.apply().case_id)
    page = site.desk(CADRE)
    page.goto(f"/desk/tasks/{task}")
    page.fill("[name=opinion]", "写了一半")
    page.click("nav a >> text=案件")  # without a question: nothing is lost
    page.wait_for_url("**/desk/cases")
    page.goto(f"/desk/tasks/{task}")
    assert page.input_value("[name=opinion]") == "写了一半"
    page.context.set_offline(True)
    page.fill("[name=opinion]", "没有网络时写的")
    page.wait_for_selector("[data-draft-status]:has-text('未能保存')")
    page.context.set_offline(False)
    page.wait_for_selector("[data-draft-status]:has-text('已保存')")
    fits(page)
    page.context.clear_cookies()  # as a session that has ended
    page.fill("[name=opinion]", "登录失效后写的")
    page.click("button[value=submit]")
    page.wait_for_selector("#username")
    site.log_in(page, CADRE)
    page.wait_for_url(f"**/desk/tasks/{task}")
    assert page.input_value("[name=opinion]") == "登录失效后写的"
    fits(page)

    # A second tab of the same task: both texts are kept, and the page asks which.
    second = page.context.new_page()
    second.goto(f"/desk/tasks/{task}")
    page.fill("[name=opinion]", "第一个窗口写的")
    page.wait_for_selector("[data-draft-status]:has-text('已保存')")
    with page.expect_response("**/drafts"):
        page.fill("[name=opinion]", "第一个窗口写完的")
    second.fill("[name=opinion]", "第二个窗口写的")
    second.click("[data-draft-status] a:has-text('看两份')")
    second.wait_for_selector("[data-draft-other]:has-text('第二个窗口写的')", state="attached")
    assert second.input_value("[name=opinion]") == "第一个窗口写完的"
    fits(second)
    second.click("[data-draft-other] button:has-text('改用那一份')")
    second.wait_for_selector("[data-draft-other]:has-text('第一个窗口写完的')", state="attached")
    assert second.input_value("[name=opinion]") == "第二个窗口写的"

    # A comment is a draft of its own on the same page.
    second.click("text=写评论")
    with second.expect_response("**/drafts"):
        second.fill("#comment-text", "请再核实收入")
    second.reload()
    assert second.input_value("#comment-text") == "请再核实收入"
    assert second.input_value("[name=opinion]") == "第二个窗口写的"
    fits(second)
    second.once("dialog", lambda dialog: dialog.accept())
    second.click("#exchanges button:has-text('清空')")
    second.wait_for_function("document.querySelector('#comment-text').value === ''")
    close_in_the_middle_of_an_upload(site, fits)
    hand_in_more(site, fits)


def hand_in_more(site: Site, fits: Fits) -> None:
    """Several at once beside a case: what is bad is told at its line before it is sent, the others arrive as photos."""
    filed, page = site.web.apply(name="孙丽"), site.window()
    page.goto("/status")
    page.fill("#number", filed.number)
    page.fill("#query_code", filed.query_code)
    with page.expect_navigation():
        page.click("button:has-text('查询')")
    shelf = page.locator("[data-files=whole]")
    sent = [
        {"name": "住院记录.jpg", "mimeType": "image/jpeg", "buffer": photo(3000, 2000)},
        {"name": "IMG_0001.HEIC", "mimeType": "image/heic", "buffer": HEIC},
        {"name": "录像.jpg", "mimeType": "image/jpeg", "buffer": b"\0\0\0\x20ftypisom" + bytes(1000)},
    ]
    shelf.locator("input[type=file]").set_input_files(sent)
    assert shelf.locator(".file-line").count() == 3
    fits(page)
    with page.expect_navigation():
        page.click("button:text-is('上传')")
    assert "已收到 2 个文件" in (page.text_content("body") or "")
    with site.web.database.read() as session:
        kept = files.uploads_of(session, filed.case_id)
        shapes = [Image.open(io.BytesIO(files.open_upload(session, each.id).content)).size for each in kept]
    assert [each.name for each in kept] == ["住院记录.jpg", "IMG_0001.jpg"]
    assert shapes == [(2400, 1600), (40, 60)]


def close_in_the_middle_of_an_upload(site: Site, fits: Fits) -> None:
    """The text is there, of the file nothing, and the page says so; sent again it is there."""
    address, file = f"/apply/{PROGRAMME}/{VILLAGE}/7", {"name": "户口簿.jpg", "mimeType": "image/jpeg"}
    page = site.window()
    page.goto(address.replace("/7", "/1"))
    page.fill("[name=name]", "王建国")
    page.evaluate(WATCH_BUTTON)
    page.wait_for_selector("[data-draft-status]:has-text('已保存')")
    assert page.evaluate("window.tops.size") == 1  # what is said of the draft moves nothing under a finger
    page.goto(address)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 50_000}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
    page.set_input_files("input[type=file]", {**file, "buffer": bytes(1_000_000)})
    page.wait_for_selector("[data-upload]:has-text('正在上传')")
    again = page.context.new_page()
    page.close()
    again.goto(address)
    again.wait_for_selector("[data-upload]:has-text('没有上传完')")
    assert again.locator("text=户口簿.jpg").count() == 0
    fits(again)
    again.set_input_files("input[type=file]", {**file, "buffer": PHOTO})
    again.evaluate(WATCH_BUTTON)  # nor does a file, from the moment that it is chosen
    again.wait_for_selector(".file-line:has-text('户口簿.jpg'):has-text('已收到')")
    again.wait_for_selector("[data-draft-status]:has-text('已保存')")
    assert again.evaluate("window.tops.size") == 1
    again.reload()
    again.wait_for_selector("text=户口簿.jpg")
    assert again.locator("[data-upload]:has-text('没有上传完')").count() == 0
