"""A training installation beside a real one: what was set up there, and nobody and nothing that happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from app import installation
from app.config import Config, name_of
from app.core.errors import Gone
from app.db import Base, training
from app.db.keyfile import write_private
from app.extensions import open_database

SET_UP = (
    "calendar_version", "calendar_year", "calendar_day", "capability", "factor_position", "catalogue_entry", "region",
    "office", "institution", "figure", "release", "blob", "release_file", "release_letter", "release_place",
    "release_receipt",
)  # fmt: skip
"""Tables that are copied, what is referred to first. People, cases, money, letters and the audit are not among them."""
PEOPLE, CASES = ("_by",), ("case_id", "case_seq")
PORT_APART = 1
CHUNK = 500
TAKEN = "{place} 里已经有数据，请为演练另选一个空的地方"


def create(source: Session, real: Config, folder: Path, url: str, now: datetime) -> Path:
    """Make a training installation in `folder`, its database at `url`; the path of its settings.

    It has keys of its own, so nothing that is sealed there opens here or the other way round. Raises Gone where
    anything is there already.
    """
    config = _beside(real, folder, url)
    if config.key_file.exists() or installation.is_installed(config):
        raise Gone(TAKEN.format(place=folder if config.key_file.exists() else "这个数据库"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    installation.upgrade(config)
    database = open_database(config, may_make_keys=True)
    try:
        with database.write() as session:
            training.mark(session)
            _copy(source, session)
            installation.install(session, now, for_training=True)
    finally:
        database.dispose()
    settings = folder / "doudi.env"
    write_private(settings, _settings(config).encode())
    return settings


def _beside(real: Config, folder: Path, url: str) -> Config:
    return replace(
        real,
        database_url=url,
        key_file=folder / "keys.json",
        secret_file=folder / "secret",
        audit_file=folder / "audit-anchors.jsonl",
        port=real.port + PORT_APART,
    )


def _settings(config: Config) -> str:
    """What differs from the real installation, as lines of an environment file."""
    own = ("database_url", "key_file", "secret_file", "audit_file", "port")
    lines = [f"{name_of(name)}={getattr(config, name)}" for name in own]
    return "\n".join([*lines, f"DOUDI_SPOOL_FOLDER={config.key_file.parent / 'messages'}", ""])


def _copy(source: Session, target: Session) -> None:
    for name in SET_UP:
        table = Base.metadata.tables[name]
        rows = [_without_people(table, row) for row in source.execute(_rows(table)).mappings()]
        later = [column for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]
        for start in range(0, len(rows), CHUNK):
            part = rows[start : start + CHUNK]
            target.execute(insert(table), [row | {column.name: None for column in later} for row in part])
        for column in later:
            _refer(target, table, column, rows)


def _rows(table: Table) -> Any:
    wanted = select(table)
    if table.name == "blob":
        kept = [Base.metadata.tables[name] for name in ("release_file", "release_letter")]
        hashes = [select(column) for each in kept for column in each.columns if column.name.endswith("_hash")]
        wanted = wanted.where(table.c.hash.in_(hashes[0].union(*hashes[1:])))
    return wanted


def _without_people(table: Table, row: Any) -> dict[str, Any]:
    """The row without who did it, the case it came from and what is sealed; nobody lives in its houses."""
    kept = dict(row)
    for column in table.columns:
        if column.info or column.name.endswith(PEOPLE) or column.name in CASES:
            kept[column.name] = None if column.nullable else training.WORD
    if "free" in kept:
        kept["free"] = kept["beds"]
    return kept


def _refer(target: Session, table: Table, column: Column[Any], rows: list[dict[str, Any]]) -> None:
    """Fill in what rows of a table say of one another, once all of them are there."""
    (key,) = table.primary_key
    told = [{"row": row[key.name], "other": row[column.name]} for row in rows if row[column.name] is not None]
    if told:
        wanted = update(table).where(key == bindparam("row")).values({column.name: bindparam("other")})
        target.connection().execute(wanted, told)
