"""A morning at the desk: forty tasks of five programmes, and everything that comes between; a cadre's on a phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page
from sqlalchemy import delete, select

from app.cases import operations
from app.identity import sessions
from app.inbox import operations as inbox
from app.inbox.models import WorkItem
from app.jobs.runner import Worker
from app.together import deciding
from app.together import operations as together
from tests.browser.conftest import Site
from tests.support import morning
from tests.support.worlds import id_number

pytestmark = pytest.mark.browser

CADRE, CLERK, HEAD = "village_cadre.220122100001", "township_clerk.220122100", "township_head.220122100"
COLLEAGUE = f"{CLERK}.2"
Fits = Callable[[Page], None]
# What a step is answered with, by the title of its page: names of radio buttons and boxes, and what is typed.
ANSWERS = {
    "受理": ({"complete": "true"}, {}),
    "乡镇（街道）复核确认": ({"confirmed": "true"}, {"amount": "800"}),
    "村（社区）调查核实": ({"facts_true": "true"}, {"opinion": "情况属实"}),
}


@dataclass
class Hand:
    """What somebody does with a page, counted: clicks and presses, words typed, and pages loaded by it."""

    page: Page
    acts: int = 0
    loads: int = 0

    def __post_init__(self) -> None:
        self.page.on("load", lambda _: self._loaded())

    def _loaded(self) -> None:
        self.loads += 1

    def press(self, keys: str) -> None:
        self.acts += 1
        self.page.keyboard.press(keys)

    def click(self, where: str | Locator) -> None:
        self.acts += 1
        (self.page.locator(where) if isinstance(where, str) else where).click()

    def type(self, name: str, text: str) -> None:
        self.acts += 1
        self.page.fill(f'[name="{name}"]', text)

    def answer(self) -> str:
        """Fill in the form of the task that is open; its title."""
        title = self.title
        choices, texts = ANSWERS[title]
        for name, value in choices.items():
            self.click(f'[name="{name}"][value="{value}"]')
        for name, text in texts.items():
            self.type(name, text)
        return title

    def submit(self, action: str = "next") -> None:
        self.acts += 1
        with self.page.expect_navigation():
            self.page.click(f"button[name=_action][value={action}]")

    @property
    def title(self) -> str:
        return (self.page.text_content("h1") or "").strip()

    def answer_all(self, count: int) -> list[str]:
        """So many tasks, one after another."""
        titles = []
        for _ in range(count):
            titles.append(self.answer())
            self.submit()
        return titles


@pytest.mark.parametrize("site", ["desk"], indirect=True)
def test_a_clerks_morning(site: Site, fits: Fits, sound: Fits) -> None:
    morning.fill(site.web, morning.OF_THE_CLERK | morning.OF_THE_HEAD)
    morning.appoint(site.web, CLERK, "township_head")
    morning.fund(site.web)
    _go_away(site)
    page = site.desk(CLERK)
    hand = Hand(page)
    assert _waiting(page) == 40
    fits(page)

    _ten_routine_tasks(hand)
    _a_session_ends(site, hand)
    _an_emergency(site, hand)
    _a_wrong_letter(hand, sound)
    _sent_back(hand)
    _the_other_reviews(hand)
    _a_batch_of_twenty(site, hand, fits, sound)
    page.goto("/desk/?tab=done&rows=50")
    assert page.locator("[data-row]").count() == 39  # and one was sent back


def _go_away(site: Site) -> None:
    """A colleague signs for a task and is away from today; the clerk stands in."""
    page = site.desk(COLLEAGUE)
    page.select_option("[name=step]", label="受理")
    page.locator("[data-fresh], #tasks").first.wait_for()
    with page.expect_navigation():
        page.locator(".card-title a").first.click()
    with page.expect_navigation():
        page.click("button:has-text('签收')")
    page.goto("/desk/absences")
    page.locator("select[name^=deputy-]").first.select_option(site.web.actor(CLERK).user_id)
    page.fill("#last", "2020-10-16")
    with page.expect_navigation():
        page.click("button:has-text('登记')")
    assert page.locator("text=代理中").count() == 1
    page.context.close()


def _ten_routine_tasks(hand: Hand) -> None:
    """Acceptance after acceptance; the absent colleague's is among them."""
    hand.page.select_option("[name=step]", label="受理")
    hand.page.wait_for_url("**step=**")
    hand.acts = hand.loads = 0
    hand.press("j")
    with hand.page.expect_navigation():
        hand.press("Enter")
    assert set(hand.answer_all(10)) == {"受理"}
    assert hand.acts <= 25, hand.acts  # 2.5 a task
    assert hand.loads <= 12, hand.loads  # 1.2 a task


