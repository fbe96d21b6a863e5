"""Grants: what somebody was paid, and the claim that holds it to once (A6)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Table, and_, bindparam, delete, insert, or_, select, true, update
from sqlalchemy.orm import Session

from app import audit
from app.audit import books
from app.core.chinese import chinese_date
from app.core.errors import Duplicate
from app.core.ids import new_id
from app.db import Prepared, insert_if_absent
from app.identity import queries as identity
from app.registry import terms
from app.registry.lookups import AWARD, COVERED, NUMBER, WHO, blind
from app.registry.models import (
    ENDED,
    IN_PAYMENT,
    INSTITUTION_ACCOUNT,
    PAID,
    WITHDRAWN,
    OnceClaim,
    award_columns,
)
from app.registry.people import lock_number, record_person
from app.registry.spelled import NO_COUNTY

_LEVELS = ("province_id", "city_id", "county_id", "township_id", "region_id")
_EARLIER = Prepared(
    select(AWARD.c.starts_on, AWARD.c.region_id)
    .select_from(NUMBER.join(COVERED, COVERED.c.person_id == WHO).join(AWARD, AWARD.c.id == COVERED.c.award_id))
    .where(
        NUMBER.c.blind == bindparam("blind"),
        AWARD.c.programme == bindparam("programme"),
        AWARD.c.status != WITHDRAWN,
        or_(COVERED.c.valid_until.is_(None), COVERED.c.valid_until > COVERED.c.valid_from),
        or_(AWARD.c.case_id.is_(None), AWARD.c.case_id != bindparam("case_id")),
        or_(*(AWARD.c[level] == bindparam("scope") for level in _LEVELS)),
    )
    .order_by(AWARD.c.starts_on)
    .limit(1)
)
CLAIM: Table = OnceClaim.__table__  # type: ignore[assignment]
_KEY = ("programme", "scope_region_id", "person_blind")
# Built once: every payment runs them, and building a statement costs more than running it.
TAKE = Prepared(insert_if_absent(CLAIM, _KEY))
_HOLDER = Prepared(select(CLAIM.c.case_id).where(*(CLAIM.c[name] == bindparam(name) for name in _KEY)))
_INSERT_AWARD = Prepared(insert(AWARD))
_INSERT_COVERED = Prepared(insert(COVERED))


def claim_once(
    session: Session,
    programme: str,
    scope_region_id: str,
    id_number: str,
    case_id: str,
    now: datetime,
    case_seq: int | None = None,
) -> None:
    """Take the person's one grant of the programme within a region (A6). The same case may ask again.

    Raises Duplicate, naming when and where, when it was granted before or another case took it; the constraint makes
    exactly one of two simultaneous cases win.
    """
    index = blind(session, id_number)
    # Before anything is read: a merge of this file copies what it was granted, and must see this claim or precede it.
    lock_number(session, index)
    earlier = _EARLIER.one_or_none(session, blind=index, programme=programme, case_id=case_id, scope=scope_region_id)
    if earlier is not None:
        where = identity.chain(session, earlier.region_id).full_name
        what = f"该申请人已于{chinese_date(earlier.starts_on)}在{where}享受过本项救助"
        raise _duplicate(session, what, scope_region_id)
    claim = {"programme": programme, "scope_region_id": scope_region_id, "person_blind": index}
    taken = {**claim, "id": new_id(), "case_id": case_id, "case_seq": case_seq, "claimed_at": now}
    if TAKE.run(session, taken) == 1:
        return
    if _HOLDER.scalar(session, **claim) != case_id:
        raise _duplicate(session, "该申请人的本项救助已由另一案件确认", scope_region_id)


def _duplicate(session: Session, what: str, scope_region_id: str) -> Duplicate:
    scope = identity.region(session, scope_region_id).name
    return Duplicate(f"{what}，在{scope}范围内只能享受一次，请作不予救助处理", clause="A6")


def release_claims(session: Session, case_id: str, since: int = 0, until: int | None = None) -> None:
    """What the case claimed at audit numbers from `since` to `until` (both included) may be granted again."""
    session.execute(delete(OnceClaim).where(OnceClaim.case_id == case_id, _between(CLAIM, since, until)))


def withdraw_grants(session: Session, case_id: str, since: int = 0, until: int | None = None) -> list[date]:
    """What was to be paid once, by the case's orders of that time, is not received; the days of the grants."""
    mine = (AWARD.c.case_id == case_id) & _between(AWARD, since, until) & (AWARD.c.status == PAID)
    withdrawn = update(AWARD).where(mine).values(status=WITHDRAWN).returning(AWARD.c.starts_on)
    return list(session.scalars(withdrawn))


def _between(table: Table, since: int, until: int | None) -> ColumnElement[bool]:
    upper = true() if until is None else table.c.case_seq <= until
    return and_(table.c.case_seq >= since, upper)


def record_benefit(
    session: Session,
    *,
    programme: str,
    id_number: str,
    region_id: str,
    paid_on: date,
    amount: Decimal | None,
    now: datetime,
    name: str | None = None,
    monthly: bool = False,
    ended_on: date | None = None,
    case_id: str | None = None,
    case_number: str | None = None,
    case_seq: int | None = None,
    institution_id: str | None = None,
    living: bool = False,
) -> str:
    """Record what somebody was paid once, or receives by the month from `paid_on`, in an institution through its
    account (E18); returns its id. With `living`, raises NotEligible where the registry knows of his death.
    """
    columns = award_columns(identity.chain(session, region_id))
    county_id = columns["county_id"] or NO_COUNTY
    person_id = record_person(session, id_number, name, now, living=living, county_id=county_id)
    status = PAID if not monthly else ENDED if ended_on else IN_PAYMENT
    row = {
        "id": new_id(),
        "programme": programme,
        "person_id": person_id,
        "monthly": monthly,
        "amount": amount,
        "starts_on": paid_on,
        "ended_on": ended_on,
        "status": status,
        "case_id": case_id,
        "case_number": case_number,
        "case_seq": case_seq,
        "recorded_at": now,
        "institution_id": institution_id,
        "channel": (channel := INSTITUTION_ACCOUNT if institution_id else None),
        **columns,
    }
    _INSERT_AWARD.run_all(session, [row])
    audit.witness(session, books.AWARD, row["id"], amount)
    _INSERT_COVERED.run_all(session, [{"award_id": row["id"], "person_id": person_id, "valid_from": paid_on}])
    if monthly:
        terms.note(session, row["id"], paid_on, now, amount=amount, channel=channel, institution_id=institution_id)
    return row["id"]
