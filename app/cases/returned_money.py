"""Work and letters for money that came back from the bank; what a case owed is settled when its claim is closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import operations
from app.cases.errors import NoOffice
from app.cases.models import Case
from app.core.actor import SYSTEM
from app.funds import came_back, claim_lists, claims, letters
from app.funds import queries as funds
from app.identity import appointed
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.inbox import following
from app.inbox import queries as inbox
from app.jobs.operations import DueJob
from app.jobs.runner import Claim, DatabaseHandler
from app.registry import queries as registry

KIND, ELEMENT, RIGHT = "returned", "returned_payment", "pay"


def _follow(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """Work for who pays, and a letter; taken away when the order is dealt with. The work has the id of the order."""
    claim()
    found = funds.came_back_order(session, job.reference or "")
    order = found.order
    standing = inbox.item(session, order.id)
    if not found.waits:
        if standing is not None:
            following.cancel(session, [order.id], SYSTEM, now)
        return
    if standing is not None:
        return
    case = _case(session, order)
    following.add(session, [_item(session, found, case, now)])
    letters.write_returned(session, order, case.id if case else None, case.applicant_blind if case else None, now)


def _case(session: Session, order: Any) -> Case | None:
    """The case that ordered, or granted the award that is paid; what a batch pays by hand has none."""
    case_id = order.case_id or (registry.award(session, order.award_id).case_id if order.award_id else None)
    return session.scalar(select(Case).where(Case.id == case_id)) if case_id else None


def _item(session: Session, found: funds.CameBack, case: Case | None, now: datetime) -> dict[str, Any]:
    order, chain = found.order, identity.chain(session, found.order.region_id)
    offices = [
        (position, office)
        for position in appointed.positions_with(session, RIGHT)
        if (office := identity.office_of(session, chain, position)) is not None
    ]
    if not offices:
        who = identity_policy.who_may(session, RIGHT)
        raise NoOffice(f"退汇的款项应由{who}处理，但{chain.full_name}没有对应的机构")
    position, office = offices[0]
    return {
        "id": order.id,
        "case_id": case.id if case else "",
        "kind": KIND,
        "status": "open",
        "element_id": ELEMENT,
        "title": f"退汇 {order.amount} 元：{order.return_reason}"[:200],
        "position": position,
        "office_id": office.id,
        "candidate": f"{position}@{office.id}",
        "programme": order.programme,
        "case_number": case.number if case else order.purpose or "",
        "subject": found.beneficiary,
        "county_id": order.county_id,
        "township_id": chain.township.id if chain.township else None,
        "village_id": None if chain.nearest.level != "village" else chain.nearest.id,
        "sort_on": inbox.NO_DUE_DAY,
        "created_at": now,
    }


def _settle(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """A claim is closed: the case that found it owes nothing more, once none of its claims is open."""
    claim()
    closed = claim_lists.head(session, job.reference or "")
    if closed.case_id is not None and not claim_lists.open_of_case(session, closed.case_id):
        operations.settle_overpaid(session, closed.case_id, closed.title, now)


HANDLERS: dict[str, DatabaseHandler] = {came_back.RETURNED: _follow, claims.CLOSED: _settle}
