"""A real server on a free port and a real Chromium: at the desk's width and at a phone's."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import waitress
from playwright.sync_api import Browser, Page, sync_playwright
from waitress.wasyncore import close_all

from app.core.clock import MovableClock
from app.db import Database, Vault
from app.documents.pdf import LibreOffice
from app.extensions import SESSION_COOKIE
from tests.support.chromium import launch
from tests.support.web import PASSWORD, Web, open_web

SIZES = {"desk": (1440, 900), "phone": (390, 844)}
PATIENCE = 90_000
"""Milliseconds; the machine may be busy with the rest of the suite."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def office() -> Iterator[LibreOffice]:
    """It starts with the first letter, and once for all tests."""
    with closing(LibreOffice()) as office:
        yield office


@pytest.fixture
def web(tmp_path: Path, web_template: Path, vault: Vault, clock: MovableClock) -> Iterator[Web]:
    path = tmp_path / "doudi.db"
    shutil.copyfile(web_template, path)
    database = Database(f"sqlite:///{path}", vault, durable=False)
    web = open_web(database, clock)
    web.app.config["WTF_CSRF_ENABLED"] = True
    yield web
    database.dispose()


@dataclass
class Site:
    """The served application; `people` opens a browser window of its own for somebody."""

    url: str
    web: Web
    size: tuple[int, int]
    browser: Browser
    office: LibreOffice
    complaints: list[str] = field(default_factory=list)

    def window(self) -> Page:
        """A window of its own; what its console complains about fails the test."""
        width, height = self.size
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", base_url=self.url, accept_downloads=True
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._listen)
        return page

    def desk(self, username: str) -> Page:
        """A window of somebody who is signed in, at what waits for them."""
        page, client = self.window(), self.web.client()
        self.web.sign_in(client, username)
        cookie = client.get_cookie(SESSION_COOKIE)
        assert cookie is not None
        page.context.add_cookies([{"name": SESSION_COOKIE, "value": cookie.value, "url": self.url}])
        page.goto("/desk/")
        page.wait_for_selector("h1:has-text('待办')")
        return page

    def log_in(self, page: Page, username: str) -> None:
        """Through the login page, which is open."""
        page.fill("#username", username)
        page.fill("#password", PASSWORD)
        page.click("button:has-text('登录')")

    def _listen(self, message: object) -> None:
        text = str(getattr(message, "text", message))
        # A refused form is an answer with status 422, which the console calls a failed resource.
        # A page that is left gives up what it was asking, which htmx tells as these two.
        given_up = text.startswith(("htmx:afterRequest", "htmx:sendError")) or "ERR_INTERNET_DISCONNECTED" in text
        if getattr(message, "type", "") == "error" and "422" not in text and not given_up:
            self.complaints.append(text)


@pytest.fixture(params=SIZES)
def site(request: pytest.FixtureRequest, web: Web, browser: Browser, office: LibreOffice) -> Iterator[Site]:
    sockets: dict[int, object] = {}
    server = waitress.create_server(web.app, map=sockets, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    site = Site(f"http://127.0.0.1:{server.effective_port}", web, SIZES[request.param], browser, office)
    yield site
    for context in browser.contexts:
        context.close()
    # Closed by the serving thread itself: a socket closed under its select() is a bad file descriptor.
    server.trigger.pull_trigger(lambda: close_all(sockets, ignore_all=True))
    thread.join(10)
    server.task_dispatcher.shutdown()
    assert not thread.is_alive()
    assert site.complaints == []


@pytest.fixture
def fits(site: Site) -> Callable[[Page], None]:
    """Nothing is wider than the window, and on a phone no control is smaller than a finger."""

    def check(page: Page) -> None:
        width = site.size[0]
        # A page that has just been asked for has no document yet: seen once in a loaded machine.
        page.wait_for_load_state()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
        if width > 500:
            return
        small = page.evaluate(SMALL_CONTROLS)
        assert small == [], page.url

    return check


@pytest.fixture
def sound(site: Site) -> Callable[[Page], None]:
    """Nothing on the page bars anybody, by axe; in the dark its contrast is asked again. At the desk's width alone."""

    def check(page: Page) -> None:
        if site.size != SIZES["desk"]:
            return
        page.wait_for_load_state()
        page.emulate_media(reduced_motion="reduce")  # a colour half way to another one is nobody's
        page.evaluate(AXE)
        found = page.evaluate(ASK_AXE, "{}")
        page.emulate_media(color_scheme="dark")
        found += page.evaluate(ASK_AXE, '{"runOnly": ["color-contrast"]}')
        page.emulate_media(color_scheme="light")
        assert found == [], page.url

    return check


AXE = (Path(__file__).parent / "axe.min.js").read_text("utf-8")
ASK_AXE = """async options => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'], ...JSON.parse(options) });
  return violations.flatMap(each => each.nodes.map(node => `${each.id} ${node.target} ${node.failureSummary}`));
}"""

SMALL_CONTROLS = """() => {
  const libraries = '.djs-container, .bio-properties-panel, .fjs-container, .dmn-js-parent, .bjs-powered-by';
  const exempt = `p, .skip, ${libraries}, dd, li, td:not(.card-title), [aria-hidden=true]`;
  const box = each => ['checkbox', 'radio'].includes(each.type);
  const target = each => box(each) ? each.closest('.form-check, .check, .file-line') : each;
  return [...document.querySelectorAll('a, button, select, input, textarea, summary')]
    .filter(each => each.type !== 'hidden' && each.checkVisibility() && !each.closest(exempt))
    .map(each => [each, target(each).getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && box.height > 1 && box.height < 43.5)
    .map(([each, box]) => `${each.tagName} ${each.textContent.trim() || each.name} ${Math.round(box.height)}`);
}"""
