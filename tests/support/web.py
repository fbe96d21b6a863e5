"""A small staffed world behind the whole web application, with a clock that tests move."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Config
from app.core.actor import APPLICANT, Actor
from app.core.clock import SHANGHAI, MovableClock, local_date
from app.core.entry import AccountRules
from app.db import Database, Vault
from app.extensions import create_app
from app.figures import seeding as figures
from app.identity import appointed, credentials, sessions
from app.identity import operations as identity
from app.identity.models import Appointment, Office, Region, User
from app.identity.tokens import issue_token
from app.installation import install
from app.web.services import EXTENSION
from tests.support.worlds import RELIEF as APPLICATION
from tests.support.worlds import STANDARDS, VILLAGE

TOWNSHIP, COUNTY = "220122100", "220122"
ELSEWHERE = "220104001001"
BEGINNING = datetime(2020, 1, 6, 9, 0, tzinfo=SHANGHAI)
PASSWORD = "correct horse battery"
PROGRAMME = "uninsured_unemployed_relief"


def flat(data: Any, prefix: str = "") -> dict[str, str]:
    """Form data as a browser posts it."""
    if isinstance(data, dict):
        return {k: v for key, inner in data.items() for k, v in flat(inner, f"{prefix}{key}.").items()}
    if isinstance(data, list):
        return {k: v for index, inner in enumerate(data) for k, v in flat(inner, f"{prefix}{index}.").items()}
    return {prefix[:-1]: str(data).lower() if isinstance(data, bool) else str(data)}


@dataclass
class Web:
    """The application with people in it. Everybody's password is the same, usernames are `position.region`."""

    app: APIFlask
    database: Database
    clock: MovableClock

    def client(self, username: str | None = None) -> FlaskClient:
        """A browser of its own, signed in when a username is given."""
        client = self.app.test_client()
        if username:
            answer = client.post("/desk/login", data={"username": username, "password": PASSWORD})
            assert answer.status_code == 302, answer.text
        return client

    def sign_in(self, client: FlaskClient, username: str) -> None:
        """As the login does, without the time that a password takes."""
        user_id = self.actor(username).user_id or ""
        with self.database.write() as session:
            _, key = sessions.begin(session, user_id, self.clock.now(), address="", agent="", rules=AccountRules())
        with client.session_transaction() as cookie:
            cookie["_user_id"] = key

    def token(self, username: str) -> dict[str, str]:
        """Headers of an API client that acts as somebody."""
        with self.database.write() as session:
            secret = issue_token(session, self.actor(username), "test", self.clock.now()).secret
        return {"Authorization": f"Bearer {secret}"}

    def actor(self, username: str) -> Actor:
        with self.database.read() as session:
            user_id = session.scalars(select(User.id).where(User.username == username)).one()
            actor = appointed.load_actor(session, user_id, local_date(self.clock.now()))
        assert actor is not None
        return actor

    def apply(self, actor: Actor = APPLICANT, **changes: Any) -> Any:
        """A case at the village; returns its receipt."""
        from app.cases import operations

        with self.database.write() as session:
            data = {**APPLICATION, **changes}
            return operations.apply(session, actor, PROGRAMME, VILLAGE, data, self.clock.now())

    def open_task(self, case_id: str) -> str:
        """The id of the case's open task."""
        from app.inbox.queries import open_of_case

        with self.database.read() as session:
            return str(open_of_case(session, case_id)[0].id)


def staffed_database(path: Path, vault: Vault) -> None:
    """Staff a SQLite file that has all tables."""
    database = Database(f"sqlite:///{path}", vault, durable=False)
    staff(database)
    database.dispose()


def staff(database: Database) -> None:
    """Fill a database that has all tables: bundles, templates, figures, two places, two people in every position.

    Everybody can log in as `position.region`, the second of each as `position.region.2`.
    """
    with database.write() as session:
        install(session, BEGINNING)
        for code in (VILLAGE, ELSEWHERE):
            identity.ensure_staffed(session, code, BEGINNING)
        for key, value in STANDARDS.items():
            figures.establish(session, key, COUNTY, value, origin=figures.STORY, now=BEGINNING)
        _let_in(session)


def _let_in(session: Session) -> None:
    password_hash = credentials.hash_password(PASSWORD)
    rows = session.execute(
        select(User, Appointment.position, Region.code)
        .join(Appointment, Appointment.user_id == User.id)
        .join(Office, Office.id == Appointment.office_id)
        .join(Region, Region.id == Office.region_id)
    )
    for user, position, code in rows:
        second = ".2" if user.username.endswith(".2") else ""
        user.username, user.password_hash = f"{position}.{code}{second}", password_hash


def open_web(database: Database, clock: MovableClock) -> Web:
    """The application on a prepared database; forms need no CSRF token unless a test asks for it."""
    app, settings, views = _application()
    for mine, as_made in ((app.config, settings), (app.view_functions, views)):
        mine.clear()
        mine.update(as_made)
    replace(app.extensions[EXTENSION], database=database, clock=clock).install(app)
    return Web(app, database, clock)


@cache
def _application() -> tuple[APIFlask, dict[str, Any], dict[str, Any]]:
    """One for all tests of a process: putting it together takes longer than most of them. Its settings, its views."""
    with tempfile.TemporaryDirectory() as name:
        config = Config(secret_file=Path(name) / "secret")
        scratch = Database(f"sqlite:///{name}/none.db", Vault.generate())
        app = create_app(config, database=scratch, clock=MovableClock(BEGINNING))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app, dict(app.config), dict(app.view_functions)


@contextmanager
def with_csrf(web: Web) -> Iterator[None]:
    """Inside, forms need their token, as in production."""
    web.app.config["WTF_CSRF_ENABLED"] = True
    try:
        yield
    finally:
        web.app.config["WTF_CSRF_ENABLED"] = False
