"""Who is away (外出、请假), and who does the work meanwhile (代); standing deputies likewise (docs/adr/0047).

A deputy gets the position of the colleague for these days as it is, never more, and only while both are in office.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from app import audit
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Duplicate, Gone, Invalid, NotFound, NotYours
from app.core.ids import new_id
from app.identity import duties, policy, queries
from app.identity.models import Absence, Appointment, Office, User
from app.identity.people import Post, posts_at, posts_of
from app.identity.positions import title_at
from app.identity.queries import in_force, not_over

AUDIT_CHAIN = "people"
LEAVE, TRIP, STANDING = "leave", "trip", "standing"
KINDS: Mapping[str, str] = MappingProxyType({TRIP: "外出", LEAVE: "请假", STANDING: "常设代理"})
LONGEST = timedelta(days=366)
LISTED = 100


@dataclass(frozen=True, slots=True)
class Away:
    """`valid_until` is the day of the return; None for a standing deputy without an end."""

    id: str
    user_id: str
    name: str
    deputy_id: str
    deputy: str
    office: str
    position: str
    kind: str
    valid_from: date
    valid_until: date | None

    @property
    def title(self) -> str:
        return title_at(self.position, self.office)

    @property
    def kind_title(self) -> str:
        return KINDS[self.kind]

    @property
    def last_day(self) -> date | None:
        return self.valid_until - timedelta(days=1) if self.valid_until else None


@dataclass(frozen=True, slots=True)
class Choice:
    """A position that somebody holds, and the colleagues of the office who may stand in."""

    post: Post
    colleagues: list[tuple[str, str]]


def enter(
    session: Session, actor: Actor, appointment_id: str, deputy_id: str, *,
    kind: str, first: date, last: date | None, now: datetime,
) -> Away:  # fmt: skip
    """Somebody is away from `first` to `last`, and the deputy does the work of this position.

    By the person or by a head of the office's region. Raises NotFound, NotYours, Invalid (kind, first, last, deputy),
    Duplicate (this position has a deputy on these days).
    """
    post = session.get(Appointment, appointment_id)
    today = local_date(now)
    if post is None or (post.valid_until and post.valid_until <= today):
        raise NotFound("没有这项任职，请刷新页面")
    _require_own_or_head(session, actor, post.user_id, post.office_id)
    until = _until(kind, first, last, today)
    _require_deputy(session, post, deputy_id, first, until)
    _require_free(session, post, first, until)
    row = Absence(
        id=new_id(), user_id=post.user_id, deputy_id=deputy_id, office_id=post.office_id, position=post.position,
        kind=kind, valid_from=first, valid_until=until, entered_by=actor.user_id, entered_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _tell(session, actor, "absence_entered", row, now)
    return _one(session, row.id)


def end(session: Session, actor: Actor, absence_id: str, now: datetime) -> Away:
    """The colleague is back, from today; what had not begun is called off.

    Raises NotFound, NotYours, Gone (over already).
    """
    row = session.scalar(select(Absence).where(Absence.id == absence_id).with_for_update())
    if row is None:
        raise NotFound("没有这项登记，请刷新页面")
    _require_own_or_head(session, actor, row.user_id, row.office_id)
    today = local_date(now)
    if row.valid_until and row.valid_until <= today:
        raise Gone("这项代理已经结束")
    before = _one(session, row.id)
    row.valid_until = max(today, row.valid_from)  # of what has not begun no day is left
    session.flush()
    _tell(session, actor, "absence_ended", row, now)
    return before


def current(session: Session, actor: Actor, today: date) -> list[Away]:
    """Who is or will be away: the actor, those the actor stands in for, and everybody in a head's offices."""
    own = or_(Absence.user_id == actor.user_id, Absence.deputy_id == actor.user_id)
    seen = or_(own, Absence.office_id.in_(_offices(session, actor)))
    begun = or_(Absence.valid_until.is_(None), Absence.valid_until > Absence.valid_from)
    query = _away_query().where(seen, begun, not_over(Absence, today))
    return [
        Away(*row) for row in session.execute(query.order_by(Absence.valid_from, User.name, Absence.id).limit(LISTED))
    ]


def _one(session: Session, absence_id: str) -> Away:
    return Away(*session.execute(_away_query().where(Absence.id == absence_id)).one())


def _away_query() -> Select[Any]:
    deputy = aliased(User)
    return (
        select(Absence.id, Absence.user_id, User.name, Absence.deputy_id, deputy.name, Office.name, Absence.position,
               Absence.kind, Absence.valid_from, Absence.valid_until)
        .join(User, User.id == Absence.user_id)
        .join(deputy, deputy.id == Absence.deputy_id)
        .join(Office, Office.id == Absence.office_id)
    )  # fmt: skip


