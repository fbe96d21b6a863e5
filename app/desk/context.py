"""What every page of the desk shows around its own content, and small helpers of its lists."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from flask import g, request
from flask_login import current_user
from sqlalchemy import Date, select
from sqlalchemy.orm import Session

from app.auditing import checks
from app.cases import lists, obligations
from app.core.actor import Actor
from app.core.clock import local_date
from app.db import Open, Prepared
from app.definitions import news
from app.desk import navigation, undo
from app.desk.bell import bell_text
from app.desk.blueprint import blueprint
from app.figures.catalogue import catalogue
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.identity.positions import named_at
from app.identity.shapes import left_open
from app.inbox.listing import cap
from app.messages import queries as messages
from app.takeover import operations as takeovers
from app.web import services
from app.worklist import queries as worklist

TOLD = ("read_audit", "keep_people", "keep_logins")  # who hears at once that the audit does not hold
STAFFED = ("desk", "studio")
PLACE_COLUMNS = ("township_id", "village_id")


@blueprint.app_template_filter()
def cite(text: str, region_codes: Collection[str] | None = None) -> str:
    """The citation of clause ids, as people of a region know the rule."""
    return catalogue(g.session).cite(text, region_codes)


@blueprint.app_context_processor
def _around() -> dict[str, Any]:
    """`desk`: what the head of the staff's pages shows; None for who is not signed in. Once a request."""
    if (
        request.blueprint not in STAFFED
        or not current_user.is_authenticated
        or current_user.entry.owes
        or "session" not in g
    ):
        return {"desk": None}
    if "masthead" not in g or g.masthead.session is not g.session:
        g.masthead = Masthead(g.session, current_user.actor, services().clock.now())
    return {"desk": g.masthead}


@lru_cache(64)
def _counts(actor: Actor, *, known: bool) -> Prepared:
    """The statement of all counts for a shape of posts; `known`: without the work that waits, which a list counted."""
    columns = {
        "incidents": lists.incident_count(actor),
        "owed": obligations.owed_count(actor),
        "unread": messages.unread_count(actor),
    }
    if not known:
        columns["open"] = worklist.waiting(actor, Open("today", Date()))
    return Prepared(select(*(column.label(name) for name, column in columns.items())))


class Masthead:
    """Counts, posts and doors; each is looked for when a template asks for it, since parts of pages ask for none."""

    def __init__(self, session: Session, actor: Actor, now: datetime) -> None:
        self.session, self._actor, self._now = session, actor, now

    @cached_property
    def counts(self) -> dict[str, str]:
        """How much waits, in one statement, and news of releases."""
        whose = left_open(self._actor)
        statement = _counts(whose.actor, known=g.get("desk_open") is not None)
        (row,) = statement.all(self.session, **whose.values, today=local_date(self._now))
        found = {"open": g.get("desk_open"), **row._asdict()}
        found["news"] = len(news.for_actor(self.session, self._actor, local_date(self._now)))
        return {name: cap(count) for name, count in found.items()}

    @property
    def bell(self) -> str:
        """What the bell says to who does not see it."""
        return bell_text(self.counts["unread"])

    @cached_property
    def undo(self) -> undo.Offer | None:
        return undo.offered(self._now)

    @cached_property
    def doors(self) -> list[navigation.Door]:
        return navigation.doors_of(self._actor)

    @cached_property
    def here(self) -> str:
        return navigation.current(self.doors, request.path)

    @property
    def takes_over(self) -> bool:
        return any(identity_policy.may(self._actor, each) for each in (takeovers.ENTER, takeovers.CONFIRM))

    @property
    def audits(self) -> bool:
        return identity_policy.may(self._actor, "read_audit")

    @cached_property
    def posts(self) -> list[str]:
        return posts_of(self.session, self._actor)

    @cached_property
    def alarm(self) -> str:
        told = any(identity_policy.may(self._actor, each) for each in TOLD)
        return checks.alarm(self.session, self._now) if told else ""


def posts_of(session: Session, actor: Actor) -> list[str]:
    """``农安镇经办人``, one for each position held; of a colleague's, whose it is: ``农安镇经办人（代肖刚）``."""
    names = identity.region_names(session, (held.region_id for held in actor.appointments))
    posts = sorted(actor.appointments, key=lambda held: held.principal is not None)
    titles = [(named_at(held.position, names.get(held.region_id, "")), held.principal_name) for held in posts]
    return [f"{title}（代{whose}）" if whose else title for title, whose in titles]


def place_namer(session: Session, rows: Iterable[Any]) -> Callable[[Any], str]:
    """A function that names township and village of a row; one statement for a whole list."""
    ids = {getattr(row, column) for row in rows for column in PLACE_COLUMNS}
    names = identity.region_names(session, ids - {None})
    return lambda row: "".join(names.get(getattr(row, column), "") for column in PLACE_COLUMNS)
