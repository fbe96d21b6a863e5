"""An applicant in a browser: answers every page of an application, and counts what that costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

from tests.support.web import VILLAGE, flat

PATIENCE = 30_000


NAMES = "form => [...new Set([...form.elements].filter(each => each.type !== 'hidden').map(each => each.name))]"
SHOWN = "name => [...document.getElementsByName(name)].find(each => each.checkVisibility())?.type || ''"
"""The kind of the first control of this name that somebody sees; nothing where there is none."""
Look = Callable[[Page], None]


@dataclass
class Effort:
    """What an application costs: fingers on the screen (a list opens with one and closes with another), and letters."""

    taps: int = 0
    letters: int = 0
    pages: int = 0


@dataclass
class Applicant:
    """Fills in what `answers` knows; a page asks for the rest of its fields in vain."""

    page: Page
    answers: dict[str, Any]
    look: Look = field(default=lambda page: None)
    effort: Effort = field(default_factory=Effort)

    def begin(self, programme: str, village: str = VILLAGE) -> None:
        """Onto the first page of questions."""
        self.page.goto(f"/apply/{programme}/{village}")
        self.look(self.page)
        self.press("a:has-text('开始填写')")

    def press(self, button: str) -> None:
        self.effort.taps += 1
        with self.page.expect_navigation(timeout=PATIENCE):
            self.page.click(button)

    def to_the_check(self) -> None:
        """Page after page, each filled in; members one by one."""
        while not self.page.url.endswith("/check"):
            self.look(self.page)
            self.effort.pages += 1
            self.answer()
            more = self.page.locator("[name=_another]").count() and self._has_another()
            self.press("[name=_another]" if more else "button[value=next]")

    def answer(self) -> None:
        """All fields of this page that there is an answer for."""
        typed = flat(self.answers)
        for name in self._names():
            if name in typed:
                self._put(name, typed[name])

    def sign(self) -> None:
        self.look(self.page)
        if self.page.locator("[name=authorised][type=checkbox]").count():
            self.page.check("[name=authorised][type=checkbox]")
            self.effort.taps += 1
        self.press("button[value=submit]")

    def _names(self) -> Iterator[str]:
        for form in self.page.locator("form[data-draft]").all():
            yield from form.evaluate(NAMES)

    def _put(self, name: str, text: str) -> None:
        kind = self.page.evaluate(SHOWN, name)
        if not kind:
            return
        shown = self.page.locator(f'[name="{name}"]:visible')
        self.effort.taps += 1
        if kind == "radio":
            chosen = self.page.locator(f'[name="{name}"][value="{text}"]')
            self.effort.taps -= chosen.is_checked()
            chosen.check()
        elif kind == "checkbox":
            shown.first.set_checked(text == "true")
        elif kind == "select-one":
            self.effort.taps += 1
            shown.first.select_option(text)
        else:
            self.effort.letters += len(text)
            shown.first.fill(text)

    def _has_another(self) -> bool:
        here = int(self.page.url.rpartition("/")[2].partition("?")[0])
        rows = (name for name in flat(self.answers) if f".{here + 1}." in name)
        return any(name.rpartition(f".{here + 1}.")[0] in self._lists() for name in rows)

    def _lists(self) -> set[str]:
        return {name.rpartition(".")[0].rpartition(".")[0] for name in self._names()}
