"""The letter that goes with every order of a batch: a job each, so that ten thousand need no long transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import local_date
from app.definitions import queries as definitions
from app.documents import operations as documents
from app.funds.arrears import ARREARS
from app.funds.models import Batch, PaymentOrder
from app.identity import queries as identity
from app.jobs.operations import DueJob
from app.jobs.runner import Claim

TEMPLATE = "grant_notice"


def write_letter(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """Record the letter of the order that `job.reference` names."""
    claim()
    query = select(PaymentOrder, Batch).join(Batch, Batch.id == PaymentOrder.batch_id)
    order, batch = session.execute(query.where(PaymentOrder.id == job.reference)).one()
    given = {
        "recipient": order.recipient or order.payee,
        "occasion": f"{batch.title}（补发差额）" if order.purpose == ARREARS else batch.title,
        "programme": definitions.title_of(session, order.programme),
        "clause": batch.clause,
        "amount": order.amount,
        "due_on": order.due_on,
        "batch": batch.key.partition(":")[0],
    }
    chain = identity.chain(session, order.region_id)
    request = documents.DocumentRequest(
        letter=definitions.letter(session, order.programme, chain.ids, local_date(now), TEMPLATE),
        scope={"document": given},
        case_id=None,
        case_seq=None,
        subject=order.id,
        origin=order.id,
        region_codes=tuple(ref.code for ref in chain.refs),
    )
    offices = identity.offices_of(session, chain)
    documents.record(session, documents.prepare(session, request, offices, None, now), now)
