"""What security officers see and end (安全管理): sessions and tokens of their people, and the second factor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, or_, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import local_date
from app.core.entry import AccountRules
from app.core.errors import Duplicate, Gone, Invalid, NotFound
from app.db.spelling import contains
from app.identity import factor, logins, policy, queries, sessions, tokens
from app.identity.models import ApiToken, Appointment, FactorPosition, LoginSession, Office, Region, SecondFactor, User
from app.identity.positions import POSITIONS

CAPABILITY = "keep_logins"
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Bound:
    """Somebody with a second factor."""

    user_id: str
    username: str
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Overview:
    """What works now in the officer's regions, at most `SHOWN` of each, and the positions that need two factors."""

    sessions: list[sessions.SessionRow]
    tokens: list[tokens.TokenRow]
    bound: list[Bound]
    positions: frozenset[str]


def overview(session: Session, actor: Actor, now: datetime, rules: AccountRules, text: str = "") -> Overview:
    """For people whose name or login contains `text`. Raises NotYours."""
    policy.require_any(session, actor, CAPABILITY)
    theirs: list[ColumnElement[bool]] = [User.id.in_(_people(actor))]
    if text:
        theirs.append(or_(contains(User.name, text), User.username.contains(text.lower(), autoescape=True)))
    bound = select(User.id, User.username, User.name, SecondFactor.confirmed_at).join(
        SecondFactor, SecondFactor.id == User.id
    )
    bound = bound.where(SecondFactor.confirmed_at.is_not(None), *theirs).order_by(User.username).limit(SHOWN)
    return Overview(
        sessions.live(session, now, rules, *theirs, limit=SHOWN),
        tokens.working(session, now, *theirs, limit=SHOWN),
        [Bound(*row) for row in session.execute(bound)],
        positions_with_factor(session),
    )


def positions_with_factor(session: Session) -> frozenset[str]:
    """The positions whose holders need a second factor."""
    return frozenset(session.scalars(select(FactorPosition.position)))


def end_session(session: Session, actor: Actor, session_id: str, now: datetime) -> None:
    """End somebody's session. Raises NotYours, NotFound."""
    user_id = session.scalar(select(LoginSession.user_id).where(LoginSession.id == session_id))
    _require_keeper(session, actor, user_id, now)
    if not sessions.end(session, session_id, now):
        raise NotFound("这个登录已经退出")
    logins.tell(session, "session_revoked", actor, now, user_id=user_id, session_id=session_id)


def revoke_token(session: Session, actor: Actor, token_id: str, now: datetime) -> None:
    """End somebody's token. Raises NotYours, NotFound."""
    user_id = session.scalar(select(ApiToken.user_id).where(ApiToken.id == token_id))
    _require_keeper(session, actor, user_id, now)
    tokens.revoke(session, actor, user_id or "", token_id, now)


def reset_factor(session: Session, actor: Actor, user_id: str, now: datetime) -> None:
    """Somebody lost telephone and recovery codes: unbind, and end every session. Raises NotYours, NotFound, Gone."""
    _require_keeper(session, actor, user_id, now)
    if user_id == actor.user_id:
        raise Gone("不能重置自己的二次验证，请用恢复码解除绑定，或者请另一名安全管理员重置")
    if not factor.forget(session, user_id):
        raise Gone("这名工作人员没有绑定二次验证，不需要重置")
    sessions.end_all(session, user_id, now)
    logins.tell(session, "factor_reset", actor, now, user_id=user_id)


def require_factor(session: Session, actor: Actor, position: str, now: datetime) -> None:
    """Holders of the position need a second factor from their next click on. Raises NotYours, Invalid, Duplicate."""
    known = _position(session, actor, position)
    if position in positions_with_factor(session):
        raise Duplicate(f"{known}已要求二次验证")
    session.add(FactorPosition(position=position))
    session.flush()
    logins.tell(session, "factor_required", actor, now, position=position)


def waive_factor(session: Session, actor: Actor, position: str, now: datetime) -> None:
    """Who has bound an authenticator goes on using it; nobody else needs one. Raises NotYours, Invalid, Gone."""
    known = _position(session, actor, position)
    waived = delete(FactorPosition).where(FactorPosition.position == position)
    if session.execute(waived.returning(FactorPosition.position)).first() is None:
        raise Gone(f"{known}没有要求二次验证")
    logins.tell(session, "factor_waived", actor, now, position=position)


def _position(session: Session, actor: Actor, position: str) -> str:
    policy.require_any(session, actor, CAPABILITY)
    known = POSITIONS.get(position)
    if known is None:
        raise Invalid({"position": f"没有名为“{position}”的岗位，请从列表里选择"})
    return known.title


def _people(actor: Actor) -> Select[tuple[str]]:
    """A sub-select of the people who hold or held a position in the officer's regions."""
    region_ids = policy.region_ids(actor, CAPABILITY)
    columns = (Region.id, Region.township_id, Region.county_id, Region.city_id, Region.province_id)
    inside = or_(*(column.in_(region_ids) for column in columns))
    held = select(Appointment.user_id).join(Office, Office.id == Appointment.office_id)
    return held.join(Region, Region.id == Office.region_id).where(inside)


def _require_keeper(session: Session, actor: Actor, user_id: str | None, now: datetime) -> None:
    """Raises NotFound; NotYours where the officer does not reach every office at which the person has a position."""
    policy.require_any(session, actor, CAPABILITY)
    if user_id is None or session.get(User, user_id) is None:
        raise NotFound("没有这一项，请回到列表重新选择")
    today = local_date(now)
    still = or_(Appointment.valid_until.is_(None), Appointment.valid_until > today)
    region_ids = select(Office.region_id).join(Appointment, Appointment.office_id == Office.id)
    for region_id in session.scalars(region_ids.where(Appointment.user_id == user_id, still).distinct()).all():
        policy.require_covers(session, actor, queries.chain(session, region_id), CAPABILITY)
