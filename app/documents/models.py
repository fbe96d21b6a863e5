"""Documents: a record first, bytes when issued."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import AwareDateTime, Base, keys, only


class Document(Base):
    """Number, template and contract as blobs, and frozen data; the issued bytes with their SHA-256 are the record."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("verify_code"),
        Index("ix_document_case", "case_id", "created_at"),
        Index("ix_document_origin", "origin", **only("origin IS NOT NULL")),
        Index("ix_document_sha256", "sha256", **only("sha256 IS NOT NULL")),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str | None] = mapped_column(String(32))
    case_seq: Mapped[int | None]
    origin: Mapped[str | None] = mapped_column(String(32))
    # The element of the case's diagram that issued it; None for what the product writes by itself.
    element_id: Mapped[str | None] = mapped_column(String(128))
    template: Mapped[str] = mapped_column(String(64))
    template_hash: Mapped[str] = mapped_column(String(64))
    contract_hash: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    number: Mapped[str | None] = mapped_column(String(100))
    verify_code: Mapped[str] = mapped_column(String(32))
    office_id: Mapped[str] = mapped_column(String(32))
    copies: Mapped[int]
    issued_on: Mapped[date]
    frozen: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("document", "frozen"))
    sha256: Mapped[str | None] = mapped_column(String(64))
    content: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("document", "content"))
    voided_by: Mapped[str | None] = mapped_column(String(32))
    voided_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    created_at: Mapped[datetime] = mapped_column(AwareDateTime)


class DocumentPdf(Base):
    """What people download of a document: made once of its issued bytes. `id` is the document's.

    `signature`: signed, picture (of a seal, which proves nothing) or none; `signer`: whom the certificate names.
    """

    __tablename__ = "document_pdf"

    id: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("document_pdf", "content"))
    signature: Mapped[str] = mapped_column(String(8))
    signer: Mapped[str | None] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(AwareDateTime)


class OfficeSeal(Base):
    """The picture of an office's seal, a PNG. `id` is the office's."""

    __tablename__ = "office_seal"

    id: Mapped[str] = mapped_column(ForeignKey("office.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("office_seal", "content"))
    sha256: Mapped[str] = mapped_column(String(64))
    kept_at: Mapped[datetime] = mapped_column(AwareDateTime)


class DocumentSequence(Base):
    """The running number of letters per office, word and year."""

    __tablename__ = "document_sequence"

    scope: Mapped[str] = mapped_column(String(120), primary_key=True)
    last: Mapped[int]