def choices(session: Session, actor: Actor, user_id: str, today: date) -> list[Choice]:
    """The positions of somebody, each with the colleagues there. Raises NotYours."""
    posts = [post for post in posts_of(session, [user_id]) if post.state(today) != "over"]
    found = []
    for post in posts:
        _require_own_or_head(session, actor, user_id, post.office_id)
        there = {each.user_id: each.name for each in posts_at(session, post.office_id, today) if each.active}
        there.pop(user_id, None)
        found.append(Choice(post, sorted(there.items(), key=lambda each: (each[1], each[0]))))
    return found


def _require_own_or_head(session: Session, actor: Actor, user_id: str, office_id: str) -> None:
    if user_id != actor.user_id and not policy.directs(session, actor, office_id):
        raise NotYours(f"只有本人或者{policy.who_may(session, policy.DIRECT)}可以登记外出和代理")


def _until(kind: str, first: date, last: date | None, today: date) -> date | None:
    """The day of the return. Raises Invalid."""
    if kind not in KINDS:
        raise Invalid({"kind": "请选择外出、请假或者常设代理"})
    if first < today:
        raise Invalid({"first": "开始日期不能早于今天，已经过去的日子不能再由他人代办"})
    if last is None:
        if kind != STANDING:
            raise Invalid({"last": "请填写最后一天；没有期限的请选“常设代理”"})
        return None
    if last < first:
        raise Invalid({"last": "最后一天不能早于开始日期"})
    if last - first > LONGEST:
        raise Invalid({"last": f"一次最多登记 {LONGEST.days} 天，长期不在的请由系统管理员调整任职"})
    return last + timedelta(days=1)


def _require_deputy(session: Session, post: Appointment, deputy_id: str, first: date, until: date | None) -> None:
    """Of the same office all the time, another person, there on these days, and not of a duty that must be apart."""
    if deputy_id == post.user_id:
        raise Invalid({"deputy": "不能由本人代理，请选择同单位的其他同事"})
    held = select(Appointment.valid_until).join(User, User.id == Appointment.user_id)
    there = Appointment.user_id == deputy_id, Appointment.office_id == post.office_id, User.active
    ends = session.scalars(held.where(*there, in_force(Appointment, first))).all()
    if not ends:
        raise Invalid({"deputy": "代理人须在同一单位任职，请选择同单位的同事"})
    if None not in ends and (until is None or max(each for each in ends if each) < until):
        raise Invalid({"deputy": "代理人在这段时间内离任，请缩短日期或者另选同事"})
    away = _meeting(Absence.user_id == deputy_id, first, until).where(Absence.kind != STANDING)
    if session.scalar(away):
        raise Invalid({"deputy": "代理人这几天也外出或请假，请另选同事"})
    try:
        duties.require_appointable(session, deputy_id, post.position, first, until)
    except Invalid as refused:
        raise Invalid({"deputy": refused.message}) from refused


def _require_free(session: Session, post: Appointment, first: date, until: date | None) -> None:
    same = Absence.user_id == post.user_id, Absence.office_id == post.office_id, Absence.position == post.position
    if session.scalar(_meeting(and_(*same), first, until)):
        raise Duplicate("这个岗位在这几天已有代理人，请先结束原来的登记")


def _meeting(whose: Any, first: date, until: date | None) -> Any:
    """An absence that has a day in common with these."""
    overlaps = or_(Absence.valid_until.is_(None), Absence.valid_until > first)
    before = Absence.valid_from < until if until else Absence.valid_from.is_not(None)
    real = or_(Absence.valid_until.is_(None), Absence.valid_until > Absence.valid_from)
    return select(Absence.id).where(whose, overlaps, before, real).limit(1)


def _offices(session: Session, actor: Actor) -> Any:
    """A sub-select: the offices in the regions that the actor directs."""
    regions = [queries.chain(session, each).nearest for each in sorted(policy.region_ids(actor, policy.DIRECT))]
    inside = [Office.region_id.in_(queries.ids_within(each)) for each in regions]
    return select(Office.id).where(or_(*inside) if inside else Office.id.is_(None))


def _tell(session: Session, actor: Actor, kind: str, row: Absence, now: datetime) -> None:
    told = {
        "user_id": row.user_id, "deputy_id": row.deputy_id, "office_id": row.office_id, "position": row.position,
        "kind": row.kind, "first": row.valid_from, "until": row.valid_until,
    }  # fmt: skip
    audit.append(session, AUDIT_CHAIN, kind, actor, told, None, now, shared=True)
