"""Who is signed in: Flask-Login over the request's one transaction. The cookie carries the key of a session."""

from __future__ import annotations

import re

from flask import Flask, g, session
from flask_login import LoginManager, UserMixin, login_user, logout_user

from app.core.actor import Actor
from app.core.entry import Entry
from app.web.services import services

# Browsers read any number of leading slashes, backslashes and dropped control characters as the start of a host.
_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x1f\\]*")
_KEY = "_user_id"  # where Flask-Login keeps what `Staff.id` says
manager = LoginManager()
manager.session_protection = "basic"


class Staff(UserMixin):
    """The signed-in person, as Flask-Login knows them; `id` is the key of the session."""

    def __init__(self, key: str, entry: Entry) -> None:
        self.id = key
        self.entry = entry

    @property
    def actor(self) -> Actor:
        return self.entry.actor


@manager.user_loader
def _load(key: str) -> Staff | None:
    """None ends the session: unknown, ended, idle or too old, or of somebody who may not act."""
    if "session" not in g:
        return None
    entry = services().browsers.load(g.session, key, services().clock.now())
    return Staff(key, entry) if entry is not None else None


def session_key() -> str:
    """The key that this browser's cookie carries; empty where it carries none."""
    return str(session.get(_KEY, ""))


def sign_in(key: str, entry: Entry) -> None:
    """Let the browser carry a new session's key: nothing of the cookie before the login survives."""
    session.clear()
    session.permanent = True
    login_user(Staff(key, entry))


def sign_out() -> None:
    logout_user()
    session.clear()


def safe_next(target: str | None, default: str) -> str:
    """A path of this site to go on to after the login, or `default`."""
    return target if target and _OWN_PATH.fullmatch(target) else default


def install(app: Flask) -> None:
    manager.init_app(app)
