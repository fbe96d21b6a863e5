"""Bank accounts to which awards and institutions are paid: typed by staff, sealed, on record with their last digits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import audit
from app.core import bank_account
from app.core.actor import Actor
from app.core.chinese import mask_account
from app.core.errors import Invalid, NotFound
from app.identity import policy, queries
from app.registry.award_rows import account_column
from app.registry.models import Award, Institution

SEALED = ("institution", "account")


def set_of_institution(session: Session, actor: Actor, institution_id: str, number: str, now: datetime) -> None:
    """The account to which the support of residents is paid (E18). Raises NotFound, NotYours, Invalid (account)."""
    found = session.get(Institution, institution_id)
    if found is None:
        raise NotFound("没有这个供养服务机构")
    policy.require_covers(session, actor, queries.chain(session, found.county_id), "keep_institutions")
    digits = _sound(number, "请填写机构的银行账号（12 到 19 位数字）")
    sealed = session.info["vault"].seal_text(digits, *SEALED, institution_id)
    session.execute(update(Institution).where(Institution.id == institution_id).values(account_sealed=sealed))
    told = {"institution": found.name, "account": mask_account(digits)}
    audit.append(session, f"institution:{institution_id}", "account_set", actor, told, None, now, shared=True)


def shown_of_institution(session: Session, institution_id: str) -> str | None:
    """The last digits of an institution's account; None where none was given."""
    sealed = session.scalar(select(Institution.account_sealed).where(Institution.id == institution_id))
    return None if sealed is None else mask_account(session.info["vault"].open_text(sealed, *SEALED, institution_id))


def set_of_award(session: Session, actor: Actor, award_id: str, number: str, basis: str, now: datetime) -> None:
    """The account to which an award is paid from now on; `basis` says why. Raises NotFound, NotYours, Invalid."""
    found = session.get(Award, award_id)
    if found is None:
        raise NotFound("没有这项在保待遇")
    policy.require_covers(session, actor, queries.chain(session, found.region_id), "pay")
    digits = _sound(number, "银行账号应为 12 到 19 位数字")
    session.execute(update(Award).where(Award.id == award_id).values(account_column(session, award_id, digits)))
    told = {"account": mask_account(digits), "basis": basis}
    audit.append(session, f"award:{award_id}", "account_set", actor, told, None, now, shared=True)


def _sound(number: str, fault: str) -> str:
    digits = number.replace(" ", "")
    if not bank_account.is_valid(digits):
        raise Invalid({"account": fault})
    return digits
