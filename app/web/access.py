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
class Call:
    """What every operation needs: the open session, who acts, and when."""

    session: Session
    actor: Actor
    now: datetime


def reads(who: str = STAFF, *, by_itself: bool = False) -> Callable[[View], View]:
    """A view that only looks. `by_itself`: pages ask it without anybody's doing, so that it keeps no session alive."""
    return _door(who, writing=False, again=None, by_itself=by_itself)


def writes(who: str = STAFF, *, again: View | None = None) -> Callable[[View], View]:
    """A view that changes something. A refusal is answered by `again(call, rejection, **arguments)` in a new reading
    transaction, so that the page comes back with what was typed; without `again` by the error page.
    """
    return _door(who, writing=True, again=again)


def transacts_itself(who: str) -> Callable[[View], View]:
    """For the few views that need more than one transaction, or none: they open them with `transaction(who)`."""

    def decorate(view: View) -> View:
        view.who = who  # type: ignore[attr-defined]
        return view

    return decorate


def _door(who: str, *, writing: bool, again: View | None, by_itself: bool = False) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def door(**arguments: Any) -> ResponseReturnValue:
            try:
                with transaction(who, writing=writing, by_itself=by_itself) as call:
                    return view(call, **arguments)
            except Rejection as rejection:
                if again is None or isinstance(rejection, Unauthorized) or is_scripted():
                    raise
                with transaction(who, writing=False) as call:
                    return make_response(again(call, rejection, **arguments), rejection.status)

        door.who = who  # type: ignore[attr-defined]  # the access test asks every route
        return door

    return decorate


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
