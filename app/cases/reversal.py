"""What has gone out is reversed, never deleted."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import delete

from app.cases.action import Action
from app.cases.effects import documents
from app.cases.effects.processes import START
from app.cases.models import Owed
from app.cases.plan import Planned, Rank
from app.documents import operations as document_operations
from app.documents import queries as document_queries
from app.funds import operations as funds
from app.jobs import operations as jobs
from app.publicity import operations as publicity
from app.registry import operations as registry

# Letters that tell the applicant what happened stay valid when the step after which they were sent is returned.
NEVER_VOIDED = frozenset({"application_form", "missing_materials_notice", "void_notice", "withdrawal_notice"})


def reverse(action: Action, since_seq: int, reason: str) -> None:
    """Reverse what the case did at audit number `since_seq` and later. Raises Gone when money was paid.

    Orders are cancelled, claims released, awards taken back, 公示 taken down, letters voided by a numbered notice.
    """
    session, case_id = action.session, action.case.id
    cancelled = funds.cancel_orders(session, case_id, since_seq, action.now)
    if cancelled:
        registry.release_claims(session, case_id)
    registry.withdraw_benefits(session, case_id, action.now)
    publicity.take_down(session, case_id, reason, action.now, since_seq)
    jobs.cancel(session, case_id=case_id, kind=START)
    session.execute(delete(Owed).where(Owed.case_id == case_id, Owed.case_seq >= since_seq, Owed.settled_at.is_(None)))
    for row in document_queries.documents_of(session, case_id):
        if row.case_seq >= since_seq and row.voided_at is None and row.template not in NEVER_VOIDED:
            _void(action, row, reason)
    action.note("reversed", since=since_seq, orders=cancelled)


def tell_withdrawn(action: Action, reason: str) -> None:
    """The applicant is told in writing that the application was taken back."""
    documents.plan(action, "withdrawal_notice", {"on": action.today, "reason": reason})
    write_planned(action)


def write_planned(action: Action) -> None:
    """Write what was planned outside an engine step."""
    planned, action.planned[:] = list(action.planned), []
    for each in sorted(planned, key=lambda each: each.rank):
        each.apply(action)


def _void(action: Action, row: Any, reason: str) -> None:
    given = {
        "voided_title": row.title,
        "voided_number": row.number or action.case.number,
        "voided_date": row.issued_on,
        "reason": reason,
    }
    request = document_operations.DocumentRequest(
        letter=action.letter("void_notice"),
        scope=action.names(None, {"document": given}),
        case_id=action.case.id,
        case_seq=action.seq,
        subject=action.case.number,
        region_codes=action.region_codes,
    )
    ready = document_operations.prepare(action.session, request, action.offices, None, action.now)
    action.plan(Planned(Rank.NUMBER, partial(_record_void, ready=ready, document_id=row.id)))


def _record_void(action: Action, ready: document_operations.ReadyDocument, document_id: str) -> None:
    notice_id = document_operations.record(action.session, ready, action.now)
    document_operations.void(action.session, document_id, notice_id, action.now)
