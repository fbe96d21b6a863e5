"""What an office already pays, in one file: compared, kept, confirmed and written.

`python -m bench.takeovers [HOW_MANY]`, on SQLite and, where it is installed, on PostgreSQL.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from app.cases import handlers as cases
from app.core.clock import SHANGHAI
from app.jobs.runner import Worker
from app.takeover import operations, queries, writing
from bench import world
from bench.report import figure
from tests.support import takeover
from tests.support.worlds import Office

AWARDS = 20_000
AIM = "<= 120"


@contextmanager
def timed(name: str, what: str, size: int, aim: str = "") -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    aim = aim if size == AWARDS else ""
    figure(f"takeover.{name}.{what.replace(' ', '_')}", wall, "s", aim)
    figure(f"takeover.{name}.{what.replace(' ', '_')}.each", cpu / size * 1000, "ms cpu")
    told = f"{cpu:6.1f} s of the processor, {cpu / size * 1000:.2f} ms an award"
    print(f"  {what:10} {wall:6.1f} s, {told}{f' (aim {aim} s)' if aim else ''}", flush=True)


def _measure(name: str, office: Office, size: int) -> None:
    office.clock.move_to(datetime(2021, 1, 10, 9, tzinfo=SHANGHAI))
    content = takeover.workbook(takeover.households(size))
    print(f"{name}: {size} awards of two people, {len(content) / 1e6:.1f} MB")
    with timed(name, "all", size, AIM):
        with timed(name, "dry run", size):
            takeover.tried(office, content)
        with timed(name, "import", size):
            takeover_id = takeover.proposed(office, content) or ""
        with timed(name, "written", size):
            with office.database.write() as session:
                operations.confirm(session, office.holder(session, "county_head"), takeover_id, office.now)
            worker = Worker(office.database, office.clock, {**writing.HANDLERS, **cases.HANDLERS})
            while worker.run_once():
                pass
    with office.database.read() as session:
        row = queries.details(session, office.holder(session, "county_head"), takeover_id).row
    assert row.written == size


def main(size: int = AWARDS) -> int:
    world.on_each(lambda name, office: _measure(name, office, size))
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