def _a_session_ends(site: Site, hand: Hand) -> None:
    """In the middle of a task; after the login the same filled form is back."""
    page, address = hand.page, hand.page.url
    hand.answer()
    with site.web.database.write() as session:
        sessions.end_all(session, site.web.actor(CLERK).user_id or "", site.web.clock.now())
    hand.submit("submit")
    site.log_in(page, CLERK)
    page.wait_for_url(address.partition("?")[0] + "**")
    assert page.is_checked('[name="complete"][value="true"]')
    hand.submit("submit")


def _an_emergency(site: Site, hand: Hand) -> None:
    """It stands first as soon as it is there, and is decided at once."""
    morning.play(site.web, [morning.emergency()])
    page = hand.page
    page.goto("/desk/")
    first = page.locator("[data-row]").first
    assert "特急" in (first.text_content() or "")
    with page.expect_navigation():
        first.locator("a").first.click()
    page.check('[name="approved"][value="true"]')
    page.fill('[name="amount"]', "500")
    hand.submit("submit")
    assert "已办结" in (page.text_content("[role=status]") or "")


def _a_wrong_letter(hand: Hand, sound: Fits) -> None:
    """What was mistyped is seen in the letter before it goes out."""
    page = hand.page
    page.goto("/desk/?tab=overdue")
    with page.expect_navigation():
        page.locator("[data-row]:has-text('复核确认') .card-title a").first.click()
    hand.answer()
    hand.type("amount", "80")
    _preview(page)
    assert "80.00" in (page.text_content("#foresight") or "")
    assert "审批决定书" in (page.text_content("#foresight") or "")
    sound(page)
    hand.type("amount", "800")
    _preview(page)
    assert "800.00" in (page.text_content("#foresight") or "")
    hand.submit("submit")


def _preview(page: Page) -> None:
    with page.expect_response(lambda answer: "/preview" in answer.url):
        page.click("[data-foresee]")
    page.wait_for_selector("#foresight [data-foreseen]")


def _sent_back(hand: Hand) -> None:
    """The village is asked to look again."""
    page = hand.page
    with page.expect_navigation():
        page.locator("[data-row]:has-text('复核确认') .card-title a").first.click()
    page.click("summary:has-text('退回到前面的环节')")
    page.fill("#reason", "邻居的说法没有写明")
    page.on("dialog", lambda dialog: dialog.accept())
    with page.expect_navigation():
        page.click("button:has-text('退回') >> visible=true")


def _the_other_reviews(hand: Hand) -> None:
    hand.page.goto("/desk/?programme=uninsured_unemployed_relief")
    with hand.page.expect_navigation():
        hand.page.locator("[data-row] .card-title a").first.click()
    assert set(hand.answer_all(6)) == {"乡镇（街道）复核确认"}


def _a_batch_of_twenty(site: Site, hand: Hand, fits: Fits, sound: Fits) -> None:
    """One that a colleague has signed for meanwhile is not among them."""
    other = site.desk(HEAD)
    other.select_option("[name=programme]", label="受灾人员救助")
    with other.expect_navigation():
        other.locator(".card-title a").last.click()
    with other.expect_navigation():
        other.click("button:has-text('签收')")
    page = hand.page
    page.goto("/desk/?programme=disaster_relief&rows=50")
    for _ in range(20):
        hand.press("j")
        hand.press("x")
    with page.expect_navigation():
        hand.click("button:has-text('一起办理')")
    page.check('[name="approved"][value="true"]')
    with page.expect_navigation():
        hand.click("button:has-text('先试办')")
    _work(site)
    page.wait_for_selector("button:has-text('办理选中的案件')")
    assert page.locator("h2:has-text('可以办理的 20 件')").count() == 1
    fits(page)
    sound(page)
    with page.expect_navigation():
        hand.click("button:has-text('办理选中的案件')")
    _work(site)
    page.wait_for_selector("[role=status]:has-text('已办结 20 件')")


