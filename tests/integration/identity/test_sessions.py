"""Sessions end on the server; what replaces a password ends them; a second factor is asked for and used once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import SYSTEM, Actor
from app.core.entry import FACTOR, PASSWORD, AccountRules
from app.core.errors import Duplicate, Gone, Invalid, NotFound, NotYours
from app.db import Database
from app.identity import (
    appointed,
    credentials,
    factor,
    logins,
    one_time,
    operations,
    oversight,
    passwords,
    queries,
    rights,
    sessions,
    staff,
)
from app.identity.models import FormerPassword, LoginSession, RecoveryCode, SecondFactor, User
from tests.support.statements import counted

RULES = AccountRules(history=3)
GOOD = ["correct horse battery", "another staple garden", "yellow lamp on the hill", "seven quiet rivers west"]
ADDRESS = "10.0.0.1"


@pytest.fixture
def clerk(database: Database, now: datetime) -> Actor:
    """李敏 of the township, with a password of her own."""
    with database.write() as session:
        rights.seed(session)
        chain = operations.ensure_staffed(session, "220122100", now)
        office = queries.office_of(session, chain, "township_clerk")
        assert office is not None
        user = staff.create_user(session, SYSTEM, office.id, username="li.min", name="李敏", phone=None, now=now)
        staff.appoint(session, SYSTEM, user.id, office.id, "township_clerk", now=now)
        passwords.replace(session, user.id, credentials.hash_password(GOOD[0]), now, must_change=False)
        actor = appointed.load_actor(session, user.id, now.date())
    assert actor is not None
    return actor


def begin(database: Database, actor: Actor, now: datetime) -> tuple[str, str]:
    with database.write() as session:
        return sessions.begin(session, actor.user_id or "", now, address=ADDRESS, agent="Firefox", rules=RULES)


def owes(database: Database, key: str, now: datetime) -> str | None:
    """What the session owes; it must be alive."""
    with database.read() as session:
        entry = sessions.load(session, key, now, rules=RULES)
    assert entry is not None
    return entry.owes


def alive(database: Database, key: str, now: datetime) -> bool:
    with database.read() as session:
        return sessions.load(session, key, now, rules=RULES) is not None


def told(database: Database) -> list[str]:
    with database.read() as session:
        return [event.kind for event in audit.events_of(session, logins.AUDIT_CHAIN)]


def test_a_key_is_long_hashed_and_read_in_one_statement(database: Database, clerk: Actor, now: datetime) -> None:
    _, key = begin(database, clerk, now)
    assert len(key) >= 43
    with database.read() as session:
        assert key not in str(session.execute(select(LoginSession.__table__)).all())
        with counted(session) as sent:
            entry = sessions.load(session, key, now, rules=RULES)
        assert (entry.actor, len(sent)) == (clerk, 1)


def test_a_session_ends_idle_old_logged_out_or_ended(database: Database, clerk: Actor, now: datetime) -> None:
    mine, key = begin(database, clerk, now)
    other, copied = begin(database, clerk, now)
    almost = now + RULES.idle - timedelta(seconds=1)
    assert alive(database, key, almost)
    assert not alive(database, key, now + RULES.idle)
    with database.write() as session:
        sessions.note_use(session, mine, almost)
    assert alive(database, key, now + RULES.idle)
    with database.write() as session:
        sessions.note_use(session, mine, now + RULES.longest)
    assert not alive(database, key, now + RULES.longest)
    with database.write() as session:
        sessions.end_own(session, clerk, mine, now)
        with pytest.raises(NotFound):
            sessions.end_own(session, clerk, mine, now)
        with pytest.raises(NotFound):
            sessions.end_own(session, Actor("staff", "别人", "other"), other, now)
    assert (alive(database, key, now), alive(database, copied, now)) == (False, True)
    with database.write() as session:
        sessions.log_out(session, copied, now, ADDRESS)
        sessions.log_out(session, copied, now, ADDRESS)
    assert not alive(database, copied, now)
    assert told(database) == ["session_revoked", "logged_out"]


def test_whatever_replaces_a_password_or_closes_the_account_ends_the_sessions(
    database: Database, clerk: Actor, now: datetime
) -> None:
    user_id = clerk.user_id or ""
    (mine, key), (_, other) = begin(database, clerk, now), begin(database, clerk, now)
    with database.write() as session:
        _change(session, clerk, GOOD[1], now, keep=mine)
    assert (alive(database, key, now), alive(database, other, now)) == (True, False)
    with database.write() as session:
        one_time.give(session, user_id, now)
    assert not alive(database, key, now)
    _, key = begin(database, clerk, now)
    with database.write() as session:
        staff.deactivate_user(session, SYSTEM, user_id, now)
        session.get(User, user_id).active = True  # whoever takes the person back does not take the sessions back
    assert not alive(database, key, now)


def test_a_password_that_was_handed_out_or_is_too_old_must_be_changed(
    database: Database, clerk: Actor, now: datetime
) -> None:
    with database.write() as session:
        given = one_time.give(session, clerk.user_id or "", now)
    assert credentials.authenticate(database, "li.min", given, now, ADDRESS) == clerk.user_id
    mine, key = begin(database, clerk, now)
    assert owes(database, key, now) == PASSWORD
    with database.write() as session:
        _change(session, clerk, GOOD[1], now, keep=mine)
    assert owes(database, key, now) is None
    ageing = AccountRules(age=timedelta(days=90), idle=timedelta(days=99), longest=timedelta(days=99))
    with database.write() as session:
        _, key = sessions.begin(session, clerk.user_id or "", now, address="", agent="", rules=ageing)
        for days, owed in ((89, None), (90, PASSWORD)):
            assert sessions.load(session, key, now + timedelta(days=days), rules=ageing).owes == owed


def test_the_latest_passwords_are_not_used_again(database: Database, clerk: Actor, now: datetime) -> None:
    for minute, password in enumerate(GOOD[1:], start=1):
        with database.write() as session:
            with pytest.raises(Invalid, match="最近 3 个用过的密码不能再用"):
                _change(session, clerk, GOOD[minute - 1], now)
            _change(session, clerk, password, now + timedelta(minutes=minute))
    with database.write() as session:
        assert len(session.scalars(select(FormerPassword)).all()) == RULES.history - 1
        with pytest.raises(Invalid, match="最近 3 个"):
            _change(session, clerk, GOOD[1], now)
        _change(session, clerk, GOOD[0], now + timedelta(hours=1))


def _change(session: Session, who: Actor, password: str, now: datetime, **how: Any) -> None:
    """As the page does, in one transaction."""
    passwords.change(session, who, passwords.hashed(session, who, password, RULES), now, rules=RULES, **how)


def bind(database: Database, actor: Actor, session_id: str, now: datetime) -> tuple[pyotp.TOTP, list[str]]:
    with database.write() as session:
        factor.begin(session, actor, now)
        state = factor.state_of(session, actor.user_id or "")
        assert state.secret
        assert state.secret.encode() not in session.get(SecondFactor, actor.user_id).secret
    totp = pyotp.TOTP(state.secret)
    return totp, factor.confirm(database, actor, session_id, totp.at(now), now, ADDRESS)


def test_a_code_lets_in_once(database: Database, clerk: Actor, now: datetime) -> None:
    mine, key = begin(database, clerk, now)
    totp, _ = bind(database, clerk, mine, now)
    assert owes(database, key, now) is None
    other, second = begin(database, clerk, now)
    assert owes(database, second, now) == FACTOR
    later = now + timedelta(seconds=60)
    for wrong in (totp.at(now), totp.at(now - timedelta(minutes=5)), "000000", ""):
        with pytest.raises(factor.WrongCode):
            factor.verify(database, clerk, other, wrong, later, ADDRESS)
    assert owes(database, second, later) == FACTOR
    code = totp.at(later)
    factor.verify(database, clerk, other, f" {code[:3]} {code[3:]} ", later, ADDRESS)
    assert owes(database, second, later) is None
    third, _ = begin(database, clerk, later)
    with pytest.raises(factor.WrongCode):
        factor.verify(database, clerk, third, code, later, ADDRESS)
    assert code not in str(told(database))


def test_codes_are_throttled_as_passwords_are(database: Database, clerk: Actor, now: datetime) -> None:
    mine, _ = begin(database, clerk, now)
    totp, _ = bind(database, clerk, mine, now)
    later = now + timedelta(minutes=1)
    for _ in range(credentials.MAX_FAILURES_PAIR):
        with pytest.raises(factor.WrongCode):
            factor.verify(database, clerk, mine, "123456", later, ADDRESS)
    with pytest.raises(credentials.Throttled):
        factor.verify(database, clerk, mine, totp.at(later), later, ADDRESS)


def test_a_recovery_code_lets_in_once_and_unbinds(database: Database, clerk: Actor, now: datetime) -> None:
    mine, _ = begin(database, clerk, now)
    _, codes = bind(database, clerk, mine, now)
    assert len(set(codes)) == factor.RECOVERY_CODES
    with database.read() as session:
        assert codes[0] not in str(session.execute(select(RecoveryCode.__table__)).all())
    other, key = begin(database, clerk, now)
    factor.verify(database, clerk, other, codes[0].upper(), now, ADDRESS)
    assert owes(database, key, now) is None
    with pytest.raises(factor.WrongCode):
        factor.verify(database, clerk, other, codes[0], now, ADDRESS)
    with database.write() as session, pytest.raises(Duplicate, match="先解除绑定"):
        factor.begin(session, clerk, now)
    factor.remove(database, clerk, other, codes[1], now, ADDRESS)
    with database.read() as session:
        assert factor.state_of(session, clerk.user_id or "") == factor.State()


def test_a_position_needs_a_factor_and_an_officer_resets_it(database: Database, clerk: Actor, now: datetime) -> None:
    officer = _officer(database, clerk, now)
    mine, key = begin(database, clerk, now)
    with database.write() as session:
        with pytest.raises(NotYours, match="安全管理员"):
            oversight.require_factor(session, clerk, "township_clerk", now)
        oversight.require_factor(session, officer, "township_clerk", now)
    assert owes(database, key, now) == FACTOR
    bind(database, clerk, mine, now)
    assert owes(database, key, now) is None
    with database.write() as session:
        found = oversight.overview(session, officer, now, RULES, "li.m")
        assert [(row.id, row.name) for row in found.sessions] == [(mine, "李敏")]
        assert [(row.username, found.positions) for row in found.bound] == [("li.min", {"township_clerk"})]
        oversight.reset_factor(session, officer, clerk.user_id or "", now)
        with pytest.raises(Gone, match="没有绑定"):
            oversight.reset_factor(session, officer, clerk.user_id or "", now)
    assert not alive(database, key, now)
    _, key = begin(database, clerk, now)
    assert owes(database, key, now) == FACTOR
    with database.write() as session:
        oversight.waive_factor(session, officer, "township_clerk", now)
    assert owes(database, key, now) is None
    assert told(database) == ["factor_required", "factor_bound", "factor_reset", "factor_waived"]


def test_an_officer_reaches_only_the_people_of_the_own_regions(database: Database, clerk: Actor, now: datetime) -> None:
    with database.write() as session:
        elsewhere = operations.ensure_staffed(session, "220104001", now)
    officer = _officer(database, clerk, now, elsewhere)
    mine, key = begin(database, clerk, now)
    with database.write() as session:
        assert oversight.overview(session, officer, now, RULES).sessions == []
        for act in (lambda: oversight.end_session(session, officer, mine, now),
                    lambda: oversight.reset_factor(session, officer, clerk.user_id, now)):  # fmt: skip
            with pytest.raises(NotYours, match="安全管理员"):
                act()
    assert alive(database, key, now)
    with database.write() as session:
        oversight.end_session(session, _officer(database, clerk, now), mine, now)
    assert not alive(database, key, now)


def _officer(database: Database, clerk: Actor, now: datetime, chain: queries.RegionChain | None = None) -> Actor:
    """A security officer of the county, the clerk's where none is said."""
    with database.read() as session:
        chain = chain or queries.chain(session, clerk.appointments[0].region_id)
        office = queries.offices_of(session, chain)["county"]
        user_id = appointed.holders(session, f"security_officer@{office.id}", now.date())[0].user_id
        actor = appointed.load_actor(session, user_id, now.date())
    assert actor is not None
    return actor
