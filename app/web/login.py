"""Who is signed in: Flask-Login over the request's one transaction."""

from __future__ import annotations

import re
from datetime import datetime

from flask import Flask, g, session
from flask_login import LoginManager, UserMixin, login_user, logout_user

from app.core.actor import Actor
from app.core.clock import local_date
from app.web.services import services

LONGEST_SECONDS = 12 * 3600
STAMP = "stamp"
# Browsers read any number of leading slashes, backslashes and dropped control characters as the start of a host.
_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x1f\\]*")
manager = LoginManager()
manager.session_protection = "basic"


class Staff(UserMixin):
    """The signed-in person, as Flask-Login knows them."""

    def __init__(self, actor: Actor) -> None:
        self.id = actor.user_id
        self.actor = actor


@manager.user_loader
def _load(user_id: str) -> Staff | None:
    """None ends the session: unknown or dismissed people, a new password, and working days that never end."""
    now = services().clock.now()
    if "session" not in g or now.timestamp() - session.get("since", 0.0) > LONGEST_SECONDS:
        return None
    actor = services().load_actor(g.session, user_id, session.get(STAMP, ""), local_date(now))
    return Staff(actor) if actor is not None else None


def sign_in(actor: Actor, stamp: str, now: datetime) -> None:
    """Start a fresh session: nothing of the one before the login survives. `stamp` ends it with the password."""
    session.clear()
    session.permanent = True
    session["since"] = now.timestamp()
    session[STAMP] = stamp
    login_user(Staff(actor))


def sign_out() -> None:
    logout_user()
    session.clear()


def safe_next(target: str | None, default: str) -> str:
    """A path of this site to go on to after the login, or `default`."""
    return target if target and _OWN_PATH.fullmatch(target) else default


def install(app: Flask) -> None:
    manager.init_app(app)
