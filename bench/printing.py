"""Letters to stored PDF a minute by one worker: rendered, converted, kept sealed. `python -m bench.printing`.

Cases of the relief are decided, so that their letters come from real cases. LibreOffice is kept open and has made one
letter before the clock starts, as in a worker that has run for a while; its own start is told apart.
"""

from __future__ import annotations

import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Table, delete, func, select

from app.documents import operations as documents
from app.documents import pdfs, seals
from app.documents.certificates import Certificates
from app.documents.isolated import seal_isolated
from app.documents.models import Document, DocumentPdf
from app.documents.pdf import LibreOffice
from app.identity import queries as identity
from app.jobs.models import Job
from app.jobs.runner import Worker
from app.worker import handlers
from bench import world
from bench.cases import PROGRAMME, STEPS
from bench.report import figure
from tests.support.certificates import give
from tests.support.outside import outside
from tests.support.pictures import seal
from tests.support.worlds import RELIEF, Office, id_number

CASES, AIM = 20, 60
PRINTED: Table = DocumentPdf.__table__  # type: ignore[assignment]
JOB: Table = Job.__table__  # type: ignore[assignment]


class Rate(NamedTuple):
    """So many letters in so many seconds of the wall clock."""

    letters: int
    seconds: float

    @property
    def a_minute(self) -> float:
        return self.letters / self.seconds * 60


def _decide(office: Office) -> None:
    """Their letters are recorded, and due in a minute."""
    for number in range(CASES):
        receipt = office.apply(PROGRAMME, {**RELIEF, "id_number": id_number(500 + number)})
        for element, position, data in STEPS:
            office.do(receipt.case_id, element, position, **data)
    office.clock.move_to(office.now + 2 * documents.TAKE_BACK)


def _printed(office: Office, worker: Worker, at_most: int) -> Rate:
    began = time.perf_counter()
    worker.run_once(at_most)
    seconds = time.perf_counter() - began
    with office.database.read() as session:
        return Rate(session.scalars(select(func.count(DocumentPdf.id))).one(), seconds)


def _again(office: Office) -> None:
    """As if no letter had been printed."""
    with office.database.write() as session:
        session.execute(delete(PRINTED))
        session.execute(delete(JOB).where(JOB.c.kind == documents.PRINT))
        session.connection().execute(Document.__table__.update().values(content=None, sha256=None))  # type: ignore[attr-defined]
        for document_id in session.scalars(select(Document.id)).all():
            documents.issue(session, document_id)


def _equip(office: Office, folder: Path, now: datetime) -> None:
    """Every office that wrote a letter has a seal and a certificate."""
    with office.database.write() as session:
        picture, keeper = seal_isolated(seal()), office.holder(session, "administrator", code="220122")
        for office_id in session.scalars(select(Document.office_id).distinct()).all():
            found = identity.office(session, office_id)
            seals.keep(session, keeper, office_id, picture, now)
            give(folder, found.region_code, found.name, now=now)


def main() -> None:
    """Print the rates."""
    with world.folder() as folder, world.on_sqlite() as office, closing(LibreOffice()) as maker:
        _decide(office)
        press = pdfs.Press(maker, Certificates(folder))
        issuing = handlers(outside(folder))[documents.ISSUE]
        worker = Worker(office.database, office.clock, {documents.ISSUE: issuing, documents.PRINT: press.handler()})
        issued = Worker(office.database, office.clock, {documents.ISSUE: issuing}).run_once(1)
        first = _printed(office, Worker(office.database, office.clock, {documents.PRINT: press.handler()}), issued)
        print(f"the first letter, with the start of LibreOffice: {first.seconds:.1f} s")
        rest = _printed(office, worker, 1000)
        plain = Rate(rest.letters - first.letters, rest.seconds)
        _equip(office, folder, office.now)
        _again(office)
        signed = _printed(office, worker, 1000)
        for name, told, rate in (
            ("plain", "neither sealed nor signed", plain),
            ("signed", "sealed and signed", signed),
        ):
            figure(f"letters.pdf.{name}", rate.a_minute, "letters a minute", f">= {AIM}")
            made = f"{rate.letters:4} letters in {rate.seconds:5.1f} s"
            print(f"{told:28} {made}: {rate.a_minute:4.0f} a minute (aim {AIM})")
        with office.database.read() as session:
            kinds = session.execute(select(DocumentPdf.signature, func.count()).group_by(DocumentPdf.signature)).all()
            size = session.scalars(select(func.avg(func.length(DocumentPdf.content)))).one()
        print(f"stored: {dict(map(tuple, kinds))}, {size / 1024:.0f} KB each")


if __name__ == "__main__":
    main()
