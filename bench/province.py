"""A province made of copies: a staffed place with real cases, and as many more of each row as are asked for, in SQL.

What is copied keeps its shape; ids, places, days and names differ. The real township and its county have the same work
in a small province and in a large one, so that what grows on their pages grows because the province did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, delete, insert, select, text

from app.core.chinese import mask_name
from app.core.grams import grams_of_name
from app.core.ids import new_id
from app.db import Base, Database
from app.identity import queries as identity
from app.inbox.queries import ITEM
from app.publicity import operations as publicity
from app.registry import operations as registry
from bench.cases import PROGRAMME, STEPS
from tests.support.web import Web, open_web, staff
from tests.support.worlds import RELIEF, VILLAGE, Office, id_number

COUNTIES, TOWNSHIPS, VILLAGES = 60, 20, 5
OWN = 300
"""So much open work of the copies is the real township's."""
OWN_CASES, OWN_AWARDS, OWN_NOTICES, OWN_ORDERS = 3000, 1000, 600, 1000
"""So many of the copies lie in the real county."""
SEEN = ("see_cases", "see_awards", "see_money")
COPIED = ("case_file", "case_gram", "incident", "owed", "work_item", "person", "person_gram", "award", "notice",
          "payment_order", "job")  # fmt: skip
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "建国秀英桂芝明丽强军芳艳杰涛静敏磊洋勇娟玲红霞平刚辉鹏飞玉兰云莲春梅海波文华志伟永生德福"
NAMES = [one + two + three for one in SURNAMES for two in GIVEN[::3] for three in GIVEN[1::3]]


@dataclass(frozen=True, slots=True)
class Size:
    """How many of each there are; the rest follows from the open work."""

    items: int

    @property
    def closed(self) -> int:
        return self.items * 5

    @property
    def cases(self) -> int:
        return self.items * 3 // 2

    @property
    def awards(self) -> int:
        return self.items // 2

    @property
    def failures(self) -> int:
        return self.items // 20

    @property
    def notices(self) -> int:
        return self.items * 3 // 10


