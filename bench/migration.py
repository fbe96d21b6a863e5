"""Running cases that go on under another release, as many at once as the command moves. `python -m bench.migration`."""

from __future__ import annotations

import sys
import time
from datetime import date

from app.cases import operations
from app.core.actor import SYSTEM
from app.core.clock import local_date
from app.definitions import publishing, store
from app.definitions.queries import resolve
from app.identity import queries as identity
from bench.report import figure
from bench.world import on_postgres, on_sqlite
from tests.support.worlds import RELIEF, VILLAGE, Office, id_number

PROGRAMME = "uninsured_unemployed_relief"
CASES, AIM = 300, 10_000


def publish_again(office: Office) -> str:
    """The release once more, as a newer one whose diagrams have other bytes; its id."""
    today = local_date(office.now)
    with office.database.write() as session:
        chain = identity.chain_of_code(session, VILLAGE, today)
        before = resolve(session, PROGRAMME, chain.ids, today)
        files = dict(store.files_of(session, before.release_id or ""))
        files |= {path: content + b"\n" for path, content in files.items() if path.endswith(".bpmn")}
        scope = identity.region_by_code(session, before.region_code, today).id
        return publishing.put_in_force(
            session, SYSTEM, files, office.now, scopes=[scope], in_force_from=date(2020, 1, 1)
        )


def seconds_a_case(office: Office, count: int) -> tuple[float, float]:
    """What one case that moves takes: on the clock, and of the processor."""
    for number in range(count):
        office.apply(PROGRAMME, RELIEF, id_number=id_number(number))
    release_id = publish_again(office)
    began, busy = time.perf_counter(), time.process_time()
    with office.database.read() as session:
        cases, _ = operations.cases_to_migrate(session, SYSTEM, release_id, local_date(office.now))
    for batch in operations.batches(cases):
        with office.database.write() as session:
            moved = operations.migrate_cases(session, SYSTEM, batch, release_id, {}, office.now)
            assert not any(each.problems for each in moved)
    return (time.perf_counter() - began) / len(cases), (time.process_time() - busy) / len(cases)


def main(count: int = CASES) -> None:
    """Print the time that ten thousand running cases would take."""
    for name, opened in (("SQLite", on_sqlite), ("PostgreSQL", on_postgres)):
        with opened() as office:
            taken, busy = (seconds * AIM for seconds in seconds_a_case(office, count))
        figure(f"migration.ten_thousand.{name.lower()}", taken, "s", "<= 60")
        figure(f"migration.ten_thousand.{name.lower()}.processor", busy, "s", "<= 60")
        print(f"migration of {AIM:,} running cases, from {count}, {name}: {taken:.0f} s, of the processor {busy:.0f} s")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
