"""Whether a database is what its backup says: counted, opened with the keys, and its audit verified."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, inspect, select, text

from app import auditing
from app.backup.archive import Manifest
from app.core.paths import MIGRATIONS
from app.db import Database, Vault, keys
from app.keys import queries


def head() -> str:
    """The revision of the schema that this version has."""
    return (MIGRATIONS / "HEAD").read_text().strip()


def revision(connection: Connection) -> str:
    """The revision of a database's schema."""
    return connection.scalar(text("SELECT version_num FROM alembic_version")) or ""


def counts(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    names = sorted(inspect(connection).get_table_names())
    return {name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0 for name in names}


def fingerprints(connection: Connection) -> list[list[str]]:
    """Purpose, name and fingerprint of each key that the database needs."""
    wanted = select(keys.KEY.c.purpose, keys.KEY.c.name, keys.KEY.c.fingerprint)
    return sorted(list(row) for row in connection.execute(wanted.where(keys.KEY.c.state != keys.RETIRED)))


def lacks(vault: Vault, needed: list[list[str]]) -> bool:
    """Whether these keys do not open a database that needs the others."""
    have = vault.keys.fingerprints()
    return any(have.get((purpose, name)) != fingerprint for purpose, name, fingerprint in needed)


def faults(url: str, vault: Vault, manifest: Manifest) -> list[str]:
    """What is not as the manifest says, does not open or was tampered with; Chinese, one line each."""
    database = Database(url, vault)
    try:
        with database.read() as session:
            counted = counts(session.connection())
            found = [
                f"{table} 表有 {counted.get(table, 0)} 行，备份时有 {number} 行"
                for table, number in manifest.rows.items()
                if counted.get(table, 0) != number
            ]
            standings, indexes = queries.check(session)
            found += [f"{each.table} 表有 {len(each.broken)} 行打不开" for each in standings if each.broken]
            found += [f"{each.table} 表有 {len(each.wrong)} 行的索引不符" for each in indexes if each.wrong]
            report = auditing.verify(session, None, datetime.fromisoformat(manifest.made_at))
            return found + [f"{each.where}：{each.what}" for each in report.faults]
    finally:
        database.dispose()
