"""A province made of copies: a staffed place with real cases, and as many more of each row as are asked for, in SQL.

What is copied keeps its shape; ids, places, days and names differ. The real township and its county have the same work
in a small province and in a large one, so that what grows on their pages grows because the province did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, text

from app.core.chinese import mask_name
from app.core.grams import grams_of_name
from app.core.ids import new_id
from app.db import Base, Database
from app.identity import queries as identity
from app.inbox.queries import ITEM
from app.publicity import operations as publicity
from app.registry import operations as registry
from bench import filling, records
from bench.cases import PROGRAMME, STEPS
from bench.copies import COUNTIES, NAMES, TOWNSHIPS, VILLAGES, Copies, Real, Size
from tests.support.web import ELSEWHERE, TOWNSHIP, Web, open_web, staff
from tests.support.worlds import RELIEF, VILLAGE, Office, id_number

CLERK, PROVINCE = f"township_clerk.{TOWNSHIP}", "auditor.22"
TWO_POSTS = f"{CLERK}.2"
"""Has the same post in another township too."""
SEEN = ("see_cases", "see_awards", "see_money")
AT_ONCE = 2
"""Parts of a PostgreSQL database that are filled beside each other; SQLite has one writer."""


class Part(NamedTuple):
    """Tables that are filled in one transaction."""

    tables: tuple[str, ...]
    fill: Callable[[Copies, Real, Size, Size], None]


PARTS = (
    Part(("work_item",), filling.items),
    Part(("case_file", "case_gram"), filling.cases),
    Part(records.OF_CASES, records.cases),
    Part(("audit_event",), records.chains),
    Part(("person", "person_gram", "award"), filling.awards),
    Part(("incident", "owed"), filling.failures),
    Part(("notice", "payment_order", "job"), filling.rest),
    Part(records.OF_WORK, records.work),
    Part(records.OF_AWARDS, records.awards),
    Part(records.FEW, records.few),
    Part(records.OF_STAFF, records.staff),
)
"""The longest first."""


class Province:
    """Fills one database; `grow` may be called again with a larger size."""

    def __init__(self, database: Database, clock: Any) -> None:
        self.database, self.clock = database, clock
        staff(database)
        self.web: Web = open_web(database, clock)
        self.office = Office(database, clock)
        self._real = self._real_rows()
        self._have = Size(0)
        self._sqlite = database.is_sqlite
        with database.engine.begin() as connection:
            self._helpers(connection)
            self._places(connection)
            self._onlookers(connection)

    def grow(self, size: Size) -> None:
        """Bring every table to this size, and let the database learn what it holds."""
        before, self._have = self._have, size
        with self.database.engine.begin() as connection:
            Copies(connection, self._sqlite).number(size.closed)
        with ThreadPoolExecutor(1 if self._sqlite else AT_ONCE) as workers:
            for part in [workers.submit(self._filled, part, before, size) for part in PARTS]:
                part.result()
        with self.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE" if self._sqlite else "VACUUM (ANALYZE, PARALLEL 0)"))

    def _filled(self, part: Part, before: Size, size: Size) -> None:
        """Rows first, then their indexes."""
        indexes = [index for name in part.tables for index in Base.metadata.tables[name].indexes]
        with self.database.engine.connect() as connection, self._unguarded(connection):
            for index in indexes:
                index.drop(connection)
            part.fill(Copies(connection, self._sqlite), self._real, before, size)
            for index in indexes:
                index.create(connection)

    @contextmanager
    def _unguarded(self, connection: Connection) -> Iterator[None]:
        """One transaction in which foreign keys are not asked for each of millions of rows."""
        if self._sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        yield
        connection.commit()
        if self._sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")

    def _real_rows(self) -> Real:
        """One row of each kind that the product wrote itself; in `seen` what pages of them are opened by."""
        office = self.office
        going = office.apply(PROGRAMME, RELIEF)
        office.do(going.case_id, STEPS[0][0], STEPS[0][1], **STEPS[0][2])
        done = office.apply(PROGRAMME, RELIEF, id_number=id_number(1), name="张建军")
        for element, position, data in STEPS:
            office.do(done.case_id, element, position, **data)
        with self.database.write() as session:
            chain = identity.chain_of_code(session, VILLAGE, office.now.date())
            request = registry.AwardRequest(
                id=new_id(), programme="dibao", id_number=id_number(2), name="李秀英", region_id=chain.nearest.id,
                monthly=Decimal("300.00"), starts_on=date(2019, 5, 1), account="6228480240000000002", facts={},
            )  # fmt: skip
            registry.start_award(session, request, office.now)
            notice = publicity.post(session, publicity.Posting(
                case_id=going.case_id, case_seq=1, wait_id=new_id(), element_id="notice", kind="decision", chain=chain,
                programme_title="低保", subject=mask_name("王建国"), summary="拟保障 3 人", place="村务公开栏", days=7,
                waits=True,
            ), office.now)  # fmt: skip
            items = {row.status: row.id for row in session.execute(select(ITEM).where(ITEM.c.kind == "task"))}
            order = session.scalar(text("SELECT id FROM payment_order LIMIT 1"))
            letter = session.execute(text("SELECT id, verify_code FROM document ORDER BY id LIMIT 1")).one()
            whose = {"id": request.id}
            person = session.scalar(text("SELECT person_id FROM award WHERE id = :id"), whose)
            job = session.scalar(text("SELECT id FROM job LIMIT 1"))
            release = session.scalar(text("SELECT release_id FROM case_file LIMIT 1"))
        self.seen = {
            "case": done.case_id, "number": going.number, "code": going.query_code, "letter": letter.verify_code,
            "award": request.id, "person": str(person), "notice": notice, "task": items["open"],
            "release": str(release),
        }  # fmt: skip
        rows = {"case_file": going.case_id, "open": items["open"], "closed": items["done"], "award": request.id,
                "notice": notice, "payment_order": str(order), "person": str(person), "job": str(job)}  # fmt: skip
        places = {ref.level: ref.id for ref in chain.refs}
        return Real(rows, places, self.web.actor(CLERK).user_id or "")

    def _helpers(self, connection: Connection) -> None:
        """Numbers, and names with what they are found by."""
        connection.execute(text("CREATE TABLE scale_number (n INTEGER PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE scale_name (n INTEGER PRIMARY KEY, name VARCHAR(20))"))
        connection.execute(text("CREATE TABLE scale_gram (n INTEGER, gram VARCHAR(4))"))
        rows = [{"n": at, "name": name} for at, name in enumerate(NAMES)]
        connection.execute(text("INSERT INTO scale_name VALUES (:n, :name)"), rows)
        grams = [{"n": at, "gram": gram} for at, name in enumerate(NAMES) for gram in sorted(grams_of_name(name))]
        connection.execute(text("INSERT INTO scale_gram VALUES (:n, :gram)"), grams)
        connection.execute(text("CREATE INDEX ix_scale_gram ON scale_gram (n)"))
        # Of its own, since whoever fills the cases locks their table.
        copied = "CREATE TABLE scale_case AS SELECT * FROM case_file WHERE id = '{}'"
        connection.execute(text(copied.format(self._real.rows["case_file"])))

    def _onlookers(self, connection: Connection) -> None:
        """Auditors, who sit at the province too, see everything in this one; a clerk has two posts."""
        capability = Base.metadata.tables["capability"]
        rows = [{"position": "auditor", "capability": each, "granted": True} for each in SEEN]
        known = capability.c.position == "auditor", capability.c.capability.in_(SEEN)
        connection.execute(delete(capability).where(*known))
        connection.execute(insert(capability), rows)
        elsewhere = self.web.actor(f"township_clerk.{ELSEWHERE[:9]}").appointments[0].office_id
        second = {"id": new_id(), "user_id": self.web.actor(TWO_POSTS).user_id, "office_id": elsewhere,
                  "position": "township_clerk", "valid_from": date(2020, 1, 1)}  # fmt: skip
        connection.execute(insert(Base.metadata.tables["appointment"]), second)

    def _places(self, connection: Connection) -> None:
        """Counties, townships and villages beside the real ones, each with an office."""
        region, office = Base.metadata.tables["region"], Base.metadata.tables["office"]
        regions, offices, real = [], [], self._real.places

        def add(level: str, id: str, code: str, parent: str, **above: str | None) -> None:
            regions.append({"id": id, "code": code, "name": f"试验{code}", "level": level, "parent_id": parent,
                            "province_id": real["province"], "city_id": real["city"], "township_id": None,
                            **above})  # fmt: skip

        for c in range(COUNTIES):
            county = f"co{1000000000 + c}"
            add("county", county, f"9{c:05d}", real["city"], county_id=county)
            for t in range(c, COUNTIES * TOWNSHIPS, COUNTIES):
                township, code = f"to{1000000000 + t}", f"9{c:05d}{t // COUNTIES:03d}"
                add("township", township, code, county, county_id=county, township_id=township)
                for v in range(t, COUNTIES * TOWNSHIPS * VILLAGES, COUNTIES * TOWNSHIPS):
                    last = f"{code}{v // (COUNTIES * TOWNSHIPS):03d}"
                    add("village", f"vi{1000000000 + v}", last, township, county_id=county, township_id=township)
        for row in regions:
            offices.append({"id": f"of{row['id']}", "region_id": row["id"], "county_id": row["county_id"],
                            "kind": row["level"], "name": f"{row['name']}机关", "short_name": row["name"]})  # fmt: skip
        connection.execute(insert(region), regions)
        connection.execute(insert(office), offices)


__all__ = ["NAMES", "Province", "Size"]
