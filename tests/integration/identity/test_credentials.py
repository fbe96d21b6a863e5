"""Logins are throttled in the database, tokens are kept as hashes."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from app import audit
from app.core.actor import SYSTEM, Actor
from app.core.errors import Invalid, NotFound
from app.db import Database
from app.identity import appointed, credentials, logins, operations, passwords, queries, staff, tokens
from app.identity.models import ApiToken, LoginAttempt, User

PASSWORD = "correct-horse-battery"


@pytest.fixture
def user_id(database: Database, now: datetime) -> str:
    with database.write() as session:
        chain = operations.ensure_staffed(session, "220122100", now)
        office = queries.office_of(session, chain, "township_clerk")
        user = staff.create_user(session, SYSTEM, office.id, username="li.min", name="李敏", phone=None, now=now)
        staff.appoint(session, SYSTEM, user.id, office.id, "township_clerk", now=now)
        passwords.replace(session, user.id, credentials.hash_password(PASSWORD), now, must_change=False)
    return user.id


def test_the_right_password_lets_in_and_every_wrong_pair_gets_the_same_answer(
    database: Database, now: datetime, user_id: str
) -> None:
    assert credentials.authenticate(database, " LI.MIN ", PASSWORD, now, "10.0.0.1") == user_id
    answers = set()
    for username, password in (("li.min", "wrong"), ("nobody", PASSWORD), ("", "")):
        with pytest.raises(credentials.LoginRefused) as refused:
            credentials.authenticate(database, username, password, now, "10.0.0.1")
        answers.add(refused.value.message)
    assert len(answers) == 1
    with database.read() as session:
        events = audit.events_of(session, logins.AUDIT_CHAIN)
        assert [event.kind for event in events] == ["logged_in", "login_failed", "login_failed", "login_failed"]
        assert "wrong" not in str(events)


def test_five_failures_close_the_door_for_a_quarter_of_an_hour_from_that_address_only(
    database: Database, now: datetime, user_id: str
) -> None:
    for _ in range(credentials.MAX_FAILURES_PAIR):
        with pytest.raises(credentials.LoginRefused):
            credentials.authenticate(database, "li.min", "wrong", now, "10.0.0.1")
    with pytest.raises(credentials.Throttled, match="15 分钟"):
        credentials.authenticate(database, "li.min", PASSWORD, now, "10.0.0.1")
    assert credentials.authenticate(database, "li.min", PASSWORD, now, "10.0.0.2") == user_id
    later = now + credentials.THROTTLE_WINDOW + timedelta(seconds=1)
    assert credentials.authenticate(database, "li.min", PASSWORD, later, "10.0.0.1") == user_id


def test_a_success_forgets_the_failures_before_it(database: Database, now: datetime, user_id: str) -> None:
    for minute in range(3):
        at = now + timedelta(minutes=minute)
        for _ in range(credentials.MAX_FAILURES_PAIR - 1):
            with pytest.raises(credentials.LoginRefused):
                credentials.authenticate(database, "li.min", "wrong", at, "10.0.0.1")
        at += timedelta(seconds=30)
        assert credentials.authenticate(database, "li.min", PASSWORD, at, "10.0.0.1") == user_id


def test_one_address_cannot_try_many_names_without_end(database: Database, now: datetime) -> None:
    with database.write() as session:
        for number in range(credentials.MAX_FAILURES_ADDRESS):
            session.add(LoginAttempt(username=f"guess{number}", address="10.0.0.9", at=now, succeeded=False))
    with pytest.raises(credentials.Throttled):
        credentials.authenticate(database, "li.min", PASSWORD, now, "10.0.0.9")
    with database.write() as session:
        assert credentials.prune_attempts(session, now) == 0
        assert credentials.prune_attempts(session, now + timedelta(days=91)) == credentials.MAX_FAILURES_ADDRESS


def test_a_closed_account_cannot_log_in_and_its_tokens_end(database: Database, now: datetime, user_id: str) -> None:
    with database.write() as session:
        issued = tokens.issue_token(session, Actor("staff", "李敏", user_id), "统计接口", now)
    with database.write() as session:
        assert tokens.load(session, issued.secret, now).actor.user_id == user_id
        staff.deactivate_user(session, SYSTEM, user_id, now)
        assert tokens.load(session, issued.secret, now) is None
        assert appointed.load_actor(session, user_id, date(2020, 10, 12)) is None
    with pytest.raises(credentials.LoginRefused):
        credentials.authenticate(database, "li.min", PASSWORD, now, "10.0.0.1")


def test_a_token_is_long_hashed_expires_and_can_be_revoked(database: Database, now: datetime, user_id: str) -> None:
    with database.write() as session:
        issued = tokens.issue_token(session, Actor("staff", "李敏", user_id), "统计接口", now, days=1)
        assert len(issued.secret) >= 43
        assert issued.secret not in str(session.execute(select(ApiToken.__table__)).all())
        assert tokens.load(session, issued.secret, now + timedelta(hours=23)).actor.positions == {"township_clerk"}
        assert tokens.load(session, issued.secret, now + timedelta(days=1)) is None
        with pytest.raises(NotFound):
            tokens.revoke(session, SYSTEM, "somebody else", issued.id, now)
        tokens.revoke(session, SYSTEM, user_id, issued.id, now)
        assert tokens.load(session, issued.secret, now) is None
        with pytest.raises(Invalid) as refused:
            tokens.issue_token(session, Actor("staff", "李敏", user_id), " ", now, days=0)
        assert set(refused.value.fields) == {"label", "days"}


def test_a_password_is_stored_as_argon2id(database: Database, user_id: str) -> None:
    with database.write() as session:
        stored = session.scalar(select(User.password_hash).where(User.id == user_id))
        assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_name_that_nobody_has_is_not_written_down(database: Database, now: datetime, user_id: str) -> None:
    """Somebody may have typed the password there."""
    with pytest.raises(credentials.LoginRefused):
        credentials.authenticate(database, "my-secret-password", "x", now, "10.0.0.1")
    with database.read() as session:
        assert "secret" not in str(audit.events_of(session, logins.AUDIT_CHAIN))


def test_visits_of_an_address_are_bounded_and_lock_no_login(database: Database, now: datetime, user_id: str) -> None:
    with database.write() as session:
        for _ in range(2):
            credentials.count_visit(session, "objection", "10.0.0.9", 2, now)
        with pytest.raises(credentials.Throttled):
            credentials.count_visit(session, "objection", "10.0.0.9", 2, now)
        credentials.count_visit(session, "objection", "10.0.0.8", 2, now)
        credentials.count_visit(session, "objection", "10.0.0.9", 2, now + timedelta(minutes=16))
    assert credentials.authenticate(database, "li.min", PASSWORD, now, "10.0.0.9") == user_id
