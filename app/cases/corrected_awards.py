"""A decision on an award was made again: its months are calculated, the difference settled, and a letter says so.

By a job of its own: what months are due may need figures that nobody entered, and that must not undo the decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from app.cases import addressing, persist, recalculation, store
from app.cases.action import Action
from app.cases.arrears import Months, record
from app.cases.effects import corrections, decided_again
from app.cases.effects.corrections import Correction
from app.core.actor import SYSTEM
from app.core.ids import new_id
from app.core.months import month_after
from app.funds.award_settling import Settling
from app.funds.claims import ClaimRequest
from app.funds.settling import Difference
from app.jobs.operations import DueJob
from app.jobs.runner import Claim, DatabaseHandler
from app.registry import queries as registry
from app.registry.queries import AwardState

ZERO = Decimal("0.00")


def _settle(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """Settle the money of an award. A case that was reopened once more, or went back, settles what it decides then."""
    action = store.lock(session, SYSTEM, job.payload["case_id"], now)
    claim()
    undecided = action.case.closed_at is None and decided_again.is_due(action)
    if undecided or action.case.reopened_seq != job.payload["reopened_seq"]:
        return
    award = registry.award(session, job.reference or "", lock=True)
    # What ends on the first of a month is not paid for that month any more; what changes then, from the next one.
    since = month_after(job.payload["since"] - timedelta(days=1))
    found, claimed = _difference(action, award, since, now)
    if corrections.has_told(action) and not (found.order or found.claim or found.undo):
        return
    of = replace(found, claim=ZERO)
    action.corrections.append(Correction(award.name or action.case.applicant_name, found.decided, of))
    owing = ((payee, Difference(ZERO, ZERO, claim=amount)) for payee, amount in claimed.items())
    action.corrections.extend(Correction(payee, ZERO, each) for payee, each in owing)
    corrections.tell(action)
    persist.finish(action, "award_settled", had=found.had, decided=found.decided, more=found.order, less=found.claim)


def _difference(
    action: Action, award: AwardState, since: date, now: datetime
) -> tuple[Difference, Mapping[str, Decimal]]:
    """What follows for the money, and who owes what of it."""
    if award.status == registry.IN_PAYMENT:
        recalculation.settle(action.session, award, since, action.id, now)
    months = Months(action.session, [award], since, now)
    record(action.session, months.owed(award, ()), new_id(), now)
    claim = ClaimRequest(
        debtor=addressing.debtor(action, award.name or action.case.applicant_name),
        title=f"案件{action.case.number}重新办理后应当退回的款项",
        parts=(),
        case_id=action.case.id,
        case_seq=action.seq,
    )
    due = months.worth(award)
    if not due:
        return Difference(ZERO, ZERO), {}
    settling = Settling(action.session, award.id, due, action.actor, now)
    return settling.settle(claim), settling.claimed


HANDLERS: dict[str, DatabaseHandler] = {decided_again.CORRECTED: _settle}
