"""A form as it comes onto a page: with what its reader typed before, and who else typed into the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from app.drafting import passes
from app.drafting.sentences import Sentences, outermost
from app.drafts import parts
from app.drafts.queries import Drawer, Kept, of_subject, of_subjects
from app.forms import Form


@dataclass(frozen=True, slots=True)
class Opened:
    """What the macros of `drafts.html` show. `unsent`: the page holds text that was posted and is not kept yet."""

    held: passes.Pass
    drawer: Drawer
    form: Form | Sentences
    unsent: bool

    @property
    def pass_(self) -> str:
        return self.held.signed()

    @property
    def mark(self) -> str:
        """By which the browser knows its own copy of this draft again; tells nothing of whose it is."""
        return sha256(f"{self.held.owner}\n{self.held.subject}\n{self.held.part}".encode()).hexdigest()[:16]

    @property
    def revision(self) -> int:
        if self.held.part:
            return parts.state_of(self.drawer.mine, self.held.part)
        if self.unsent:
            return passes.known_revision()
        return self.drawer.mine.revision if self.drawer.mine else 0

    @property
    def values(self) -> dict[str, Any]:
        """What was typed before; nothing where nothing was."""
        return self.drawer.mine.values(self.form.parse) if self.drawer.mine else {}

    @property
    def has_moved(self) -> bool:
        """Whether the draft was typed into another release of the form."""
        mine = self.drawer.mine
        return mine is not None and mine.version not in ("", self.held.version)

    @property
    def lost(self) -> list[str]:
        """Texts of the draft that this release of the form does not ask for."""
        if not self.has_moved:
            return []
        known = outermost(self.form)
        return [str(text) for name, text in self.values.items() if name not in known and text]

    @property
    def days(self) -> int:
        return int(current_app.config[passes.DAYS])

    def preview(self, kept: Kept) -> Any:
        """Somebody else's text, or another tab's, to be read before it is copied."""
        return self.form.render(kept.values(self.form.parse), readonly=True, reveal=True)


def opened(session: Session, held: passes.Pass, form: Form | Sentences, *, colleagues: bool = False) -> Opened:
    """`colleagues`: whether people do this work together, so that each sees whose text there is."""
    drawer = of_subject(session, held.subject, held.owner, colleagues=colleagues)
    return Opened(held, drawer, form, passes.is_posted(held.subject))


def opened_all(session: Session, owner: str, forms: Mapping[passes.Pass, Form | Sentences]) -> list[Opened]:
    """Several forms of one page and one `owner`, in their order; one statement for all of them."""
    drawers = of_subjects(session, [held.subject for held in forms], owner)
    return [Opened(held, drawers[held.subject], form, passes.is_posted(held.subject)) for held, form in forms.items()]
