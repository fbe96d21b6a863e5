"""Institutions (供养服务机构) and their places."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import insert, or_, update
from sqlalchemy.orm import Session

from app.core.errors import Invalid
from app.core.ids import new_id
from app.db import rows_changed
from app.identity import operations as identity
from app.registry.houses import InstitutionRow, institution_named
from app.registry.models import CHILDREN, ELDERLY, Institution


def register_institution(
    session: Session,
    *,
    name: str,
    county_id: str,
    beds: int | None,
    now: datetime,
    id: str | None = None,
    office_id: str | None = None,
    kind: str | None = None,
    phone: str | None = None,
    case_id: str | None = None,
    case_seq: int | None = None,
) -> InstitutionRow:
    """The institution of this name in the county, opened with its office where there is none.

    `kind` is `elderly` or `children` (儿童福利机构, E4); without it the name decides.
    Raises Invalid (name, beds).
    """
    name = name.strip()
    found = institution_named(session, county_id, name) or _registered_again(
        session, county_id, name, case_id, case_seq
    )
    if found is not None:
        return found
    _require_sound(name, beds)
    office = identity.add_institution_office(session, county_id, name, phone=phone, id=office_id)
    row = InstitutionRow(
        id=id or new_id(),
        office_id=office.id,
        name=name,
        beds=beds,
        free=beds,
        kind=kind or (CHILDREN if "儿童" in name else ELDERLY),
    )
    session.execute(insert(Institution), [{**asdict(row), "county_id": county_id, "recorded_at": now,
                                           "case_id": case_id, "case_seq": case_seq}])  # fmt: skip
    return row


def _require_sound(name: str, beds: int | None) -> None:
    faults = {}
    if not 0 < len(name) <= 80:
        faults["name"] = "请填写机构名称（不超过 80 字）"
    if beds is not None and beds < 0:
        faults["beds"] = "床位数不能为负数"
    if faults:
        raise Invalid(faults)


def _registered_again(
    session: Session, county_id: str, name: str, case_id: str | None, case_seq: int | None
) -> InstitutionRow | None:
    """One whose registration was taken back keeps its place in the books."""
    same = (Institution.county_id == county_id) & (Institution.name == name) & Institution.withdrawn_at.is_not(None)
    again = {"withdrawn_at": None, "case_id": case_id, "case_seq": case_seq}
    if rows_changed(session, update(Institution).where(same).values(**again)) == 0:
        return None
    return institution_named(session, county_id, name)


def take_place(session: Session, institution_id: str) -> bool:
    """Take a bed; False when none is free. Where nobody said how many beds there are, one always is."""
    return _move(session, institution_id, -1, Institution.free > 0)


def free_place(session: Session, institution_id: str) -> bool:
    """Give a bed back; False when all were free."""
    return _move(session, institution_id, 1, Institution.free < Institution.beds)


def _move(session: Session, institution_id: str, step: int, possible: object) -> bool:
    moved = session.execute(
        update(Institution)
        .where(Institution.id == institution_id, or_(Institution.beds.is_(None), possible))  # type: ignore[arg-type]
        .values(free=Institution.free + step)
        .returning(Institution.id)
        .execution_options(synchronize_session=False)
    )
    return moved.first() is not None
