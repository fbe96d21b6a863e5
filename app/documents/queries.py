"""Reading document records."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.documents.models import Document

LISTED = (
    Document.id,
    Document.case_id,
    Document.case_seq,
    Document.template,
    Document.title,
    Document.number,
    Document.copies,
    Document.issued_on,
    Document.sha256,
    Document.voided_at,
    Document.created_at,
)


def documents_of(session: Session, case_id: str) -> list[Any]:
    """The documents of a case, oldest first; without their bytes."""
    query = select(*LISTED).where(Document.case_id == case_id).order_by(Document.created_at, Document.id)
    return list(session.execute(query))


def document(session: Session, document_id: str) -> Any:
    """One record; raises NotFound."""
    row = session.execute(select(*LISTED).where(Document.id == document_id)).one_or_none()
    if row is None:
        raise NotFound("没有这份文书，请核对后重试")
    return row
