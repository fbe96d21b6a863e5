"""Lists, searches and counts at 10,000 and at 1,000,000 pieces of open work. `python -m bench.scale [SIZE]`.

Every page is opened as a browser opens it; printed are the milliseconds of processor time that its statements took in
the database (p50, p95; of the server's process, on SQLite of ours), the whole page's as the clock says, the rows and
8-kB pages that they read (PostgreSQL tells; SQLite gives hundreds of steps of its virtual machine), and how many times
more that is than in the small province.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event, text

from app.cases.handlers import HANDLERS
from app.core.clock import MovableClock
from app.db import Database, Vault
from app.jobs import lanes
from app.watch import metrics
from bench import report, world
from bench.lists import ASKED, EXPORTS, Asked
from bench.province import Province, Size
from bench.report import figure
from tests.support.postgres import LOCAL, Cluster
from tests.support.schema import create_schema

SMALL, LARGE = 10_000, 1_000_000
TIMES, FILES = 20, 3
FAST = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "wal_level=minimal",
    "max_wal_senders=0", "max_wal_size=8GB", "shared_buffers=512MB", "maintenance_work_mem=256MB",
    "max_parallel_maintenance_workers=0",
    *LOCAL,
)  # fmt: skip
RATIO, MILLISECONDS = "<= 1.5", "<= 20"


@dataclass
class Read:
    """What opening a page took: milliseconds in the database and all in all, one a turn; rows and pages of the last."""

    database: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    rows: int = 0
    pages: int = 0

    def at(self, share: float) -> float:
        ordered = sorted(self.database)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


@dataclass
class Watch:
    """The statements that a block sends, with their parameters, and the seconds of processor time that they took."""

    sent: list[tuple[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    _since: float = 0.0

    def before(self, connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        self.sent.append((statement, parameters))
        self._since = _processor_time(connection)

    def after(self, connection: Any, *rest: Any) -> None:
        self.seconds += _processor_time(connection) - self._since


def _processor_time(connection: Any) -> float:
    """Seconds that the process has used which answers the statements of a connection; this machine runs it."""
    if connection.dialect.name == "sqlite":
        return time.thread_time()
    server = connection.connection.dbapi_connection.info.backend_pid
    return int(Path(f"/proc/{server}/schedstat").read_text().split()[0]) / 1e9


@contextmanager
def _watched(database: Database) -> Iterator[Watch]:
    watch = Watch()
    event.listen(database.engine, "before_cursor_execute", watch.before)
    event.listen(database.engine, "after_cursor_execute", watch.after)
    try:
        yield watch
    finally:
        event.remove(database.engine, "before_cursor_execute", watch.before)
        event.remove(database.engine, "after_cursor_execute", watch.after)


def measure(province: Province, times: int = TIMES) -> dict[str, Read]:
    """Every page so many times, every file that goes out `FILES` times, and the worker's question for what is due."""
    people: dict[str | None, FlaskClient] = {}
    found: dict[str, Read] = {}
    for asked in (*ASKED, *EXPORTS):
        if asked.who not in people:
            people[asked.who] = province.web.client(asked.who)
        turns = FILES if asked in EXPORTS else times
        found[asked.name] = _opened(province.database, partial(_page, people[asked.who], asked, province), turns)
    found["worker.due"] = _opened(province.database, lambda _: _due(province), times)
    found["worker.metrics"] = _opened(province.database, lambda _: _watched_over(province), times)
    return found


def _page(client: FlaskClient, asked: Asked, province: Province, turn: int) -> None:
    address, form = asked.address(turn).format(**province.seen), asked.form
    sent = {name: value.format(**province.seen) for name, value in form.items()}
    answer = client.post(address, data=sent) if form else client.get(address)
    if answer.status_code not in (200, 302):
        raise RuntimeError(f"{asked.name} {address}: {answer.status}")


def _due(province: Province) -> None:
    with province.database.read() as session:
        lanes.due_lanes(session, HANDLERS.keys(), province.clock.now())


def _watched_over(province: Province) -> None:
    metrics.exposition(province.database, province.clock.now())