class Province:
    """Fills one database; `grow` may be called again with a larger size."""

    def __init__(self, database: Database, clock: Any) -> None:
        self.database, self.clock = database, clock
        staff(database)
        self.web: Web = open_web(database, clock)
        self.office = Office(database, clock)
        self._templates = self._real_rows()
        self._have = Size(0)
        self._sqlite = database.is_sqlite
        with database.engine.begin() as connection:
            self._helpers(connection)
            self._places(connection)
            self._onlookers(connection)

    def grow(self, size: Size) -> None:
        """Bring every table to this size, and let the database learn what it holds."""
        before, self._have = self._have, size
        indexes = [index for name in COPIED for index in Base.metadata.tables[name].indexes]
        with self.database.engine.connect() as connection, self._unguarded(connection):
            for index in indexes:
                index.drop(connection)
            self._cases(connection, before.cases, size.cases)
            self._failures(connection, before.failures, size.failures)
            self._items(connection, before, size)
            self._awards(connection, before.awards, size.awards)
            self._rest(connection, before, size)
            for index in indexes:
                index.create(connection)
        with self.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE" if self._sqlite else "VACUUM (ANALYZE, PARALLEL 0)"))

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

    def _real_rows(self) -> dict[str, str]:
        """One row of each kind that the product wrote itself; ids by kind."""
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
        return {"going": going.case_id, "done": done.case_id, "open": items["open"], "closed": items["done"],
                "award": request.id, "notice": notice, "order": str(order)}  # fmt: skip

    # The SQL that both databases read, with what they spell differently.

    def _id(self, prefix: str, number: str) -> str:
        return f"'{prefix}' || CAST(1000000000 + {number} AS VARCHAR(12))"

    def _days_before(self, day: str, days: str) -> str:
        return f"date({day}, (-({days})) || ' days')" if self._sqlite else f"({day} - CAST({days} AS integer))"

    def _before(self, moment: str, minutes: str) -> str:
        if self._sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%f000', {moment}, (-({minutes})) || ' minutes')"
        return f"({moment} - ({minutes}) * interval '1 minute')"

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

    def _numbers(self, connection: Connection, until: int) -> None:
        have = connection.scalar(text("SELECT coalesce(max(n), 0) FROM scale_number")) or 0
        if have < until:
            series = "WITH RECURSIVE s(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM s WHERE n < :last)"
            connection.execute(
                text(f"INSERT INTO scale_number {series} SELECT n FROM s" if self._sqlite
                     else "INSERT INTO scale_number SELECT generate_series(CAST(:first AS integer), :last)"),
                {"first": have + 1, "last": until},
            )  # fmt: skip

    def _copy(
        self, connection: Connection, table: str, template: str, span: tuple[int, int], changes: Mapping[str, str],
        joins: str = "",
    ) -> None:  # fmt: skip
        """Rows `span` (from, until] of a table, copied from one row with changes; in them `k.n` is the number."""
        self._numbers(connection, span[1])
        names = [column.name for column in Base.metadata.tables[table].columns]
        chosen = ", ".join(changes.get(name, f't."{name}"') for name in names)
        columns = ", ".join(f'"{name}"' for name in names)
        connection.execute(
            text(f"INSERT INTO {table} ({columns}) SELECT {chosen} FROM {table} t, scale_number k {joins} "
                 "WHERE t.id = :template AND k.n > :first AND k.n <= :last"),
            {"template": template, "first": span[0], "last": span[1]},
        )  # fmt: skip

    def _onlookers(self, connection: Connection) -> None:
        """Auditors, who sit at the province too, see everything in this one."""
        capability = Base.metadata.tables["capability"]
        rows = [{"position": "auditor", "capability": each, "granted": True} for each in SEEN]
        known = capability.c.position == "auditor", capability.c.capability.in_(SEEN)
        connection.execute(delete(capability).where(*known))
        connection.execute(insert(capability), rows)

    def _places(self, connection: Connection) -> None:
        """Counties, townships and villages beside the real ones, each with an office."""
        with self.database.read() as session:
            refs = identity.chain_of_code(session, VILLAGE, self.office.now.date()).refs
            self._real = {ref.level: ref.id for ref in refs}
        region, office = Base.metadata.tables["region"], Base.metadata.tables["office"]
        regions, offices, real = [], [], self._real

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

    _COUNTY = f"(k.n % {COUNTIES})"
    _TOWNSHIP = f"(k.n % {COUNTIES * TOWNSHIPS})"
    _VILLAGE = f"(k.n % {COUNTIES * TOWNSHIPS * VILLAGES})"
    _NAMED = f"JOIN scale_name m ON m.n = k.n % {len(NAMES)}"

    def _where(self, own: str = "1 = 0") -> dict[str, str]:
        """Columns of the place; where `own` holds, that of the copied row."""
        found = {"region_id": self._id("vi", self._VILLAGE), "village_id": self._id("vi", self._VILLAGE),
                 "township_id": self._id("to", self._TOWNSHIP), "county_id": self._id("co", self._COUNTY)}  # fmt: skip
        return {name: f"CASE WHEN {own} THEN t.{name} ELSE {value} END" for name, value in found.items()}

    def _cases(self, connection: Connection, first: int, last: int) -> None:
        own = f"k.n <= {OWN_CASES}"
        number = self._id("长救〔2020〕", "k.n")
        changes = self._where(own) | {
            "id": self._id("ca", "k.n"), "number": number, "applicant_name": "m.name",
            "applicant_blind": self._id("bl", "k.n"), "query_hash": self._id("qu", "k.n"),
            "filed_at": self._before("t.filed_at", f"CASE WHEN {own} THEN k.n * 150 ELSE k.n % 500000 END"),
            "status": "CASE WHEN k.n % 3 = 0 THEN 'approved' ELSE 'in_progress' END",
            "closed_at": f"CASE WHEN k.n % 3 = 0 THEN {self._before('t.filed_at', 'k.n % 400000')} ELSE NULL END",
            "number_tail": f"CAST({self._reversed('1000000000 + k.n')} AS VARCHAR(8))",
            "tail_blind": self._id("tb", "k.n % 10000"), "state": "x''" if self._sqlite else "''::bytea",
        }  # fmt: skip
        self._copy(connection, "case_file", self._templates["going"], (first, last), changes, self._NAMED)
        case, county = self._id("ca", "k.n"), self._id("co", self._COUNTY)
        connection.execute(
            text(f"INSERT INTO case_gram (case_id, gram, county_id) SELECT {case}, g.gram, "
                 f"CASE WHEN {own} THEN :county ELSE {county} END FROM scale_number k "
                 f"JOIN scale_gram g ON g.n = k.n % {len(NAMES)} WHERE k.n > :first AND k.n <= :last"),
            {"county": self._real["county"], "first": first, "last": last},
        )  # fmt: skip

    def _failures(self, connection: Connection, first: int, last: int) -> None:
        """Steps that failed and what is owed after the fact, one in ten still open; a hundred in the real county."""
        case = f"CASE WHEN k.n <= 100 THEN k.n ELSE {OWN_CASES} + k.n END"
        of_case, place = self._id("ca", f"({case})"), self._id("co", f"(({case}) % {COUNTIES})")
        county = f"CASE WHEN k.n <= 100 THEN t.county_id ELSE {place} END"
        ended = "CASE WHEN k.n % 10 = 0 THEN NULL ELSE t.filed_at END"
        rows = {
            "incident": {
                "id": self._id("in", "k.n"), "county_id": county, "case_id": of_case,
                "action_id": "'bench'",
                "element_id": "'village_investigation'", "stage": "'effect'", "message": "'缺少政策参数'",
                "cause": "''",
                "raised_at": self._before("t.filed_at", "k.n % 40000"), "resolved_at": ended,
            },
            "owed": {
                "id": self._id("ow", "k.n"), "county_id": county, "case_id": of_case, "case_seq": "1",
                "place": "1",
                "key": "'income_proof'", "title": "'收入证明'", "since": "t.filed_at", "settled_at": ended,
            },
        }  # fmt: skip
        for table, columns in rows.items():
            connection.execute(
                text(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} "
                     "FROM case_file t, scale_number k WHERE t.id = :template AND k.n > :first AND k.n <= :last"),
                {"template": self._templates["going"], "first": first, "last": last},
            )  # fmt: skip

    def _reversed(self, number: str) -> str:
        """Eight digits, the last one first: as a sum, since SQLite reverses no text."""
        digits = " || ".join(f"CAST(({number}) / {10**at} % 10 AS VARCHAR(1))" for at in range(8))
        return f"({digits})"

    def _items(self, connection: Connection, before: Size, size: Size) -> None:
        own = f"k.n <= {OWN}"
        office = self._id("ofto", self._TOWNSHIP)
        common = {"case_id": self._id("ca", f"(1 + k.n % {size.cases})"), "subject": "m.name", "detail": "NULL",
                  "engine_task_id": "NULL"}  # fmt: skip
        opened = {name: value for name, value in self._where(own).items() if name != "region_id"} | common | {
            "id": self._id("op", "k.n"), "case_number": self._id("长救〔2020〕", "k.n"),
            "office_id": f"CASE WHEN {own} THEN t.office_id ELSE {office} END",
            "candidate": f"CASE WHEN {own} THEN t.candidate ELSE t.position || '@' || {office} END",
            "due_on": self._days_before("t.sort_on", "k.n % 60 - 30"),
            "sort_on": self._days_before("t.sort_on", "k.n % 60 - 30"),
            "created_at": self._before("t.created_at", "k.n % 100000"),
        }  # fmt: skip
        self._copy(connection, "work_item", self._templates["open"], (before.items, size.items), opened, self._NAMED)
        closed = {name: value for name, value in self._where(own).items() if name != "region_id"} | common | {
            "id": self._id("cl", "k.n"), "case_number": self._id("长救〔2020〕", "k.n"),
            "office_id": f"CASE WHEN {own} THEN t.office_id ELSE {office} END",
            "candidate": f"CASE WHEN {own} THEN t.candidate ELSE t.position || '@' || {office} END",
            "closed_by": f"CASE WHEN {own} THEN t.closed_by ELSE {self._id('us', 'k.n % 20000')} END",
            "closed_at": self._before("t.closed_at", "k.n % 500000"),
        }  # fmt: skip
        span = before.closed, size.closed
        self._copy(connection, "work_item", self._templates["closed"], span, closed, self._NAMED)

    def _awards(self, connection: Connection, first: int, last: int) -> None:
        person, own = self._id("pe", "k.n"), f"k.n <= {OWN_AWARDS}"
        wanted = text("SELECT person_id FROM award WHERE id = :id")
        template = connection.scalar(wanted, {"id": self._templates["award"]})
        people = {"id": person, "blind": self._id("bp", "k.n"), "name": "m.name"}
        self._copy(connection, "person", str(template), (first, last), people, self._NAMED)
        connection.execute(
            text("INSERT INTO person_gram (gram, county_id, person_id) "
                 f"SELECT g.gram, CASE WHEN {own} THEN :county ELSE {self._id('co', self._COUNTY)} END, {person} "
                 f"FROM scale_number k JOIN scale_gram g ON g.n = k.n % {len(NAMES)} "
                 "WHERE k.n > :first AND k.n <= :last"),
            {"county": self._real["county"], "first": first, "last": last},
        )  # fmt: skip
        places = {name: value for name, value in self._where(own).items() if name != "village_id"}
        changes = places | {
            "id": self._id("aw", "k.n"), "person_id": person, "case_id": self._id("ca", "k.n"),
            "case_number": self._id("长救〔2020〕", "k.n"), "account_sealed": "NULL", "facts_sealed": "NULL",
            "recheck_on": self._days_before("t.starts_on", "k.n * 7 % 3650 - 3650"),
        }  # fmt: skip
        self._copy(connection, "award", self._templates["award"], (first, last), changes)

    def _place(self, own: int) -> dict[str, str]:
        """The columns of the place of what has no more than these two."""
        return {
            name: value for name, value in self._where(f"k.n <= {own}").items() if name in ("region_id", "county_id")
        }

    def _rest(self, connection: Connection, before: Size, size: Size) -> None:
        """Notices (most of them over), money, failures, jobs."""
        until = self._days_before("t.until_on", "k.n % 4000")
        notices = self._place(OWN_NOTICES) | {
            "id": self._id("no", "k.n"), "case_id": self._id("ca", "k.n"), "until_on": until,
            "wait_id": self._id("wa", "k.n"), "status": "CASE WHEN k.n % 4000 > 60 THEN 'completed' ELSE 'posted' END",
        }  # fmt: skip
        self._copy(connection, "notice", self._templates["notice"], (before.notices, size.notices), notices)
        orders = self._place(OWN_ORDERS) | {
            "id": self._id("or", "k.n"), "case_id": self._id("ca", "k.n"), "dedup": self._id("or", "k.n"),
            "status": "CASE WHEN k.n % 20 = 0 THEN 'pending' ELSE 'paid' END", "account": "NULL",
            "due_on": self._days_before("t.due_on", "k.n % 1000"), "payee": "m.name", "replaces": "NULL",
        }  # fmt: skip
        self._copy(connection, "payment_order", self._templates["order"], (before.cases, size.cases), orders,
                   self._NAMED)  # fmt: skip
        job = connection.scalar(text("SELECT id FROM job LIMIT 1"))
        jobs = {"id": self._id("jo", "k.n"), "dedup": self._id("jo", "k.n"), "payload": "NULL",
                "state": "CASE WHEN k.n % 10 = 0 THEN 'ready' ELSE 'done' END", "case_id": self._id("ca", "k.n"),
                "due": self._before("t.due", "-60 * 24 * (1 + k.n % 300)"),
                "finished_at": self._before("t.due", "k.n % 40000")}  # fmt: skip
        self._copy(connection, "job", str(job), (before.items, size.items), jobs)


__all__ = ["NAMES", "Province", "Size"]
