"""Opening regions and offices, employing people, declaring family ties."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import audit
from app.core import id_number as id_numbers
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Duplicate, Invalid, NotFound
from app.core.ids import new_id
from app.identity import gazetteer, policy, queries, rights
from app.identity.models import ApiToken, Appointment, FamilyTie, Office, Region, User
from app.identity.names import staff_name
from app.identity.positions import CODE_LENGTHS, INSTITUTION, level_of_code, positions_at

AUDIT_CHAIN = "people"
HOTLINE = "12345"
"""The public service hotline: the telephone of an office that has entered none of its own."""

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")


def ensure_region(
    session: Session,
    code: str,
    name: str | None = None,
    *,
    parent_code: str | None = None,
    valid_from: date | None = None,
) -> Region:
    """The region that carries this code today, opened with its missing ancestors where there is none.

    Names come from the public lists, or from the code where those have none. `parent_code` is for a region that does
    not lie where its code says. Raises Invalid when the code has no level's length.
    """
    level = level_of_code(code)
    if level is None:
        raise Invalid({"region": f"行政区划代码 {code} 应为 2、4、6、9 或 12 位数字"})
    found = session.scalar(select(Region).where(Region.code == code, Region.valid_until.is_(None)))
    if found is not None:
        return found
    parent_code = parent_code or _parent_code(code)
    parent = ensure_region(session, parent_code, valid_from=valid_from) if parent_code else None
    return _open_region(session, code, name or gazetteer.name_of(code, level), level, parent, valid_from)


def _parent_code(code: str) -> str | None:
    length = max((length for length in CODE_LENGTHS.values() if length < len(code)), default=None)
    return code[:length] if length else None


def _open_region(
    session: Session, code: str, name: str, level: str, parent: Region | None, valid_from: date | None
) -> Region:
    opened = Region(id=new_id(), code=code, name=name, level=level, valid_from=valid_from)
    if parent is not None:
        opened.parent_id = parent.id
        for column in ("province_id", "city_id", "county_id", "township_id"):
            setattr(opened, column, getattr(parent, column))
    if level != "village":
        setattr(opened, f"{level}_id", opened.id)
    session.add(opened)
    session.flush()
    return opened


def succeed_region(session: Session, old: Region, new: Region, on: date) -> None:
    """`new` takes the place of `old` from a day on (a county moves to another city, a code changes).

    The old region and all below it end that day, the new ones begin; cases of earlier days keep their old ancestors.
    """
    new.succeeds_id = old.id
    session.execute(update(Region).where(queries.within(old), Region.valid_until.is_(None)).values(valid_until=on))
    session.execute(update(Region).where(queries.within(new), Region.valid_from.is_(None)).values(valid_from=on))
    session.flush()


def ensure_office(session: Session, region: queries.RegionRef | Region, **details: str | None) -> queries.OfficeRow:
    """The region's own office, opened where there is none. `details`: name, short_name, phone."""
    known = session.scalar(select(Office.id).where(Office.region_id == region.id, Office.kind == region.level))
    if known is not None:
        return queries.office(session, known)
    opened = Office(
        id=new_id(),
        region_id=region.id,
        county_id=queries.region(session, region.id).county_id,
        kind=region.level,
        name=details.get("name") or gazetteer.office_name(region.name, region.level),
        short_name=details.get("short_name") or gazetteer.short_name(region.name, region.level),
        phone=details.get("phone") or HOTLINE,
    )
    session.add(opened)
    session.flush()
    queries.forget_offices(session)
    return queries.office(session, opened.id)


def add_institution_office(
    session: Session, county_id: str, name: str, *, phone: str | None = None, id: str | None = None
) -> queries.OfficeRow:
    """The office of an institution (供养服务机构) in a county; the one that is there where the name is known."""
    found = queries.institution_office(session, county_id, name)
    if found is not None:
        return found
    opened = Office(
        id=id or new_id(),
        region_id=county_id,
        county_id=county_id,
        kind=INSTITUTION,
        name=name,
        short_name=name[:20],
        phone=phone or HOTLINE,
    )
    session.add(opened)
    session.flush()
    return queries.office(session, opened.id)


def ensure_holders(
    session: Session,
    office: queries.OfficeRow,
    now: datetime,
    *,
    count: int = 2,
    usernames: Mapping[tuple[str, int], str] | None = None,
    hashes: Mapping[str, str] | None = None,
) -> None:
    """At least `count` people for every position of the office; invented ones fill the gaps.

    They cannot log in, unless `usernames` names them by position and number and `hashes` has the password hash of
    their position.
    """
    held = Counter(
        session.scalars(
            select(Appointment.position).where(
                Appointment.office_id == office.id, queries.in_force(Appointment, local_date(now))
            )
        )
    )
    people = []
    for position in positions_at(office.kind):
        for number in range(held[position.key] + 1, count + 1):
            username = (usernames or {}).get((position.key, number))
            user = User(
                id=new_id(),
                username=username or f"{office.id}.{position.key}.{number}",
                name=staff_name(f"{office.region_code}.{office.name}.{position.key}.{number}"),
                password_hash=(hashes or {}).get(position.key) if username else None,
                created_at=now,
            )
            people.append((user, position.key))
    session.add_all(user for user, _ in people)
    session.flush()
    session.add_all(Appointment(user_id=user.id, office_id=office.id, position=key) for user, key in people)
    session.flush()