def _work(site: Site) -> None:
    """What a worker of batches has to do."""
    database, clock = site.web.database, site.web.clock
    known = {**deciding.HANDLERS, together.TRY: deciding.trying(database)}
    worker = Worker(database, clock, known, on_dead=deciding.on_dead)
    while worker.run_once():
        pass


def _waiting(page: Page) -> int:
    return int((page.text_content(".tabs [aria-current]") or "").split()[-1])


def _colleagues_go_ahead(site: Site, page: Page, fits: Fits) -> None:
    """The list is open while one finishes a task and signs for another: nothing moves, keys go on."""
    web, rows = site.web, page.locator("[data-row]")
    done, taken = (web.apply(id_number=id_number(number), name=f"{number}号").case_id for number in (11, 12))
    with web.database.write() as session:
        one = session.scalars(select(WorkItem).where(WorkItem.case_id == done)).one()
        for number in range(490):
            session.add(_copy_of(one, f"{number:032d}"))
    page.goto("/desk/")
    assert _told_waiting(page) == "99+"
    page.goto("/desk/?rows=100")
    assert rows.count() == 100
    fits(page)
    with web.database.write() as session:
        session.execute(delete(WorkItem).where(WorkItem.id < f"{490:032d}"))
    page.goto("/desk/")
    before = rows.evaluate_all("rows => rows.map(row => [row.dataset.item, row.offsetTop])")
    assert len(before) == 12
    page.keyboard.press("j")
    colleague = web.actor(f"{CADRE}.2")
    answer = {"facts_true": True, "opinion": "情况属实"}
    with web.database.write() as session:
        operations.complete_task(session, colleague, web.open_task(done), answer, web.clock.now())
    with web.database.write() as session:
        inbox.claim(session, colleague, web.open_task(taken), web.clock.now())
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.wait_for_selector("[data-row].is-gone:has-text('已办结')")
    assert page.locator("[data-row]:has-text('12号')", has_text=f"{colleague.name}已签收").count() == 1
    assert rows.evaluate_all("rows => rows.map(row => [row.dataset.item, row.offsetTop])") == before
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("k")
    page.keyboard.press("x")
    assert page.text_content("[data-picked-count]") == "2"
    assert page.locator("[data-decide]").count() == 0  # this step is done one by one
    third = rows.nth(2).get_attribute("data-item")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert f"/desk/tasks/{third}" in page.url
    page.goto("/desk/")
    assert rows.count() == 10
    page.fill("[data-search]", "没有这个人")
    page.wait_for_selector("text=没有符合条件的待办")
    page.locator("#clear a").click()
    page.wait_for_selector("[data-row]")


def _copy_of(item: WorkItem, item_id: str) -> WorkItem:
    values = {column.name: getattr(item, column.name) for column in WorkItem.__table__.columns}
    return WorkItem(**{**values, "id": item_id})


def _told_waiting(page: Page) -> str:
    return (page.text_content(".tabs [aria-current]") or "").split()[-1]


@pytest.mark.parametrize("site", ["phone"], indirect=True)
def test_a_cadres_morning(site: Site, fits: Fits) -> None:
    """Ten households to look after, on a phone: one after another, with a network that goes away."""
    for number in range(10):
        site.web.apply(id_number=id_number(number), name=f"{morning.SURNAMES[number]}建国")
    page = site.desk(CADRE)
    hand = Hand(page)
    fits(page)
    _colleagues_go_ahead(site, page, fits)
    with page.expect_navigation():
        page.locator(".card-title a").first.click()
    hand.acts = hand.loads = 0
    assert set(hand.answer_all(5)) == {"村（社区）调查核实"}
    assert hand.acts <= 15, hand.acts  # three a task: two answers and the button
    assert hand.loads <= 6, hand.loads
    fits(page)
    page.context.set_offline(True)
    hand.answer()
    page.wait_for_selector("[data-draft-status]:has-text('未能保存')")
    page.context.set_offline(False)
    page.wait_for_selector("[data-draft-status]:has-text('已保存')")
    hand.submit()
    assert set(hand.answer_all(4)) == {"村（社区）调查核实"}
    assert page.locator("text=暂无待办").count() == 1
    fits(page)
