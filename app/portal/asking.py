"""An application as one visitor has typed it so far: its pages, where they are, and what is still missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from flask import url_for

from app import intake
from app.cases.door import INSIST
from app.core.actor import APPLICANT
from app.core.clock import local_date
from app.definitions.bundle import Bundle
from app.drafting import Opened, Pass, passes, visitor
from app.drafts.operations import Place
from app.drafts.queries import Drawer, of_subjects
from app.drafts.queries import form as subject_of
from app.files import queries as files
from app.forms import FileLink, Form, Page
from app.identity import queries as identity
from app.web import Call

RECEIPT = "receipt"
RECEIPT_LIFE = timedelta(hours=1)
"""For so long who sends a form twice, or closes the page at once, is shown number and code again on the same device."""


@dataclass(frozen=True)
class Asking:
    """`drawer` holds the draft of the whole application, `sent` the receipt where it was sent a moment ago."""

    call: Call
    bundle: Bundle
    place: identity.RegionChain
    region_code: str
    held: Pass
    drawer: Drawer
    sent: Mapping[str, str] | None

    @property
    def form(self) -> Form:
        return self.bundle.application_form

    @cached_property
    def context(self) -> dict[str, Any]:
        return {"place": self.place.facts}

    @cached_property
    def typed(self) -> dict[str, Any]:
        return self.drawer.mine.values(self.form.parse_pages) if self.drawer.mine else {}

    @cached_property
    def values(self) -> dict[str, Any]:
        return intake.with_prefilled(self.form, self.place, self.typed)

    @cached_property
    def pages(self) -> list[Page]:
        """The pages that what was typed so far asks for, without what is agreed to in the end."""
        found = self.form.shown_pages(self.values, context=self.context)
        return [page for page in found if page not in self.signed]

    @cached_property
    def signed(self) -> list[Page]:
        """What is agreed to in the end, and whether one insists."""
        return [page for page in self.form.pages if page.is_signed or page.names == (INSIST,)]

    @cached_property
    def wrong(self) -> dict[str, str]:
        """What is missing or wrong, by dotted path."""
        today = local_date(self.call.now)
        return self.form.judged(self.values, context=self.context, today=today)[1]

    def wrong_on(self, pages: Iterable[Page]) -> dict[str, str]:
        pages = list(pages)
        return {path: text for path, text in self.wrong.items() if any(page.asks(path) for page in pages)}

    @property
    def was_sent(self) -> bool:
        """Whether the page that is posted knew a draft which has been sent meanwhile."""
        return bool(self.sent and not self.drawer.mine and passes.known_revision())

    @cached_property
    def links(self) -> dict[str, FileLink]:
        return {row.id: FileLink(row.name, "#") for row in files.uploads_of(self.call.session, self.held.shelf)}

    def page(self, number: int) -> Page | None:
        """None for a page that there is not, or that nobody is asked as things are."""
        return next((page for page in self.pages if page.number == number), None)

    def rows(self, page: Page) -> list[Any]:
        here: Any = self.values
        for key in page.rows_name.split("."):
            here = here.get(key) if isinstance(here, Mapping) else None
        return here if isinstance(here, list) else []

    # Where things are.

    @property
    def start(self) -> str:
        return self._address("portal.application")

    @property
    def check(self) -> str:
        return self._address("portal.check")

    def address(self, page: Page, row: int | None = None, **query: str) -> str:
        if row is None:
            return self._address("portal.step", number=page.number, **query)
        return self._address("portal.row", number=page.number, row=row, **query)

    def after(self, page: Page) -> str:
        later = next((each for each in self.pages if each.number > page.number), None)
        return self.entrance(later) if later else self.check

    def before(self, page: Page) -> str:
        earlier = [each for each in self.pages if each.number < page.number]
        return self.address(earlier[-1]) if earlier else self.start

    def entrance(self, page: Page) -> str:
        """Where one comes in: a list that must have a row begins with it."""
        if page.rows and page.rows.limit("minItems") and not self.rows(page):
            return self.address(page, 0)
        return self.address(page)

    def change(self, path: str) -> str:
        """Where the answer at a path is changed; from there the way leads back to the check."""
        page = next((each for each in self.pages if each.asks(path)), None)
        if page is None:
            return self.check
        row = path.removeprefix(f"{page.rows_name}.").partition(".")[0] if page.rows else ""
        return self.address(page, int(row) if row.isdigit() and path != page.rows_name else None, then="check")

    @cached_property
    def onward(self) -> Page | None:
        """The first page on which something is missing; None where all is there."""
        return next((page for page in self.pages if self.wrong_on([page])), None)

    def _address(self, endpoint: str, **more: Any) -> str:
        return url_for(endpoint, programme=self.bundle.programme, region_code=self.region_code, **more)

    # What a page writes.

    def part(self, page: Page, row: int | None = None) -> Pass:
        """The pass of a page, or of one row of its list."""
        names = page.names if row is None else (f"{page.rows_name}.{row}",)
        return replace(self.held, part=" ".join(names), page=self.address(page, row))

    def part_of(self, names: Iterable[str]) -> Pass:
        """The pass of whatever posts these names on the last page."""
        outermost = sorted({name.partition(".")[0] for name in names})
        return replace(self.held, part=" ".join(outermost), page=self.check)

    def opened(self, held: Pass, *, unsent: bool = False) -> Opened:
        return Opened(held, self.drawer, self.form, unsent)

    def receipt_place(self) -> Place:
        return Place(self.held.owner, APPLICANT.name, _receipt_of(self.bundle, self.region_code))


def asking(call: Call, programme: str, region_code: str) -> Asking:
    """One statement for draft and receipt. Raises NotFound, NotEligible as `intake` does."""
    place = intake.place_of(call, region_code)
    bundle = intake.bundle_at(call, programme, place)
    page = url_for("portal.application", programme=bundle.programme, region_code=region_code)
    held = intake.pass_of(visitor.owner(visitor.code()), APPLICANT.name, bundle, region_code, page)
    receipts = _receipt_of(bundle, region_code)
    drawers = of_subjects(call.session, [held.subject, receipts], held.owner)
    kept = drawers[receipts].mine
    fresh = kept is not None and kept.saved_at + RECEIPT_LIFE > call.now
    sent = kept.content if kept is not None and fresh and isinstance(kept.content, dict) else None
    return Asking(call, bundle, place, region_code, held, drawers[held.subject], sent)


def _receipt_of(bundle: Bundle, region_code: str) -> str:
    return subject_of(RECEIPT, f"{bundle.programme}/{region_code}")
