"""The PDF of a letter, made once by a worker from the issued bytes: what people download, sealed and with its hash."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import SYSTEM
from app.core.chinese import chinese_date
from app.core.clock import Clock
from app.core.ids import digest
from app.db import Database, insert_if_absent, training
from app.documents import operations, seals
from app.documents.certificates import Certificates, name_of
from app.documents.isolated import Place, place_isolated
from app.documents.models import Document, DocumentPdf
from app.documents.operations import PDF
from app.identity import queries as identity
from app.jobs.operations import DueJob
from app.jobs.runner import OutsideHandler
from app.outside import Failed, PdfMaker

log = logging.getLogger(__name__)

NONE, PICTURE, SIGNED = "none", "picture", "signed"
TABLE: Table = DocumentPdf.__table__  # type: ignore[assignment]
_KEEP = insert_if_absent(TABLE, ["id"])


@dataclass(frozen=True, slots=True)
class Letter:
    """What is needed of a letter that was issued. `seal`: the picture of the office's seal.

    `certificate`: the name of the files of the office's certificate; None for a letter that nobody may sign.
    """

    id: str
    docx: bytes
    office: str
    issued_on: date
    now: datetime
    seal: bytes | None
    certificate: str | None


@dataclass(frozen=True, slots=True)
class Made:
    """The PDF as it will stay. `signature`: NONE, PICTURE or SIGNED; `signer`: whom the certificate names."""

    content: bytes
    signature: str = NONE
    signer: str | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """Makes PDFs of letters of the house, one after the other."""

    maker: PdfMaker
    certificates: Certificates

    def handler(self) -> OutsideHandler:
        """Who does the jobs of `operations.PRINT`."""

        def make(job: DueJob, letter: Letter | None) -> Made | None:
            return self.make(letter) if letter is not None else None

        def finish(session: Session, job: DueJob, made: Made | None, now: datetime) -> None:
            if made is not None:
                keep(session, job.reference or "", made, now)

        return OutsideHandler(make, lambda session, job, now: lacking(session, job.reference or "", now), finish)

    def make(self, letter: Letter) -> Made:
        """Sealed and signed as the office has it. Raises Failed, also for a certificate that cannot sign today."""
        certificate = self.certificates.of(letter.certificate) if letter.certificate else None
        pdf = self.maker.to_record(letter.docx)
        place = _place(pdf, letter) if letter.seal else None
        if place is None and certificate is None:
            return Made(pdf)
        from app.documents import signing  # it takes a second to load, which most processes never need

        paper = signing.Paper(pdf)
        if place is not None and letter.seal is not None:
            paper.put_seal(letter.seal, place)
        if certificate is None:
            return Made(paper.unsigned(), PICTURE)
        signed, signer = paper.sign(certificate, letter.office, letter.now)
        return Made(signed, SIGNED, signer)

    def now(self, database: Database, clock: Clock, document_id: str) -> bytes | None:
        """The stored PDF, made on the spot where there is none yet; None where that fails.

        For who binds many letters in a worker: a letter that nobody has seen yet is issued by it.
        """
        with database.write() as session:
            operations.issue(session, document_id)
            letter = lacking(session, document_id, clock.now())
        if letter is not None:
            try:
                made = self.make(letter)
            except Failed as fault:
                log.warning("the PDF of document %s could not be made: %s", document_id, type(fault).__name__)
                return None
            with database.write() as session:
                keep(session, document_id, made, clock.now())
        with database.read() as session:
            return _stored(session, document_id)


def lacking(session: Session, document_id: str, now: datetime) -> Letter | None:
    """A letter that was issued and has no PDF; None of any other. One of a training installation stays unsigned."""
    columns = Document.id, Document.content, Document.office_id, Document.issued_on
    unprinted = select(*columns).outerjoin_from(Document, DocumentPdf, DocumentPdf.id == Document.id)
    wanted = Document.id == document_id, DocumentPdf.id.is_(None), Document.content.is_not(None)
    row = session.execute(unprinted.where(*wanted)).one_or_none()
    if row is None:
        return None
    docx = session.info["vault"].open(row.content, "document", "content", row.id)
    office = identity.office(session, row.office_id)
    if training.is_training(session):
        return Letter(row.id, docx, office.name, row.issued_on, now, None, None)
    certificate = name_of(office.kind, office.region_code, office.id)
    return Letter(row.id, docx, office.name, row.issued_on, now, seals.seal_of(session, office.id), certificate)


def keep(session: Session, document_id: str, made: Made, now: datetime) -> None:
    """Store it for good; the first one stays, whoever comes second."""
    row = {
        "id": document_id, "sha256": digest(made.content), "signature": made.signature, "signer": made.signer,
        "content": session.info["vault"].seal(made.content, *PDF, document_id), "made_at": now,
    }  # fmt: skip
    if session.connection().execute(_KEEP, row).rowcount:
        told = {name: row[name] for name in ("sha256", "signature", "signer")}
        audit.append(session, f"document:{document_id}", "printed", SYSTEM, told, None, now, shared=True)


def _place(pdf: bytes, letter: Letter) -> Place | None:
    """None of what no office signs at its end, a form that an applicant filled in."""
    place = place_isolated(pdf, letter.office, [chinese_date(letter.issued_on)])
    if place is None:
        log.info("document %s does not end with office and date: no seal was put there", letter.id)
    return place


def _stored(session: Session, document_id: str) -> bytes:
    content = session.execute(select(TABLE.c.content).where(TABLE.c.id == document_id)).scalar_one()
    return session.info["vault"].open(content, *PDF, document_id)
