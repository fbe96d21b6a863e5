"""Rows by the million in SQL that both databases read: copies of one row, or made from nothing, a number for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from app.db import Base

COUNTIES, TOWNSHIPS, VILLAGES = 60, 20, 5
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "建国秀英桂芝明丽强军芳艳杰涛静敏磊洋勇娟玲红霞平刚辉鹏飞玉兰云莲春梅海波文华志伟永生德福"
NAMES = [one + two + three for one in SURNAMES for two in GIVEN[::3] for three in GIVEN[1::3]]
NAMED = f"JOIN scale_name m ON m.n = k.n % {len(NAMES)}"
"""Gives each number a name, `m.name`."""
GRAMS = f"JOIN scale_gram g ON g.n = k.n % {len(NAMES)}"
"""What that name is found by, a row each."""


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
    def staff(self) -> int:
        return self.items // 50

    @property
    def failures(self) -> int:
        return self.items // 20

    @property
    def notices(self) -> int:
        return self.items * 3 // 10


class Real(NamedTuple):
    """Ids of rows that the product wrote itself by kind, of the real divisions by level, and of a township's clerk."""

    rows: Mapping[str, str]
    places: Mapping[str, str]
    clerk: str


class Copies:
    """Expressions of a row's number `k.n`, as a database spells them, and the statements that hold them."""

    COUNTY = f"(k.n % {COUNTIES})"
    TOWNSHIP = f"(k.n % {COUNTIES * TOWNSHIPS})"
    VILLAGE = f"(k.n % {COUNTIES * TOWNSHIPS * VILLAGES})"

    def __init__(self, connection: Connection, is_sqlite: bool) -> None:
        self._connection, self._sqlite = connection, is_sqlite

    def id(self, prefix: str, number: str = "k.n") -> str:
        return f"'{prefix}' || CAST(1000000000 + {number} AS VARCHAR(12))"

    def days_before(self, day: str, days: str) -> str:
        return f"date({day}, (-({days})) || ' days')" if self._sqlite else f"({day} - CAST({days} AS integer))"

    def before(self, moment: str, minutes: str) -> str:
        if self._sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%f000', {moment}, (-({minutes})) || ' minutes')"
        return f"({moment} - ({minutes}) * interval '1 minute')"

    @property
    def no_bytes(self) -> str:
        return "x''" if self._sqlite else "''::bytea"

    def reversed_digits(self, number: str) -> str:
        """Eight digits, the last one first: as a sum, since SQLite reverses no text."""
        digits = " || ".join(f"CAST(({number}) / {10**at} % 10 AS VARCHAR(1))" for at in range(8))
        return f"({digits})"

    def where(self, own: str = "1 = 0") -> dict[str, str]:
        """Columns of the place; where `own` holds, that of the copied row."""
        found = {"region_id": self.id("vi", self.VILLAGE), "village_id": self.id("vi", self.VILLAGE),
                 "township_id": self.id("to", self.TOWNSHIP), "county_id": self.id("co", self.COUNTY)}  # fmt: skip
        return {name: f"CASE WHEN {own} THEN t.{name} ELSE {value} END" for name, value in found.items()}

    def county(self, own: int) -> str:
        """Of the first so many the real one."""
        return self.where(f"k.n <= {own}")["county_id"]

    def place(self, own: int) -> dict[str, str]:
        """The columns of the place of what has no more than these two."""
        where = self.where(f"k.n <= {own}")
        return {name: where[name] for name in ("region_id", "county_id")}

    def number(self, until: int) -> None:
        """So many numbers to count with."""
        have = self._connection.scalar(text("SELECT coalesce(max(n), 0) FROM scale_number")) or 0
        if have < until:
            series = "WITH RECURSIVE s(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM s WHERE n < :last)"
            self._connection.execute(
                text(f"INSERT INTO scale_number {series} SELECT n FROM s" if self._sqlite
                     else "INSERT INTO scale_number SELECT generate_series(CAST(:first AS integer), :last)"),
                {"first": have + 1, "last": until},
            )  # fmt: skip

    def copy(
        self, table: str, template: str, span: tuple[int, int], changes: Mapping[str, str], joins: str = ""
    ) -> None:
        """Rows `span` (from, until] of a table, copied from one of its rows, `t`, with changes."""
        names = [column.name for column in Base.metadata.tables[table].columns]
        source = f"(SELECT * FROM {table} WHERE id = '{template}') t"
        self._insert(table, {name: changes.get(name, f't."{name}"') for name in names}, span, source, joins)

    def make(self, table: str, span: tuple[int, int], joins: str = "", /, **columns: str) -> None:
        """Rows of a table that has none to copy; `t` is a real case, for its days and places."""
        self._insert(table, columns, span, "scale_case t", joins)

    def _insert(self, table: str, columns: Mapping[str, str], span: tuple[int, int], source: str, joins: str) -> None:
        names = ", ".join(f'"{name}"' for name in columns)
        self.execute(
            f"INSERT INTO {table} ({names}) SELECT {', '.join(columns.values())} FROM {source}, scale_number k {joins} "
            "WHERE k.n > :first AND k.n <= :last", first=span[0], last=span[1],
        )  # fmt: skip

    def execute(self, statement: str, **given: Any) -> Any:
        return self._connection.execute(text(statement), given)
