"""New keys follow old ones; what an old one sealed is sealed again, and then it is retired."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, bindparam, insert, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import Actor
from app.core.errors import Rejection
from app.db import keys, stamps
from app.db.vault import Vault
from app.keys import queries, resealing

CHAIN = "keys"
CHUNK = 2000
PATIENCE = "10s"


class Busy(Rejection):
    """Somebody holds the database for long."""

    code = "keys_busy"


class InUse(Rejection):
    """A key is still needed."""

    code = "key_in_use"


def rotate(session: Session, actor: Actor, name: str, now: datetime) -> None:
    """From now on `name`, a key of the key file that the database does not know yet, seals; the rest is sealed again.

    Raises Busy.
    """
    _hold(session)
    session.execute(update(keys.KEY).where(keys.KEY.c.purpose == keys.SEAL, _is_current()).values(state=keys.KEPT))
    _enter(session, keys.SEAL, name, now)
    audit.append(session, CHAIN, "keys.rotated", actor, {"key": name}, None, now, shared=True)
    resealing.begin(session, name, now)


def rotate_index(session: Session, actor: Actor, name: str, now: datetime) -> int:
    """Bring every blind index on to the key `name`, all at once, while nobody else may act; how many.

    Raises Busy.
    """
    _hold(session)
    _enter(session, keys.INDEX, name, now)
    number = session.info["vault"].in_force.index
    count = sum(_bring_on(session, session.info["vault"], column, number) for column in keys.blind_columns())
    told = {"key": name, "indexes": count}
    audit.append(session, CHAIN, "keys.index_rotated", actor, told, None, now, shared=True)
    return count


def retire(session: Session, actor: Actor, name: str, now: datetime) -> None:
    """Forget a sealing key that nothing is sealed with. Raises InUse, Busy."""
    _hold(session)
    known = {each.name: each.state for each in keys.known(session) if each.purpose == keys.SEAL}
    if known.get(name) == keys.CURRENT:
        raise InUse(f"密钥 {name} 正在使用，不能停用；请先运行 doudi keys rotate 换新的")
    if name not in known:
        raise InUse(f"没有密钥 {name}，现有的密钥见 doudi keys check")
    left = {column.table.name: queries.count_by_key(session, column)[name] for column, _ in keys.sealed_columns()}
    if any(left.values()):
        told = "、".join(f"{table} 表 {count} 项" for table, count in left.items() if count)
        raise InUse(f"还有数据用密钥 {name} 加密（{told}），请等重新加密完成后再停用，进度见 doudi keys check")
    session.execute(update(keys.KEY).where(_is(keys.SEAL, name)).values(state=keys.RETIRED))
    audit.append(session, CHAIN, "keys.retired", actor, {"key": name}, None, now, shared=True)


def _hold(session: Session) -> None:
    """Keep everybody else from sealing and indexing until this transaction ends, and have them ask anew then.

    On SQLite a writer is alone. On PostgreSQL whoever seals or indexes has read the table of stamps before, in the
    same transaction: this waits until they are done, and they wait for this.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}'"))
        try:
            session.execute(text("LOCK TABLE stamp IN ACCESS EXCLUSIVE MODE"))
        except OperationalError as error:
            raise Busy("有长时间的操作正在进行（例如备份），请等它结束后再更换密钥") from error
    stamps.bump(session, "keys")


def _enter(session: Session, purpose: str, name: str, now: datetime) -> None:
    fingerprint = session.info["vault"].reload().fingerprints()[purpose, name]
    row = {"purpose": purpose, "name": name, "fingerprint": fingerprint, "state": keys.CURRENT, "made_at": now}
    session.execute(insert(keys.KEY).values(row))


def _bring_on(session: Session, vault: Vault, column: Column[Any], number: int) -> int:
    row_id, after, count = column.table.c.id, "", 0
    write = update(column.table).where(row_id == bindparam("row")).values({column: bindparam("index")})
    while True:
        wanted = select(row_id, column).where(row_id > after, column.is_not(None)).order_by(row_id).limit(CHUNK)
        rows = session.execute(wanted).all()
        if not rows:
            return count
        brought = [{"row": each_id, "index": vault.bring_on(index, number)} for each_id, index in rows]
        session.connection().execute(write, brought)
        count, after = count + len(rows), rows[-1][0]


def _is(purpose: str, name: str) -> Any:
    return (keys.KEY.c.purpose == purpose) & (keys.KEY.c.name == name)


def _is_current() -> Any:
    return keys.KEY.c.state == keys.CURRENT
