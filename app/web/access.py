"""One transaction per request, and who may send it. A view without one of these decorators fails the access test.

A view gets a `Call` first. `reads` rolls back, `writes` commits once after the view; both refuse before the view runs
when nobody is signed in. What somebody may do with a certain case is the business of operations and queries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial, wraps
from typing import Any

from flask import g, make_response, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from app.core.actor import APPLICANT, Actor
from app.core.entry import Entry
from app.core.errors import NotYours, Rejection
from app.web.errors import Owing, Unauthorized, is_scripted
from app.web.login import session_key
from app.web.services import Door, services

STAFF, ARRIVING, ANYONE, BEARER = "staff", "arriving", "anyone", "bearer"
"""ARRIVING are staff who typed the right password and may still owe one of their own, or the second factor."""
NOTED_EVERY = timedelta(minutes=1)
View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What a view that `writes` returns to answer with a page: `page(call)` makes it in a reading transaction, once
    what was written is committed and nobody waits for it.
    """

    page: Callable[[Call], ResponseReturnValue]


Writing = Callable[..., "ResponseReturnValue | Afterwards"]
Record = Callable[["Call"], None]
"""Puts on record, in a writing transaction, who took something away."""


@dataclass(frozen=True, slots=True)
class Call:
    """What every operation needs: the open session, who acts, and when."""

    session: Session
    actor: Actor
    now: datetime


def reads(who: str = STAFF, *, by_itself: bool = False, again: View | None = None) -> Callable[[View], View]:
    """A view that only looks. `by_itself`: pages ask it without anybody's doing, so that it keeps no session alive.
    `again`: as in `writes`, for what is sent to be tried.
    """
    return _door(who, writing=False, again=again, by_itself=by_itself)


def writes(who: str = STAFF, *, again: View | None = None) -> Callable[[Writing], View]:
    """A view that changes something. A refusal is answered by `again(call, rejection, **arguments)` in a new reading
    transaction, so that the page comes back with what was typed; without `again` by the error page.

    On SQLite everybody else who writes waits for it: what is slow (a page, a file that is opened or made) has no place
    in it. Such a view answers `Afterwards`, `hands_out` or `transacts_itself`.
    """
    return _door(who, writing=True, again=again)


def hands_out(who: str = STAFF) -> Callable[[Callable[..., tuple[ResponseReturnValue, Record]]], View]:
    """A view that makes a file of what it sees, while nobody waits for it. It returns the answer and its record, which
    is written afterwards; only then does the file leave.
    """

    def decorate(view: Callable[..., tuple[ResponseReturnValue, Record]]) -> View:
        @wraps(view)
        def door(**arguments: Any) -> ResponseReturnValue:
            with transaction(who, writing=False) as call:
                answer, record = view(call, **arguments)
            with transaction(who, writing=True) as call:
                record(call)
            return answer

        return _marked(door, who)

    return decorate


def transacts_itself(who: str, *, again: View | None = None) -> Callable[[View], View]:
    """For views that need more than one transaction, or none: they open them with `transaction(who)`. `again` answers
    a refusal as it does in `writes`.
    """

    def decorate(view: View) -> View:
        if again is None:
            return _marked(view, who)

        @wraps(view)
        def door(**arguments: Any) -> ResponseReturnValue:
            try:
                return view(**arguments)
            except Rejection as rejection:
                return _refused(who, again, rejection, arguments)

        return _marked(door, who)

    return decorate


def _door(who: str, *, writing: bool, again: View | None, by_itself: bool = False) -> Callable[[Writing], View]:
    def decorate(view: Writing) -> View:
        @wraps(view)
        def door(**arguments: Any) -> ResponseReturnValue:
            try:
                with transaction(who, writing=writing, by_itself=by_itself) as call:
                    answer = view(call, **arguments)
            except Rejection as rejection:
                return _refused(who, again, rejection, arguments)
            if not isinstance(answer, Afterwards):
                return answer
            with transaction(who, writing=False) as call:
                return answer.page(call)

        return _marked(door, who)

    return decorate


def _marked(view: View, who: str) -> View:
    view.who = who  # type: ignore[attr-defined]  # the access test asks every route
    return view


def _refused(who: str, again: View | None, rejection: Rejection, arguments: dict[str, Any]) -> ResponseReturnValue:
    """To be called where the rejection is handled: it is raised on where nobody answers it."""
    if again is None or isinstance(rejection, Unauthorized) or is_scripted():
        raise rejection
    with transaction(who, writing=False) as call:
        return make_response(again(call, rejection, **arguments), rejection.status)


@contextmanager
def transaction(who: str, *, writing: bool, stays: bool = True, by_itself: bool = False) -> Iterator[Call]:
    """A transaction of the request, with who acts in it. Who carries no credentials never joins the queue of writers.

    Of one that writes and does not stay nothing is left (`Database.trial`). `by_itself`: nobody did anything, and the
    session or token does not count as used, nor does such a trial wait. Raises Unauthorized, and Busy for the latter.
    """
    credentials = _credentials(who)
    database, now = services().database, services().clock.now()
    trial = partial(database.trial, waits=not by_itself)
    opened = (database.write if stays else trial) if writing else database.read
    with opened() as session:
        g.session = session
        try:
            entry = _entry(who, credentials, session, now)
            g.user_id = entry.actor.user_id if entry else ""  # for the access log
            yield Call(session, entry.actor if entry else APPLICANT, now)
        finally:
            g.pop("session")  # an error page must not begin again what has ended
    if entry is not None and not by_itself and (entry.used_at is None or now - entry.used_at >= NOTED_EVERY):
        with database.write() as session:
            _door_of(who).note_use(session, entry.id, now)


def _credentials(who: str) -> str:
    if who == ANYONE:
        return ""
    if who == BEARER:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        found = token.strip() if kind.lower() == "bearer" else ""
    else:
        found = session_key()
    if not found:
        raise Unauthorized
    return found


def _door_of(who: str) -> Door:
    return services().machines if who == BEARER else services().browsers


def _entry(who: str, credentials: str, session: Session, now: datetime) -> Entry | None:
    """How who acts came in; None for somebody who needs no account."""
    if who == ANYONE:
        return None
    if who == BEARER:
        entry = services().machines.load(session, credentials, now)
    else:
        entry = current_user.entry if current_user.is_authenticated else None
    if entry is None:
        raise Unauthorized
    if entry.owes and who != ARRIVING:
        raise Owing(entry.owes)
    if entry.reads_only and request.method not in ("GET", "HEAD"):
        raise NotYours("这个授权码只能查看，不能办理。请用可以办理的授权码")
    return entry
