"""Running cases that go on under another release, each in a transaction of its own. `python -m bench.migration`."""

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
from bench.world import id_number, on_sqlite
from tests.support.worlds import RELIEF, VILLAGE, Office

PROGRAMME = "uninsured_unemployed_relief"
CASES, AIM = 300, 10_000


def publish_again(office: Office) -> str:
    """The same release once more, as a newer one; its id."""
    today = local_date(office.now)
    with office.database.write() as session:
        chain = identity.chain(session, identity.region_by_code(session, VILLAGE, today).id)
        before = resolve(session, PROGRAMME, chain.ids, today)
        files = store.files_of(session, before.release_id or "")
        scope = identity.region_by_code(session, before.region_code, today).id
        return publishing.put_in_force(
            session, SYSTEM, files, office.now, scopes=[scope], in_force_from=date(2020, 1, 1)
        )


def seconds_a_case(office: Office) -> float:
    """Processor and disk time of one case that moves."""
    for number in range(CASES):
        office.apply(PROGRAMME, RELIEF, id_number=id_number(number))
    release_id = publish_again(office)
    began = time.perf_counter()
    with office.database.read() as session:
        case_ids = operations.cases_to_migrate(session, release_id, local_date(office.now))
    for case_id in case_ids:
        with office.database.write() as session:
            operations.migrate_case(session, SYSTEM, case_id, release_id, {}, office.now)
    return (time.perf_counter() - began) / len(case_ids)


def main() -> None:
    """Print the time that ten thousand running cases would take."""
    with on_sqlite() as office:
        taken = figure("migration.ten_thousand", seconds_a_case(office) * AIM, "s", "<= 60")
    print(f"migration of {AIM:,} running cases, from {CASES}, SQLite: {taken:.0f} s (aim 60)")


if __name__ == "__main__":
    sys.exit(main())
