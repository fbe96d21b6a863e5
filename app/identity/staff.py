"""People of the staff (工作人员): accounts, and the positions that they hold at offices."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Duplicate, Gone, Invalid, NotFound
from app.core.ids import new_id
from app.identity import appointed, duties, one_time, policy, queries, rights, sessions
from app.identity.capabilities import DUTY_POSITIONS
from app.identity.models import ApiToken, Appointment, User
from app.identity.positions import positions_at, title_at

AUDIT_CHAIN = "people"
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")
LONGEST_NAME, LONGEST_PHONE = 40, 30
USERNAME_RULE = "用户名为 3 至 60 位小写字母、数字、点、横线或下划线，以字母或数字开头"


def create_user(
    session: Session, actor: Actor, office_id: str, *, username: str, name: str, phone: str | None, now: datetime
) -> User:
    """A person of the staff, without a password yet. The actor administers the office's region.

    Raises NotYours, Invalid (username, name, phone), Duplicate (the username is taken).
    """
    _require_keeper(session, actor, office_id)
    faults = {} if USERNAME.fullmatch(username) else {"username": USERNAME_RULE}
    name, phone = _named(name, phone, faults)
    if session.scalar(select(User.id).where(User.username == username)):
        raise Duplicate("用户名已被占用，请换一个", fields={"username": "用户名已被占用，请换一个"})
    user = User(id=new_id(), username=username, name=name, phone=phone, created_at=now)
    session.add(user)
    session.flush()
    _tell(session, actor, "user_created", now, user_id=user.id, username=username, office_id=office_id)
    return user


def appoint(
    session: Session,
    actor: Actor,
    user_id: str,
    office_id: str,
    position: str,
    *,
    now: datetime,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Appointment:
    """Give a person a position at an office, from today where no day is said.

    Raises NotYours, NotFound, Duplicate, Invalid (position: not of this office, or of a duty that must be apart from
    what the person holds; valid_until).
    """
    office = _require_keeper(session, actor, office_id)
    if session.get(User, user_id) is None:
        raise NotFound("没有这名工作人员")
    if position not in {known.key for known in positions_at(office.kind)}:
        raise Invalid({"position": f"{office.name}没有这个岗位，请选择该单位已有的岗位"})
    begins = valid_from or local_date(now)
    if valid_until and valid_until <= begins:
        raise Invalid({"valid_until": "结束日期应晚于开始日期"})
    duties.require_appointable(session, user_id, position, begins, valid_until)
    _require_not_there(session, user_id, office_id, position)
    appointment = Appointment(
        id=new_id(),
        user_id=user_id,
        office_id=office_id,
        position=position,
        valid_from=begins,
        valid_until=valid_until,
    )
    session.add(appointment)
    session.flush()
    _tell(session, actor, "appointed", now, user_id=user_id, office_id=office_id, position=position, on=begins)
    return appointment


def _require_not_there(session: Session, user_id: str, office_id: str, position: str) -> None:
    same = select(Appointment.id).where(
        Appointment.user_id == user_id,
        Appointment.office_id == office_id,
        Appointment.position == position,
        Appointment.valid_until.is_(None),
    )
    if session.scalar(same):
        raise Duplicate("该工作人员已在这个岗位上")


def open_duty(
    session: Session,
    actor: Actor,
    office_id: str,
    duty: str,
    *,
    username: str,
    name: str,
    phone: str | None,
    now: datetime,
) -> str:
    """The first person with a duty where nobody has it yet; returns the one-time password.

    `duty` is one of `capabilities.DUTIES`. Raises Duplicate where somebody has it already, and what `create_user` does.
    """
    office = queries.office(session, office_id)
    position = DUTY_POSITIONS[duty]
    chain = queries.chain(session, office.region_id)
    for held in queries.offices_of(session, chain).values():
        for holder in appointed.holders(session, f"{position}@{held.id}", local_date(now)):
            told = (
                f"{held.name}已有{title_at(position, held.name)}{holder.name}，请由系统管理员在“机构和人员”里添加其他人"
            )
            raise Duplicate(f"{told}；忘记密码请用 doudi admin reset")
    user = create_user(session, actor, office_id, username=username, name=name, phone=phone, now=now)
    appoint(session, actor, user.id, office_id, position, now=now)
    return one_time.give(session, user.id, now)


def correct_user(session: Session, actor: Actor, user_id: str, name: str, phone: str, now: datetime) -> None:
    """Write name and phone as they should be; what is signed already keeps the name it was signed with.

    Raises NotFound, NotYours, Invalid (name, phone).
    """
    user = kept(session, actor, user_id)
    before = user.name, user.phone
    user.name, user.phone = _named(name, phone, {})
    if before != (user.name, user.phone):
        session.flush()
        changes = {"name": [before[0], user.name], "phone": [before[1], user.phone]}
        _tell(session, actor, "user_corrected", now, user_id=user_id, **changes)


def _named(name: str, phone: str | None, faults: dict[str, str]) -> tuple[str, str | None]:
    """Both without blanks around them. Raises Invalid with these and earlier faults."""
    name, phone = name.strip(), (phone or "").strip() or None
    if not name:
        faults["name"] = "请填写姓名"
    elif len(name) > LONGEST_NAME:
        faults["name"] = f"姓名超过 {LONGEST_NAME} 个字，请缩短"
    if phone and len(phone) > LONGEST_PHONE:
        faults["phone"] = f"电话超过 {LONGEST_PHONE} 个字，请只写一个号码"
    if faults:
        raise Invalid(faults)
    return name, phone


def reset_password(session: Session, actor: Actor, user_id: str, now: datetime) -> str:
    """A new one-time password for somebody who cannot log in. Raises NotFound, NotYours, Gone (a closed account)."""
    user = kept(session, actor, user_id)
    if not user.active:
        raise Gone(f"{user.name}的账号已停用，请先恢复账号再重置密码")
    password = one_time.give(session, user_id, now)
    _tell(session, actor, "password_reset", now, user_id=user_id)
    return password


def user_of(session: Session, username: str) -> str:
    """The id of the active person who logs in under this name. Raises Invalid (login)."""
    found = session.scalar(select(User.id).where(User.username == username.strip().lower(), User.active))
    if found is None:
        raise Invalid({"login": f"没有用户名为“{username}”的在用账号，请核对，或者新增人员"})
    return found


def kept(session: Session, actor: Actor, user_id: str) -> User:
    """The person, where the actor keeps every office at which the person holds or held a position.

    Raises NotFound, NotYours.
    """
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("没有这名工作人员")
    offices = session.scalars(select(Appointment.office_id).where(Appointment.user_id == user_id).distinct()).all()
    for office_id in offices:
        _require_keeper(session, actor, office_id)
    if not offices:
        policy.require_any(session, actor, "keep_people")
    return user


def end_appointment(session: Session, actor: Actor, appointment_id: str, on: date, now: datetime) -> str:
    """The person, whose id is returned, no longer holds the position from `on`; what was claimed is `inbox.staffing`'s.

    Raises NotFound, NotYours, Invalid, Gone (the last keeper).
    """
    appointment = session.get(Appointment, appointment_id)
    if appointment is None:
        raise NotFound("没有这项任职")
    _require_keeper(session, actor, appointment.office_id)
    if appointment.valid_from and on < appointment.valid_from:
        raise Invalid({"on": "离任日期不能早于任职日期"})
    if appointment.valid_until and on > appointment.valid_until:
        over = f"这项任职到 {appointment.valid_until} 为止，离任日期不能更晚；要继续任职请重新任命"
        raise Invalid({"on": over})
    rights.require_left(session, "keep_people", on, Appointment.id == appointment_id)
    appointment.valid_until = on
    session.flush()
    told = {"user_id": appointment.user_id, "office_id": appointment.office_id, "position": appointment.position}
    _tell(session, actor, "appointment_ended", now, on=on, **told)
    return appointment.user_id


def reopen_appointment(session: Session, actor: Actor, appointment_id: str, now: datetime) -> None:
    """Take back that an appointment ends, on the day itself at the latest. Raises NotFound, NotYours, Gone, Invalid."""
    appointment = session.get(Appointment, appointment_id)
    if appointment is None:
        raise NotFound("没有这项任职")
    _require_keeper(session, actor, appointment.office_id)
    today = local_date(now)
    if appointment.valid_until is None or appointment.valid_until < today:
        raise Gone("这项任职没有结束，或者已经结束多日；要继续任职请重新任命")
    duties.require_appointable(session, appointment.user_id, appointment.position, today, None)
    told = {"user_id": appointment.user_id, "office_id": appointment.office_id, "position": appointment.position}
    appointment.valid_until = None
    session.flush()
    _tell(session, actor, "appointment_reopened", now, **told)


def restore_user(session: Session, actor: Actor, user_id: str, now: datetime) -> None:
    """Let somebody whose account was closed log in again. Raises NotFound, NotYours, Gone."""
    user = kept(session, actor, user_id)
    if user.active:
        raise Gone(f"{user.name}的账号没有停用")
    user.active = True
    session.flush()
    _tell(session, actor, "user_restored", now, user_id=user_id)


def deactivate_user(session: Session, actor: Actor, user_id: str, now: datetime) -> None:
    """The person can no longer log in or act; sessions and tokens end. Raises NotFound, NotYours, Gone."""
    user = kept(session, actor, user_id)
    rights.require_left(session, "keep_people", local_date(now), Appointment.user_id == user_id)
    user.active = False
    sessions.end_all(session, user_id, now)
    session.execute(
        update(ApiToken).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None)).values(revoked_at=now)
    )
    session.flush()
    _tell(session, actor, "user_deactivated", now, user_id=user_id)


def _require_keeper(session: Session, actor: Actor, office_id: str) -> queries.OfficeRow:
    office = queries.office(session, office_id)
    policy.require_covers(session, actor, queries.chain(session, office.region_id), "keep_people")
    return office


def _tell(session: Session, actor: Actor, kind: str, now: datetime, **told: Any) -> None:
    audit.append(session, AUDIT_CHAIN, kind, actor, told, None, now, shared=True)