def _opened(database: Database, call: Callable[[int], None], turns: int) -> Read:
    found = Read()
    call(0)
    for turn in range(turns):
        with _watched(database) as watch:
            began = time.perf_counter()
            call(turn)
            found.whole.append((time.perf_counter() - began) * 1000)
        found.database.append(watch.seconds * 1000)
    found.rows, found.pages = _explained(database, watch.sent)
    return found


def _explained(database: Database, sent: Sequence[tuple[str, Any]]) -> tuple[int, int]:
    """Rows that the scans of these statements gave or dropped and pages they touched; on SQLite (0, steps)."""
    asked = [(statement, given) for statement, given in sent if statement.lstrip().startswith(("SELECT", "WITH"))]
    with database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            return 0, sum(_steps(connection.connection.dbapi_connection, *each) for each in asked)
        plans = [_plan(connection.connection.cursor(), *each) for each in asked]
    return sum(map(_rows, plans)), sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in plans)


def _plan(cursor: Any, statement: str, given: Any) -> dict[str, Any]:
    cursor.execute("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) " + statement, given)
    (told,) = cursor.fetchone()
    return (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]


def _rows(plan: dict[str, Any]) -> int:
    below = plan.get("Plans", ())
    own = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"] if not below else 0
    return int(own) + sum(map(_rows, below))


def _steps(raw: Any, statement: str, given: Any) -> int:
    """Hundreds of steps of SQLite's virtual machine."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    raw.set_progress_handler(step, 100)
    try:
        raw.execute(statement, given).fetchall()
    finally:
        raw.set_progress_handler(None, 0)
    return count


def compare(name: str, small: dict[str, Read], large: dict[str, Read]) -> None:
    """One line a page, what grew most first."""
    print(f"  {'':22}{'p50 ms':>9}{'p95 ms':>9}{'whole ms':>10}{'rows':>10}{'pages':>9}   grew (pages)")
    growth = {key: (large[key].pages + 20) / (small[key].pages + 20) for key in large}
    for key in sorted(large, key=lambda each: -growth[each]):
        read = large[key]
        kind, aim = ("file", "") if key.endswith(".xlsx") else ("p95", MILLISECONDS)
        figure(f"scale.{name}.{key}.{kind}", read.at(0.95), "ms", aim, of=read.database)
        figure(f"scale.{name}.{key}.growth", growth[key], "times", RATIO)
        print(f"  {key:22}{read.at(0.5):9.2f}{read.at(0.95):9.2f}{statistics.median(read.whole):10.1f}"
              f"{read.rows:10}{read.pages:9}   {growth[key]:6.2f} ({small[key].pages} → {read.pages})")  # fmt: skip


def _run(name: str, url: str, vault: Vault, size: int, times: int) -> None:
    create_schema(url, vault)
    database = Database(url, vault, durable=False)
    try:
        province = Province(database, MovableClock(world.NOW))
        found = []
        for each in sorted({min(SMALL, size // 2), size}):
            began = time.perf_counter()
            province.grow(Size(each))
            print(f"{name}: {each} pieces of open work, built in {time.perf_counter() - began:.0f} s", flush=True)
            found.append(measure(province, times))
        if name == "postgresql":
            with database.read() as session:
                print("  on disk:", session.scalar(text("SELECT pg_size_pretty(pg_database_size(current_database()))")))
        compare(name, *found)
    finally:
        database.dispose()


def main(size: int = LARGE, only: str = "", times: int = TIMES) -> int:
    """Print the comparison of each database."""
    vault = Vault.generate()
    if only in ("", "sqlite"):
        with world.folder() as place:
            _run("sqlite", f"sqlite:///{place / 'doudi.db'}", vault, size, times)
    if only in ("", "postgresql"):
        with Cluster.start(FAST) as server, server.blank_database() as url:
            _run("postgresql", url, vault, size, times)
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", nargs="?", type=int, default=LARGE, help="pieces of open work in the large province")
    parser.add_argument("--only", default="", choices=["sqlite", "postgresql"], help="one database alone")
    parser.add_argument("--times", type=int, default=TIMES, help="how often each page is opened")
    parser.add_argument("--json", type=Path, default=None, metavar="FILE", help="write every figure to this file")
    return parser.parse_args()


if __name__ == "__main__":
    options = _asked()
    main(options.size, options.only, options.times)
    if options.json:
        report.write(options.json)
