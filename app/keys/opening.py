"""At every start: the key file must be the one that this database knows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.db import Database, KeyFault, Vault, insert_if_absent, keys, stamps
from app.db.keyfile import MISSING, KeyFile
from app.keys import queries

WRONG = "密钥文件 {path} 打不开库里已有的数据（{table} 表）：它不是这个数据库的密钥，请换回原来的密钥文件，不要新建"
_REGISTER = insert_if_absent(keys.KEY, ["purpose", "name"])


def make(database_url: str, file: KeyFile) -> None:
    """Make the key file of a database in which nothing is sealed yet; one that is there stays.

    Raises KeyFault where there is none but something is sealed: other keys could not read it, and would index anew
    those who have had what there is only once.
    """
    if file.path.exists():
        return
    scratch = Database(database_url, Vault.generate())
    try:
        with scratch.read() as session:
            if not queries.is_blank(session):
                raise KeyFault(MISSING.format(path=file.path))
    finally:
        scratch.dispose()
    file.create()


def admit(database: Database, now: datetime) -> None:
    """Let the database be opened with its vault. Raises KeyFault.

    A database that knows no keys yet (a new one, or of 0.2.0) learns those that open what is sealed in it.
    """
    with database.read() as session:
        known = keys.known(session)
        if known:
            keys.require(known, database.vault)
            return
        _prove(session, database.vault)
    with database.write() as session:
        _register(session, database.vault, now)


def _prove(session: Session, vault: Vault) -> None:
    standings, indexes = queries.check(session)
    for table, wrong in [(each.table, each.broken) for each in standings] + [
        (each.table, each.wrong) for each in indexes
    ]:
        if wrong:
            raise KeyFault(WRONG.format(path=vault.file.path, table=table))


def _register(session: Session, vault: Vault, now: datetime) -> None:
    stamps.bump(session, "keys")
    for (purpose, name), fingerprint in vault.keys.fingerprints().items():
        state = keys.CURRENT if purpose == keys.INDEX or name == vault.keys.current else keys.KEPT
        row = {"purpose": purpose, "name": name, "fingerprint": fingerprint, "state": state, "made_at": now}
        session.connection().execute(_REGISTER, row)
