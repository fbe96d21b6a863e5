"""A batch of 10,000 seasonal grants: drafted, confirmed, its letters written. `python -m bench.batch`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.errors import Duplicate
from app.documents.models import Document
from app.funds import batches
from app.funds.listing import BatchSpec
from app.funds.models import PaymentOrder
from app.identity import queries as identity
from app.jobs.runner import Worker
from app.registry import operations as registry
from app.worker import handlers
from bench import world
from bench.report import figure
from tests.support.outside import outside
from tests.support.worlds import VILLAGE, Office, id_number

GRANTS = 10_000
LETTER_SECONDS = 240
SPEC = BatchSpec(
    key="spring-festival-2021",
    kind="seasonal",
    title="2021年春节一次性补助",
    clause="B6",
    region_code="220122",
    programmes=("dibao", "tekun"),
    due_on=date(2021, 2, 1),
    amount=Decimal("300.00"),
)


def register(session: Session, office: Office, people: int = GRANTS) -> None:
    """So many people in payment in one village."""
    region = identity.region_by_code(session, VILLAGE, office.now.date())
    for number in range(people):
        registry.record_benefit(
            session,
            programme="dibao",
            id_number=id_number(number),
            name=f"张{number}",
            region_id=region.id,
            paid_on=date(2020, 1, 1),
            amount=Decimal("200.00"),
            monthly=True,
            now=office.now,
        )


def _timed(office: Office, call: Callable[[Session], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    with office.database.write() as session:
        result = call(session)
    return result, time.perf_counter() - began


def _count(office: Office, what: Any) -> int:
    with office.database.read() as session:
        return session.scalars(select(func.count(what))).one()


def _write_letters(office: Office, grants: int) -> None:
    """One worker writes and issues the letters; a slow machine is not watched for ever."""
    worker = Worker(office.database, office.clock, handlers(outside(Path())))
    began, cpu, jobs = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - began < LETTER_SECONDS:
        done = worker.run_once()
        jobs += done
        if not done:
            break
        office.clock.move_to(office.now + timedelta(minutes=2))
    taken, cpu = time.perf_counter() - began, time.process_time() - cpu
    recorded, issued = _count(office, Document.id), _count(office, Document.sha256)
    left = 2 * grants - jobs
    figure("batch.letters.rate", jobs / taken, "jobs a second")
    print(
        f"  letters: {recorded} recorded and {issued} issued in {taken:.0f} s by one worker, "
        f"{jobs / taken:.0f} jobs a second, cpu {cpu / jobs * 1000:.1f} ms each"
        + (f"; {left} jobs left, {left / jobs * taken:.0f} s more at this pace" if left else "")
    )


def main(grants: int = GRANTS) -> int:
    """Print seconds and counts; 1 where somebody would be paid twice."""
    with world.on_sqlite() as office:
        _, seconds = _timed(office, lambda session: register(session, office, grants))
        print(f"{grants} people in payment, recorded in {seconds:.1f} s")
        with office.database.read() as session:
            clerk, head = (office.holder(session, position) for position in ("county_clerk", "county_head"))
        batch_id, drafting = _timed(office, lambda session: batches.draft(session, clerk, SPEC, office.now))
        preview, previewing = _timed(office, lambda session: batches.preview(session, batch_id))
        made, confirming = _timed(office, lambda session: batches.confirm(session, head, batch_id, office.now))
        orders = _count(office, PaymentOrder.id)
        print(
            f"  drafted {preview.lines} lines of {preview.total} yuan in {drafting:.2f} s, "
            f"previewed in {previewing:.2f} s, confirmed {made} orders in {confirming:.2f} s"
        )
        figure("batch.drafted", drafting, "s")
        figure("batch.confirmed", confirming, "s")
        again, _ = _timed(office, lambda session: batches.confirm(session, head, batch_id, office.now))
        try:
            _timed(office, lambda session: batches.draft(session, clerk, SPEC, office.now))
            refused = False
        except Duplicate:
            refused = True
        after = _count(office, PaymentOrder.id)
        print(f"  repeated: {again} new orders, {after} in all; the same batch drafted again is refused: {refused}")
        _write_letters(office, grants)
    return int((orders, again, after, refused) != (grants, 0, grants, True))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
