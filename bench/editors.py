"""First paint of each editor of the studio: from opening its page to content that can be edited, in Chromium.

`python -m bench.editors`; needs Chromium and playwright (`make test` installs both). Median of a few openings, each in
a browser that has the bundles in its cache, as on the second page of a day.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import waitress
from playwright.sync_api import Page, sync_playwright
from waitress.wasyncore import close_all

from app.core.clock import SHANGHAI, MovableClock
from app.db import Database, Vault
from bench.report import middle
from tests.support.chromium import launch
from tests.support.schema import create_schema
from tests.support.web import PASSWORD, open_web, staffed_database

OWNER, ROUNDS = "policy_owner.220122", 5
EDITORS = (
    ("bpmn", "uninsured_unemployed_relief", "relief.bpmn", ".djs-element"),
    ("dmn", "uninsured_unemployed_relief", "eligibility.dmn", ".dmn-decision-table-container td.cell"),
    ("form", "uninsured_unemployed_relief", "township_review.form.json", ".fjs-editor-container .fjs-element"),
    ("text", "uninsured_unemployed_relief", "bundle.yaml", ".editor-text"),
    ("letter", "letters", "letters/approval_notice/template.docx", ".letter-line textarea"),
)
"""Name, programme, file, and what is there when the editor is."""


@contextmanager
def served() -> Iterator[str]:
    """The address of an installation with a staffed county."""
    with tempfile.TemporaryDirectory() as folder:
        vault, path = Vault.generate(), Path(folder, "doudi.db")
        create_schema(f"sqlite:///{path}", vault)
        staffed_database(path, vault)
        database = Database(f"sqlite:///{path}", vault)
        web = open_web(database, MovableClock(datetime(2020, 10, 12, 10, tzinfo=SHANGHAI)))
        sockets: dict[int, object] = {}
        server = waitress.create_server(web.app, map=sockets, host="127.0.0.1", port=0)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.effective_port}"
        server.trigger.pull_trigger(lambda: close_all(sockets, ignore_all=True))
        thread.join(10)
        database.dispose()


def measure(page: Page, address: str, shows: str) -> list[float]:
    """Milliseconds from asking for the page to seeing its content."""
    rounds = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        page.goto(address, wait_until="commit")
        page.wait_for_selector(shows)
        rounds.append((time.perf_counter() - began) * 1000)
    return rounds[1:]  # the first fills the cache


def _change(page: Page) -> str:
    page.goto("/desk/")
    page.fill("#username", OWNER)
    page.fill("#password", PASSWORD)
    page.click("button:has-text('登录')")
    page.goto("/studio/changes/new")
    page.fill("#title", "量一量")
    page.fill("#reason", "看编辑器打开要多久")
    page.click("button:has-text('建立')")
    at = page.url
    for programme in dict.fromkeys(each[1] for each in EDITORS):
        if page.locator("#programme").is_hidden():
            page.click("summary:has-text('加入项目')")
        page.select_option("#programme", programme)
        page.click("button:text-is('加入')")
        page.wait_for_load_state()
    return at


def main() -> None:
    """Print and note every editor."""
    with served() as url, sync_playwright() as playwright:
        try:
            browser = launch(playwright)
        except RuntimeError as missing:
            print(f"not measured: {missing}")
            return
        page = browser.new_context(base_url=url, locale="zh-CN", viewport={"width": 1440, "height": 900}).new_page()
        at = _change(page)
        for name, _, path, shows in EDITORS:
            page.goto(at)
            address = page.locator(f"a:text-is('{path}')").get_attribute("href") or ""
            spent = middle(f"editors.{name}.first_paint", measure(page, address, shows), "ms")
            print(f"{name:8}{spent:8.0f} ms")
        browser.close()


if __name__ == "__main__":
    main()
