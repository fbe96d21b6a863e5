"""Letters about orders: one with every order of a batch, by a job each, and one for money that did not arrive.

A worker writes the letters of a batch a hundred at a time: what they share is read once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import local_date
from app.core.months import name_of
from app.definitions import queries as definitions
from app.documents import operations as documents
from app.funds.arrears import ARREARS
from app.funds.models import Batch, BatchLine, PaymentOrder
from app.funds.quota import QUOTA
from app.funds.quota_due import claimed_with
from app.identity import queries as identity
from app.jobs.operations import DueJob
from app.jobs.runner import Claim
from app.registry import deaths

TEMPLATE, SUBSIDY, RETURNED = "grant_notice", "subsidy_notice", "returned_payment_notice"
OVERPAID = "overpaid_notice"


def write_letters(session: Session, jobs: Sequence[DueJob], now: datetime) -> None:
    """Record the letters of the orders that the jobs' `reference`s name, in the order of the jobs."""
    query = select(PaymentOrder, Batch).join(Batch, Batch.id == PaymentOrder.batch_id)
    found = session.execute(query.where(PaymentOrder.id.in_([job.reference for job in jobs]))).all()
    lot = _Lot(session, now, deaths.named_dead(session, {each.award_id for each, _ in found if each.award_id}))
    orders = {order.id: (order, batch) for order, batch in found}
    documents.record_all(session, [lot.ready(*orders[job.reference or ""]) for job in jobs], now)


@dataclass
class _Lot:
    """Letters that are written together. `dead`: awards whose recipient has died → the name in the register."""

    session: Session
    now: datetime
    dead: Mapping[str, str | None]
    _titles: dict[str, str] = field(default_factory=dict)

    def ready(self, order: PaymentOrder, batch: Batch) -> documents.ReadyDocument:
        if batch.kind == QUOTA:
            template, given = SUBSIDY, _subsidy(self.session, order, batch)
        else:
            template, given = TEMPLATE, self._grant(order, batch)
        request = _request(self.session, order, template, given, self.now, partial(self._address, order))
        return _ready(self.session, request, self.now)

    def _grant(self, order: PaymentOrder, batch: Batch) -> dict[str, Any]:
        if order.programme not in self._titles:
            self._titles[order.programme] = definitions.title_of(self.session, order.programme)
        return {
            "recipient": order.recipient or order.payee,
            "occasion": f"{batch.title}（补发差额）" if order.purpose == ARREARS else batch.title,
            "programme": self._titles[order.programme],
            "clause": batch.clause,
            "amount": order.amount,
            "due_on": order.due_on,
            "batch": batch.title,
        }

    def _address(self, order: PaymentOrder, name: str) -> str:
        """Whom an award pays may have died since the order was drafted."""
        award_id = order.award_id
        if award_id is None or award_id not in self.dead or goes_to_institution(order):
            return name
        return deaths.family_if(name, self.dead[award_id])


def _subsidy(session: Session, order: PaymentOrder, batch: Batch) -> dict[str, Any]:
    """What the letter of a subsidy says; the line, which has the order's id, says how the amount was reached.

    `again` says that the month was ordered before and lacked this much; `owed` is what earlier months had too much.
    """
    line = session.execute(select(BatchLine.basis, BatchLine.once).where(BatchLine.id == order.id)).one()
    year, month = (order.purpose or name_of(order.due_on)).split("-")
    return {
        "recipient": order.payee,
        "month": f"{year}年{int(month)}月",
        "again": line.once != order.institution_id,
        "owed": claimed_with(session, order, batch) or None,
        "clause": batch.clause,
        "reckoning": line.basis,
        "amount": order.amount,
        "due_on": order.due_on,
        "batch": batch.title,
    }


def goes_to_institution(order: PaymentOrder) -> bool:
    """Whether an order is paid to the account of an institution: it is told then, not whom the money is for (E18)."""
    return order.institution_id is not None and order.account is None


def write_returned(
    session: Session, order: PaymentOrder, case_id: str | None, index: str | None, now: datetime
) -> None:
    """Tell whose account it is that money did not arrive, why, and what to bring; filed with the case behind it.

    `index` is the blind index of the person of the case: of the dead the family is told.
    """
    housed = goes_to_institution(order)
    given = {
        "recipient": order.payee if housed else order.recipient or order.payee,
        "institution": housed,
        "resident": order.recipient if housed else None,
        "programme": definitions.title_of(session, order.programme),
        "reference": order.purpose or f"{order.due_on:%Y-%m}",
        "purpose": order.purpose,
        "amount": order.amount,
        "due_on": order.due_on,
        "reason": order.return_reason,
    }
    request = _request(session, order, RETURNED, given, now, partial(_address, session, order, index), case_id)
    documents.record(session, _ready(session, request, now), now)


def _address(session: Session, order: PaymentOrder, index: str | None, name: str) -> str:
    """Whom an award or a case pays may have died since the order was drafted."""
    if goes_to_institution(order) or not (order.award_id or index):
        return name
    return deaths.in_place_of(session, name, award_id=order.award_id, index=index)


def write_overpaid(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """Tell an institution what it owes back of earlier months, where no order of the batch tells it."""
    claim()
    told = job.payload
    chain = identity.chain(session, told["region_id"])
    request = documents.DocumentRequest(
        letter=definitions.letter(session, told["programme"], chain.ids, local_date(now), OVERPAID),
        scope={"document": told["given"]},
        address=str,
        case_id=None,
        case_seq=None,
        subject=job.reference or "",
        origin=job.reference,
        chain=chain,
    )
    documents.record(session, _ready(session, request, now), now)


def _request(
    session: Session, order: PaymentOrder, template: str, given: dict[str, Any], now: datetime,
    address: Callable[[str], str], case_id: str | None = None,
) -> documents.DocumentRequest:  # fmt: skip
    chain = identity.chain(session, order.region_id)
    return documents.DocumentRequest(
        letter=definitions.letter(session, order.programme, chain.ids, local_date(now), template),
        scope={"document": given},
        address=address,
        case_id=order.case_id or case_id,
        case_seq=order.case_seq,
        subject=order.id,
        origin=order.id,
        chain=chain,
    )


def _ready(session: Session, request: documents.DocumentRequest, now: datetime) -> documents.ReadyDocument:
    chain = request.chain
    issuer = None if chain.township else "county"
    return documents.prepare(session, request, identity.offices_of(session, chain), issuer, now)
