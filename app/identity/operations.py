"""Opening regions and offices, filling them with invented people, declaring family ties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Date, bindparam, delete, select, update
from sqlalchemy.orm import Session

from app.core import id_number as id_numbers
from app.core.clock import local_date
from app.core.errors import Invalid
from app.core.ids import new_id
from app.db import Prepared, stamps
from app.identity import appointed, gazetteer, queries
from app.identity.models import Appointment, FamilyTie, Office, Region, User
from app.identity.names import staff_name
from app.identity.positions import CODE_LENGTHS, INSTITUTION, level_of_code, positions_at

HOTLINE = "12345"
"""The public service hotline: the telephone of an office that has entered none of its own."""
_HELD = Prepared(
    select(Appointment.position)
    .where(Appointment.office_id == bindparam("office_id"))
    .where(queries.in_force(Appointment, bindparam("on", type_=Date)))
)
"""The positions of an office that somebody holds on the day `on`, each as often as it is held."""


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
    stamps.bump(session, queries.REGIONS)
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
    stamps.bump(session, queries.REGIONS)
    old.successor_id = new.id
    session.execute(update(Region).where(queries.within(old), Region.valid_until.is_(None)).values(valid_until=on))
    session.execute(update(Region).where(queries.within(new), Region.valid_from.is_(None)).values(valid_from=on))
    session.flush()


def ensure_office(session: Session, region: queries.RegionRef | Region, **details: str | None) -> queries.OfficeRow:
    """The region's own office, opened where there is none. `details`: name, short_name, phone."""
    known = session.scalar(select(Office.id).where(Office.region_id == region.id, Office.kind == region.level))
    if known is not None:
        return queries.office(session, known)
    stamps.bump(session, queries.REGIONS)
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
    held = Counter(_HELD.scalars(session, office_id=office.id, on=local_date(now)))
    kinds = positions_at(office.kind)
    missing = [(kind.key, number) for kind in kinds for number in range(held[kind.key] + 1, count + 1)]
    if not missing:
        return
    people = []
    prefix = _invented_logins(session, office)
    for key, number in missing:
        username = (usernames or {}).get((key, number))
        user = User(
            id=new_id(),
            username=username or f"{prefix}.{key}.{number}",
            name=staff_name(f"{office.region_code}.{office.name}.{key}.{number}"),
            password_hash=(hashes or {}).get(key) if username else None,
            created_at=now,
        )
        people.append((user, key))
    session.add_all(user for user, _ in people)
    session.flush()
    session.add_all(Appointment(user_id=user.id, office_id=office.id, position=key) for user, key in people)
    session.flush()


def _invented_logins(session: Session, office: queries.OfficeRow) -> str:
    """What they begin with: the code of the region, told apart where another office has these already."""
    code = office.region_code
    others = select(User.id).join(Appointment, Appointment.user_id == User.id)
    taken = others.where(User.username.startswith(f"{code}."), Appointment.office_id != office.id).limit(1)
    return f"{code}.{office.id[-6:]}" if session.scalar(taken) else code


def ensure_staffed(session: Session, region_code: str, now: datetime) -> queries.RegionChain:
    """The region, its ancestors, their offices and two holders of every position: where a story plays."""
    found = queries.chain(session, ensure_region(session, region_code).id)
    for ref in found.refs:
        ensure_holders(session, ensure_office(session, ref), now)
    return found


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
    stamps.bump(session, appointed.TIES)
    known = session.scalar(select(FamilyTie).where(FamilyTie.user_id == user_id, FamilyTie.person_blind == blind))
    if known is None:
        known = FamilyTie(id=new_id(), user_id=user_id, person_blind=blind)
        session.add(known)
    known.relation, known.declared_on = relation.strip(), on
    session.flush()


def join_ties(session: Session, one: str, other: str) -> list[str]:
    """Two blind indexes are of one person: a tie with either holds for both. Ids of the ties that were added."""
    rows = session.scalars(select(FamilyTie).where(FamilyTie.person_blind.in_((one, other)))).all()
    if rows:
        stamps.bump(session, appointed.TIES)
    have = {(row.user_id, row.person_blind) for row in rows}
    added = [
        FamilyTie(id=new_id(), user_id=row.user_id, person_blind=across, relation=row.relation,
                  declared_on=row.declared_on)
        for row in rows
        if (row.user_id, across := other if row.person_blind == one else one) not in have
    ]  # fmt: skip
    session.add_all(added)
    session.flush()
    return [each.id for each in added]


def drop_ties(session: Session, tie_ids: Sequence[str]) -> None:
    """Take back what `join_ties` added."""
    stamps.bump(session, appointed.TIES)
    session.execute(delete(FamilyTie).where(FamilyTie.id.in_(tie_ids)))
