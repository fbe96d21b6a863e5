"""The bank account of an institution (E18): entered by one person, and counting once another has confirmed it.

Until then money goes to the account that counted before, or nowhere. Every act is in the chain of the institution.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app import audit
from app.core import bank_account
from app.core.actor import Actor
from app.core.chinese import mask_account
from app.core.errors import Duplicate, Gone, Invalid, NotFound, NotYours
from app.core.ids import new_id
from app.db import rows_changed
from app.identity import appointed, policy, queries
from app.registry.models import Institution, InstitutionAccount
from app.registry.models.institutions import IN_FORCE, PENDING, REJECTED, SUPERSEDED

RIGHT = "keep_institutions"
SEALED, ENTERED = ("institution", "account"), ("institution_account", "number")
SHORTEST, LONGEST = 4, 200
TAKEN_FOR_GRANTED = "演示或者故事中已有的账号"
_ROW = InstitutionAccount


@dataclass(frozen=True, slots=True)
class Change:
    """An account that was entered for an institution, and what became of it. `number` is whole while it waits."""

    id: str
    institution_id: str
    number: str
    basis: str
    state: str
    entered_by_id: str | None
    entered_by: str | None
    entered_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision: str | None


def propose(session: Session, actor: Actor, institution_id: str, number: str, basis: str, now: datetime) -> str:
    """Enter an account; it waits for `confirm`. Its id.

    Raises NotFound, NotYours, Duplicate (another one waits), Invalid (account, basis).
    """
    house = _locked(session, actor, institution_id)
    digits, faults = number.replace(" ", ""), {}
    if not bank_account.is_valid(digits):
        faults["account"] = "请填写机构的银行账号（12 到 19 位数字）"
    elif digits == _counting(session, house):
        faults["account"] = "与现在登记的账号相同，不需要变更"
    if not SHORTEST <= len(basis.strip()) <= LONGEST:
        faults["basis"] = f"请写明账号的依据，例如机构来函的日期和文号（{SHORTEST} 到 {LONGEST} 字）"
    if faults:
        raise Invalid(faults)
    if waiting(session, [institution_id]):
        raise Duplicate(f"{house.name}已有一个账号等待确认，请先由另一人确认或者退回")
    row_id = _enter(session, institution_id, digits, basis.strip(), PENDING, actor.user_id, now)
    _tell(session, actor, "account_proposed", institution_id, now, account=mask_account(digits), basis=basis.strip())
    return row_id


def confirm(session: Session, actor: Actor, change_id: str, now: datetime) -> str:
    """Let an account that waits count from now on; the institution's name. Of two at once, one gets Gone.

    Raises NotFound, NotYours (no right there, or entered by oneself), Gone (decided already).
    """
    found, house = _open(session, actor, change_id)
    if actor.user_id is None or actor.user_id == found.entered_by:
        raise NotYours("登记账号的人不能自己确认，请由另一位负责机构账号的同事确认")
    digits = session.info["vault"].open_text(found.number, *ENTERED, found.id)
    _put_in_force(session, house.id, digits)
    _decide(session, actor, found.id, IN_FORCE, now)
    _tell(session, actor, "account_set", house.id, now, account=mask_account(digits))
    return house.name


def reject(session: Session, actor: Actor, change_id: str, reason: str, now: datetime) -> str:
    """Send back an account that waits, by whoever keeps accounts there; the institution's name.

    Raises NotFound, NotYours, Gone (decided already), Invalid (reason).
    """
    found, house = _open(session, actor, change_id)
    if not SHORTEST <= len(reason.strip()) <= LONGEST:
        raise Invalid({"reason": f"请写明退回的理由（{SHORTEST} 到 {LONGEST} 字）"})
    _decide(session, actor, found.id, REJECTED, now, reason.strip())
    _tell(session, actor, "account_rejected", house.id, now, reason=reason.strip())
    return house.name


def establish(session: Session, institution_id: str, digits: str, now: datetime) -> None:
    """The account that a story or a demo world takes for granted. Raises Invalid (account)."""
    if not bank_account.is_valid(digits):
        raise Invalid({"account": "机构的银行账号应为 12 到 19 位数字"})
    _put_in_force(session, institution_id, digits)
    _enter(session, institution_id, digits, TAKEN_FOR_GRANTED, IN_FORCE, None, now)


def lock_all(session: Session, county_id: str) -> None:
    """Hold the institutions of a county until the transaction ends: whoever reckons what they are owed is alone."""
    mine = select(Institution.id).where(Institution.county_id == county_id).order_by(Institution.id)
    session.execute(mine.with_for_update()).all()


def shown(session: Session, institution_id: str) -> str | None:
    """The last digits of the account that counts; None where there is none."""
    counting = _counting(session, session.get_one(Institution, institution_id))
    return None if counting is None else mask_account(counting)


def with_account(session: Session, institution_ids: Collection[str]) -> set[str]:
    """Those of the institutions to which money can go."""
    mine = Institution.id.in_(institution_ids), Institution.account_sealed.is_not(None)
    return set(session.scalars(select(Institution.id).where(*mine)))


def waiting(session: Session, institution_ids: Collection[str]) -> set[str]:
    """Those of the institutions for which an account waits to be confirmed."""
    mine = _ROW.institution_id.in_(institution_ids), _ROW.state == PENDING
    return set(session.scalars(select(_ROW.institution_id).where(*mine)))


def history(session: Session, institution_id: str) -> list[Change]:
    """Every account that was entered for an institution, the newest first, with the names of who did what."""
    rows = session.scalars(select(_ROW).where(_ROW.institution_id == institution_id).order_by(_ROW.id.desc())).all()
    names = appointed.user_names(session, [id for row in rows for id in (row.entered_by, row.decided_by) if id])
    return [_change(session, row, names) for row in rows]


def _change(session: Session, row: InstitutionAccount, names: dict[str, str]) -> Change:
    digits = session.info["vault"].open_text(row.number, *ENTERED, row.id)
    number = digits if row.state == PENDING else mask_account(digits)
    return Change(
        row.id, row.institution_id, number, row.basis, row.state, row.entered_by, names.get(row.entered_by or ""),
        row.entered_at, names.get(row.decided_by or ""), row.decided_at, row.decision,
    )  # fmt: skip


def _locked(session: Session, actor: Actor, institution_id: str) -> Institution:
    found = session.scalar(select(Institution).where(Institution.id == institution_id).with_for_update())
    if found is None or found.withdrawn_at is not None:
        raise NotFound("没有这个供养服务机构")
    policy.require_covers(session, actor, queries.chain(session, found.county_id), RIGHT)
    return found


def _open(session: Session, actor: Actor, change_id: str) -> tuple[InstitutionAccount, Institution]:
    house_id = session.scalar(select(_ROW.institution_id).where(_ROW.id == change_id))
    if house_id is None:
        raise NotFound("没有这次账号变更，请刷新后重试")
    house = _locked(session, actor, house_id)
    found = session.scalars(select(_ROW).where(_ROW.id == change_id).execution_options(populate_existing=True)).one()
    if found.state != PENDING:
        raise Gone("这个账号已经确认或者退回，不用再办；要改请重新登记")
    return found, house


def _enter(
    session: Session, institution_id: str, digits: str, basis: str, state: str, by: str | None, now: datetime
) -> str:
    row_id = new_id()
    number = session.info["vault"].seal_text(digits, *ENTERED, row_id)
    row: dict[str, Any] = {"id": row_id, "institution_id": institution_id, "number": number, "basis": basis}
    session.execute(insert(_ROW).values(**row, state=state, entered_by=by, entered_at=now))
    return row_id


def _put_in_force(session: Session, institution_id: str, digits: str) -> None:
    counted = (_ROW.institution_id == institution_id) & (_ROW.state == IN_FORCE)
    session.execute(update(_ROW).where(counted).values(state=SUPERSEDED))
    sealed = session.info["vault"].seal_text(digits, *SEALED, institution_id)
    session.execute(update(Institution).where(Institution.id == institution_id).values(account_sealed=sealed))


def _decide(
    session: Session, actor: Actor, change_id: str, state: str, now: datetime, decision: str | None = None
) -> None:
    mine = update(_ROW).where(_ROW.id == change_id, _ROW.state == PENDING)
    if not rows_changed(session, mine.values(state=state, decided_by=actor.user_id, decided_at=now, decision=decision)):
        raise Gone("这个账号刚刚由同事确认或者退回，请刷新后查看")


def _counting(session: Session, house: Institution) -> str | None:
    sealed = house.account_sealed
    return None if sealed is None else session.info["vault"].open_text(sealed, *SEALED, house.id)


def _tell(session: Session, actor: Actor, kind: str, institution_id: str, now: datetime, **told: Any) -> None:
    audit.append(session, f"institution:{institution_id}", kind, actor, told, None, now, shared=True)