def ensure_staffed(session: Session, region_code: str, now: datetime) -> queries.RegionChain:
    """The region, its ancestors, their offices and two holders of every position: where a story plays."""
    found = queries.chain(session, ensure_region(session, region_code).id)
    for ref in found.refs:
        ensure_holders(session, ensure_office(session, ref), now)
    return found


def create_user(
    session: Session, actor: Actor, office_id: str, *, username: str, name: str, phone: str | None, now: datetime
) -> User:
    """A person of the staff, without a password yet. The actor administers the office's region.

    Raises NotYours, Invalid (username, name), Duplicate (the username is taken).
    """
    _require_keeper(session, actor, office_id)
    faults = {}
    if not _USERNAME.fullmatch(username):
        faults["username"] = "用户名为 3 至 60 位小写字母、数字、点、横线或下划线，以字母或数字开头"
    if not name.strip():
        faults["name"] = "请填写姓名"
    if faults:
        raise Invalid(faults)
    if session.scalar(select(User.id).where(User.username == username)):
        raise Duplicate("用户名已被占用，请换一个", fields={"username": "用户名已被占用，请换一个"})
    user = User(id=new_id(), username=username, name=name.strip(), phone=phone, created_at=now)
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
    """Give a person a position at an office. Raises NotYours, NotFound, Duplicate, Invalid (position: not of
    this office, or of a duty that must be apart from what the person holds; valid_until).
    """
    office = _require_keeper(session, actor, office_id)
    if session.get(User, user_id) is None:
        raise NotFound("没有这名工作人员")
    if position not in {known.key for known in positions_at(office.kind)}:
        raise Invalid({"position": f"{office.name}没有这个岗位，请选择该单位已有的岗位"})
    others = rights.positions_of(session, user_id, valid_from or local_date(now))
    rights.require_apart(rights.held(session), [*others, position], "同一名工作人员")
    if valid_from and valid_until and valid_until <= valid_from:
        raise Invalid({"valid_until": "结束日期应晚于开始日期"})
    same = select(Appointment.id).where(
        Appointment.user_id == user_id,
        Appointment.office_id == office_id,
        Appointment.position == position,
        Appointment.valid_until.is_(None),
    )
    if session.scalar(same):
        raise Duplicate("该工作人员已在这个岗位上")
    appointment = Appointment(
        id=new_id(),
        user_id=user_id,
        office_id=office_id,
        position=position,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    session.add(appointment)
    session.flush()
    _tell(session, actor, "appointed", now, user_id=user_id, office_id=office_id, position=position, on=valid_from)
    return appointment


def end_appointment(session: Session, actor: Actor, appointment_id: str, on: date, now: datetime) -> None:
    """The person no longer holds the position from `on`. Raises NotFound, NotYours, Invalid, Gone (the last keeper)."""
    appointment = session.get(Appointment, appointment_id)
    if appointment is None:
        raise NotFound("没有这项任职")
    _require_keeper(session, actor, appointment.office_id)
    if appointment.valid_from and on < appointment.valid_from:
        raise Invalid({"on": "离任日期不能早于任职日期"})
    rights.require_left(session, "keep_people", on, Appointment.id == appointment_id)
    appointment.valid_until = on
    session.flush()
    told = {"user_id": appointment.user_id, "office_id": appointment.office_id, "position": appointment.position}
    _tell(session, actor, "appointment_ended", now, on=on, **told)


def deactivate_user(session: Session, actor: Actor, user_id: str, now: datetime) -> None:
    """The person can no longer log in or act, and the person's tokens end. Raises NotFound, NotYours, Gone."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("没有这名工作人员")
    offices = session.scalars(select(Appointment.office_id).where(Appointment.user_id == user_id).distinct()).all()
    for office_id in offices:
        _require_keeper(session, actor, office_id)
    rights.require_left(session, "keep_people", local_date(now), Appointment.user_id == user_id)
    user.active = False
    session.execute(
        update(ApiToken).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None)).values(revoked_at=now)
    )
    session.flush()
    _tell(session, actor, "user_deactivated", now, user_id=user_id)


def declare_tie(session: Session, user_id: str, person_id_number: str, relation: str, on: date) -> None:
    """A person of the staff declares a relative (or 本人) whose cases somebody else must handle (回避).

    Raises Invalid (id_number, relation). Declaring the same person again replaces the relation.
    """
    number = id_numbers.normalise(person_id_number)
    faults = {}
    if not id_numbers.is_valid(number):
        faults["id_number"] = "身份证号码不正确，请核对 18 位号码"
    if not 0 < len(relation.strip()) <= 20:
        faults["relation"] = "请填写与本人的关系（不超过 20 字），例如“父母”“本人”"
    if faults:
        raise Invalid(faults)
    blind = session.info["vault"].blind(number, "person")
    known = session.scalar(select(FamilyTie).where(FamilyTie.user_id == user_id, FamilyTie.person_blind == blind))
    if known is None:
        known = FamilyTie(id=new_id(), user_id=user_id, person_blind=blind)
        session.add(known)
    known.relation, known.declared_on = relation.strip(), on
    session.flush()


def _require_keeper(session: Session, actor: Actor, office_id: str) -> queries.OfficeRow:
    office = queries.office(session, office_id)
    policy.require_covers(session, actor, queries.chain(session, office.region_id), "keep_people")
    return office


def _tell(session: Session, actor: Actor, kind: str, now: datetime, **told: Any) -> None:
    audit.append(session, AUDIT_CHAIN, kind, actor, told, None, now, shared=True)
