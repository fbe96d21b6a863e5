"""Bytes that a case leaves, by table, with its indexes, on both databases. `python -m bench.sizes [CASES]`.

Closed cases of short relief and of dibao in the demo's mixture, made by the real commands, their letters issued. What
the empty installation takes is taken off; the PDF of a letter is told by itself, since not every office keeps it here.
"""

from __future__ import annotations

import statistics
import sys
from contextlib import closing
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select, text

from app.cases.models import Case
from app.documents import operations as documents
from app.documents.models import Document
from app.documents.pdf import LibreOffice
from app.inbox.queries import ITEM
from app.outside import Failed
from app.seed.closed import play_closed
from bench import world
from bench.report import figure
from tests.support.worlds import Office

CASES, SEED, SHOWN, PDFS = 300, 7, 128, 3
LATER = timedelta(days=200)
"""The cases begin and end before this."""
Sizes = dict[str, int]
"""Bytes by table."""
POSTGRESQL = """SELECT relname, pg_total_relation_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"""
SQLITE = """SELECT m.tbl_name, SUM(s.pgsize) FROM dbstat AS s JOIN sqlite_master AS m ON m.name = s.name
GROUP BY m.tbl_name"""


def _sizes(office: Office) -> Sizes:
    """What every table takes on disk, free space taken out."""
    with office.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM FULL" if connection.dialect.name == "postgresql" else "VACUUM")
        return _read(connection)


def _read(connection: Connection) -> Sizes:
    asked = POSTGRESQL if connection.dialect.name == "postgresql" else SQLITE
    return {name: int(size) for name, size in connection.execute(text(asked)).tuples()}


def _issue(office: Office) -> int:
    """Issue all letters; how many."""
    with office.database.write() as session:
        ids = session.scalars(select(Document.id)).all()
        for document_id in ids:
            documents.issue(session, document_id)
    return len(ids)


def _pdf(office: Office) -> float | None:
    """Bytes of a letter's PDF, the mean of some; None where nothing makes PDFs."""
    with office.database.write() as session:
        ids = session.scalars(select(Document.id).order_by(Document.id).limit(PDFS)).all()
        letters = [documents.issue(session, document_id).content for document_id in ids]
    try:
        with closing(LibreOffice()) as libreoffice:
            return statistics.mean(len(libreoffice.to_pdf(each)) for each in letters)
    except Failed:
        return None


def _count(office: Office, table: Any) -> int:
    with office.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def measure(name: str, office: Office, cases: int) -> None:
    """Print the tables that take most."""
    before = _sizes(office)
    for _ in play_closed(office.database, cases, SEED, office.now + LATER):
        pass
    letters, made, items = _issue(office), _count(office, Case), _count(office, ITEM)
    each = {table: (size - before.get(table, 0)) / made for table, size in _sizes(office).items()}
    whole = figure(f"sizes.{name}.case", sum(each.values()), "bytes")
    print(f"{name}: {made} cases, {items / made:.1f} pieces of work and {letters / made:.1f} letters each")
    print(f"  a case takes {whole / 1000:.1f} kB, a million of them {whole / 1000:.0f} GB")
    shown = {table: size for table, size in each.items() if size >= SHOWN}
    for table, size in sorted(shown.items(), key=lambda pair: -pair[1]):
        figure(f"sizes.{name}.{table}", size, "bytes")
        print(f"  {table:24}{size:10,.0f}   {size / whole:6.1%}")
    print(f"  {'all others':24}{whole - sum(shown.values()):10,.0f}", flush=True)
    if name == "sqlite" and (printed := _pdf(office)):
        print(f"  beside, the PDF of a letter: {figure('sizes.pdf', printed, 'bytes'):,.0f}")


def main(cases: int = CASES) -> int:
    """Print the sizes of each database."""
    world.on_each(lambda name, office: measure(name, office, cases))
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
