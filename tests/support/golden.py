"""A filled installation of an earlier version as a file: one JSON line for each row, compressed.

The first line is the `Header`; then, for each table, a line with its name and columns and one with the values of each
row. Bytes are hexadecimal, moments are UTC, so that a file that was filled on one database loads into the other.
"""

from __future__ import annotations

import json
import lzma
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Date, DateTime, LargeBinary, MetaData, Table, create_engine, insert, select

from app.core.paths import ROOT
from app.db import Vault
from app.db.keyfile import write_private

FOLDER = ROOT / "tests" / "golden"
SUFFIX = ".jsonl.xz"
NOT_DATA = "alembic_version"


@dataclass(frozen=True, slots=True)
class Header:
    """`revision` of the schema, the moment `at` which the filling ended, and the `keys` to what is sealed."""

    version: str
    revision: str
    at: str
    keys: dict[str, Any]

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.at)

    def vault(self, folder: Path) -> Vault:
        """The keys, by way of a key file in `folder`, as an installation has them."""
        path = folder / "keys.json"
        write_private(path, json.dumps(self.keys).encode())
        return Vault.load(path)


@dataclass(frozen=True, slots=True)
class Rows:
    """What one table holds, as texts, numbers and None."""

    columns: list[str]
    values: list[list[Any]]


Content = dict[str, Rows]


def known() -> list[str]:
    """The versions of which there is a filled database."""
    return sorted(path.name.removesuffix(SUFFIX) for path in FOLDER.glob(f"*{SUFFIX}"))


def path_of(version: str) -> Path:
    return FOLDER / f"{version}{SUFFIX}"


def write(url: str, header: Header) -> Path:
    """Write the database at `url` as the filled one of the header's version."""
    path = path_of(header.version)
    with lzma.open(path, "wt", encoding="utf-8", preset=9) as file:
        for line in _lines(header, read(url)):
            file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    return path


def _lines(header: Header, content: Content) -> Iterator[Any]:
    yield asdict(header)
    for name, rows in content.items():
        yield {"table": name, "columns": rows.columns}
        yield from rows.values


def load(version: str) -> tuple[Header, Content]:
    """The filled database of a version."""
    content: Content = {}
    with lzma.open(path_of(version), "rt", encoding="utf-8") as file:
        header = Header(**json.loads(next(file)))
        for line in map(json.loads, file):
            if isinstance(line, dict):
                rows = content[line["table"]] = Rows(line["columns"], [])
            else:
                rows.values.append(line)
    return header, content


def read(url: str) -> Content:
    """Every row of every table that the database has."""
    engine = create_engine(url)
    with engine.connect() as connection:
        content = {table.name: _rows(connection, table) for table in _tables(connection)}
    engine.dispose()
    return content


def _rows(connection: Connection, table: Table) -> Rows:
    order = list(table.primary_key)
    found = [[_to_text(value) for value in row] for row in connection.execute(select(table).order_by(*order))]
    return Rows([column.name for column in table.columns], found)


def fill(url: str, content: Content) -> None:
    """Put the rows into the empty tables of the version that they come from."""
    engine = create_engine(url)
    with engine.begin() as connection:
        tables = _tables(connection)
        assert {table.name for table in tables} == set(content)
        for table in tables:
            rows = _parents_first(table, _typed(table, content[table.name]))
            if rows:
                connection.execute(insert(table), rows)
    engine.dispose()


def _tables(connection: Connection) -> list[Table]:
    """As the database itself says, those first that others refer to."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != NOT_DATA]


def _typed(table: Table, rows: Rows) -> list[dict[str, Any]]:
    columns = [table.columns[name] for name in rows.columns]
    return [
        {column.name: _from_text(column.type, value) for column, value in zip(columns, row, strict=True)}
        for row in rows.values
    ]


def _parents_first(table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows that refer to rows of their own table come after these."""
    inner = [(key.parent.name, key.column.name) for key in table.foreign_keys if key.column.table is table]
    placed: set[tuple[str, Any]] = set()
    ordered: list[dict[str, Any]] = []
    while rows:
        ready, waiting = [], []
        for row in rows:
            known = all(row[own] is None or (to, row[own]) in placed for own, to in inner)
            (ready if known else waiting).append(row)
        assert ready, f"rows of {table.name} refer to each other in a circle"
        placed |= {(to, row[to]) for row in ready for _, to in inner}
        ordered, rows = ordered + ready, waiting
    return ordered


def lost(before: Content, after: Content) -> list[str]:
    """Tables, columns and rows of `before` that `after` does not have, or has with another value."""
    found = []
    for name, rows in before.items():
        now = after.get(name, Rows([], []))
        gone = [column for column in rows.columns if column not in now.columns]
        if gone:
            found.append(f"{name} has no column {', '.join(gone)}")
        held = [column for column in rows.columns if column in now.columns]
        if held:
            here = _counted(now, held)
            gone_rows = _counted(rows, held) - here
            found += [f"{name}: {row}" for row in gone_rows if not any(_is_filled_in(row, new) for new in here)]
    return found


def _is_filled_in(row: tuple[Any, ...], new: tuple[Any, ...]) -> bool:
    """Whether the newer row only says more."""
    return all(old is None or old == now for old, now in zip(row, new, strict=True))


def _counted(rows: Rows, columns: list[str]) -> Counter[tuple[Any, ...]]:
    places = [rows.columns.index(column) for column in columns]
    return Counter(tuple(row[place] for place in places) for row in rows.values)


def left_empty(content: Content) -> dict[str, list[str]]:
    """By table, the columns that have no value in any row."""
    found = {}
    for name, rows in content.items():
        filled = {index for row in rows.values for index, value in enumerate(row) if value is not None}
        found[name] = [column for index, column in enumerate(rows.columns) if index not in filled]
    return {name: columns for name, columns in found.items() if columns}


def _to_text(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return bytes(value).hex() if isinstance(value, (bytes, memoryview)) else value


def _from_text(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, DateTime):
        return datetime.fromisoformat(value) if kind.timezone else datetime.fromisoformat(value).replace(tzinfo=None)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return bytes.fromhex(value) if isinstance(kind, LargeBinary) else value
