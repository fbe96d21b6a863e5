"""Reading document records."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select, tuple_
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.core.exact_json import load_json
from app.db import Prepared
from app.definitions import store as definitions
from app.documents import codes
from app.documents.contract import load_contract
from app.documents.models import Document, DocumentPdf

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
    Document.voided_by,
    Document.created_at,
    DocumentPdf.sha256.label("pdf_sha256"),
    DocumentPdf.signature,
    DocumentPdf.signer,
)
_OF = select(*LISTED).outerjoin_from(Document, DocumentPdf, DocumentPdf.id == Document.id)
_OF_CASE = Prepared(_OF.where(Document.case_id == bindparam("case_id")).order_by(Document.created_at, Document.id))


def documents_of(session: Session, case_id: str) -> list[Any]:
    """The documents of a case, oldest first; without their bytes."""
    return _OF_CASE.all(session, case_id=case_id)


def of_cases(session: Session, case_ids: Select[tuple[str]]) -> list[Any]:
    """The same of the cases that a sub-select finds, case by case."""
    mine = _OF.where(Document.case_id.in_(case_ids))
    return list(session.execute(mine.order_by(Document.case_id, Document.created_at, Document.id)))


def is_dropped(row: Any) -> bool:
    """Whether a listed letter was taken back before it was issued: there is no file of it and never will be."""
    return row.sha256 is None and row.voided_at is not None and row.voided_by is None


def written_by(session: Session, acts: Collection[tuple[str, int]]) -> list[Any]:
    """The documents of these acts (a case and its audit number), as they were written."""
    mine = tuple_(Document.case_id, Document.case_seq).in_(acts)
    return list(session.execute(_OF.where(mine).order_by(Document.case_id, Document.id)))


def voidable_since(session: Session, case_id: str, since: int) -> list[Any]:
    """Letters of a case at audit number `since` and later that are valid and that their own contracts let be voided."""
    return _voidable(session, (Document.case_id == case_id) & (Document.case_seq >= since))


def voidable_about(session: Session, award_ids: Collection[str], since: datetime) -> list[Any]:
    """The like letters about awards that no step of a case wrote (their amounts followed the figures), since then."""
    return _voidable(session, Document.origin.in_(award_ids) & (Document.created_at >= since))


def _voidable(session: Session, mine: ColumnElement[bool]) -> list[Any]:
    valid = mine & Document.voided_at.is_(None)
    query = _OF.add_columns(Document.contract_hash).where(valid).order_by(Document.created_at, Document.id)
    rows = session.execute(query).all()
    contracts = definitions.blobs(session, {row.contract_hash for row in rows}) if rows else {}
    return [row for row in rows if load_contract(contracts[row.contract_hash]).voidable]


def decision_of(session: Session, case_id: str) -> Any | None:
    """The valid letter of a case that tells remedies, the last one; where none does, the last one with a number."""
    valid = (Document.case_id == case_id) & Document.voided_at.is_(None) & Document.number.is_not(None)
    query = _OF.add_columns(Document.contract_hash, Document.office_id).where(valid)
    rows = session.execute(query.order_by(Document.created_at.desc(), Document.id.desc())).all()
    contracts = definitions.blobs(session, {row.contract_hash for row in rows}) if rows else {}
    telling = (row for row in rows if load_contract(contracts[row.contract_hash]).reads("remedies"))
    return next(telling, rows[0] if rows else None)


def asked_by(session: Session, case_id: str, element_ids: Collection[str]) -> tuple[Any, list[str]] | None:
    """The last valid letter that these elements wrote, and what its list `missing` names; None where there is none."""
    mine = Document.case_id == case_id, Document.element_id.in_(element_ids), Document.voided_at.is_(None)
    query = select(Document.id, Document.case_seq, Document.created_at, Document.frozen).where(*mine)
    row = session.execute(query.order_by(Document.created_at.desc(), Document.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    told = load_json(session.info["vault"].open_text(row.frozen, "document", "frozen", row.id))
    return row, [line["title"] for line in told.get("missing") or []]


def issued_since(session: Session, case_id: str, since: int) -> str | None:
    """The title of a letter of a case at audit number `since` and later whose bytes are issued."""
    mine = Document.case_id == case_id, Document.case_seq >= since, Document.content.is_not(None)
    return session.scalar(select(Document.title).where(*mine).limit(1))


def of_code(session: Session, code: str) -> Any | None:
    """The record of the letter on which this code is printed, however it was typed; None where there is none."""
    return session.execute(_OF.where(Document.verify_code.in_(codes.meant(code)))).one_or_none()


def document(session: Session, document_id: str) -> Any:
    """One record; raises NotFound."""
    row = session.execute(_OF.where(Document.id == document_id)).one_or_none()
    if row is None:
        raise NotFound("没有这份文书，请核对后重试")
    return row
