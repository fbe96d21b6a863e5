"""Bank accounts to which awards are paid: typed by staff, sealed, on record with their last digits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app import audit
from app.core import bank_account
from app.core.actor import Actor
from app.core.chinese import mask_account
from app.core.errors import Invalid, NotFound
from app.identity import policy, queries
from app.registry.award_rows import account_column
from app.registry.models import Award


def set_of_award(session: Session, actor: Actor, award_id: str, number: str, basis: str, now: datetime) -> None:
    """The account to which an award is paid from now on; `basis` says why. Raises NotFound, NotYours, Invalid."""
    found = session.get(Award, award_id)
    if found is None:
        raise NotFound("没有这项在保待遇")
    policy.require_covers(session, actor, queries.chain(session, found.region_id), "pay")
    digits = number.replace(" ", "")
    if not bank_account.is_valid(digits):
        raise Invalid({"account": "银行账号应为 12 到 19 位数字"})
    session.execute(update(Award).where(Award.id == award_id).values(account_column(session, award_id, digits)))
    told = {"account": mask_account(digits), "basis": basis}
    audit.append(session, f"award:{award_id}", "account_set", actor, told, None, now, shared=True)
