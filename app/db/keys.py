"""What the database knows of its keys: their fingerprints, and which of them write.

A transaction asks once, with the stamps that it reads anyway. Whoever changes the keys holds the table of stamps
against all others (`app.keys`), so nobody writes with a key that is no longer in force.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, String, Table, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db.base import Base
from app.db.keyfile import KeyFault
from app.db.stamps import Stamped
from app.db.types import AwareDateTime
from app.db.vault import InForce, Vault

SEAL, INDEX = "seal", "index"
CURRENT, KEPT, RETIRED = "current", "kept", "retired"
FOREIGN = (
    "密钥文件里没有这个数据库的{purpose} {name}（指纹 {fingerprint}）：请换回原来的密钥文件；"
    "如果别的机器上刚更换过密钥，请把那里的密钥文件复制过来"
)
PURPOSES = {SEAL: "加密密钥", INDEX: "索引密钥"}


class VaultKey(Base):
    """One key of this database. `current` keys write, `kept` ones are still needed to read."""

    __tablename__ = "vault_key"

    purpose: Mapped[str] = mapped_column(String(5), primary_key=True)
    name: Mapped[str] = mapped_column(String(10), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(7))
    made_at: Mapped[datetime] = mapped_column(AwareDateTime)


KEY: Table = VaultKey.__table__  # type: ignore[assignment]
_IN_FORCE: Stamped[InForce] = Stamped("keys")


@dataclass(frozen=True, slots=True)
class Known:
    """A key as the database knows it."""

    purpose: str
    name: str
    fingerprint: str
    state: str
    made_at: datetime


def known(session: Session) -> list[Known]:
    """The keys that the database knows, oldest first; none in one that was never filled."""
    rows = session.connection().execute(select(KEY))
    return sorted((Known(*row) for row in rows), key=lambda each: (each.purpose, int(each.name)))


def in_force(session: Session, vault: Vault) -> InForce:
    """Which keys write in this transaction. Raises KeyFault where the key file lacks what the database needs."""
    return _IN_FORCE.get(session, None, lambda: _checked(session, vault))


def require(keys: list[Known], vault: Vault) -> None:
    """Raises KeyFault where the key file, read again if need be, does not have one of these keys."""
    needed = [each for each in keys if each.state != RETIRED]
    if any(_is_missing(each, vault) for each in needed):
        vault.reload()
    for each in needed:
        if _is_missing(each, vault):
            told = {"purpose": PURPOSES[each.purpose], "name": each.name, "fingerprint": each.fingerprint[:8]}
            raise KeyFault(FOREIGN.format(**told))


def _checked(session: Session, vault: Vault) -> InForce:
    keys = known(session)
    require(keys, vault)
    if not keys:
        return vault.own()
    seal = next(each.name for each in keys if (each.purpose, each.state) == (SEAL, CURRENT))
    return InForce(seal, sum(each.purpose == INDEX for each in keys))


def _is_missing(key: Known, vault: Vault) -> bool:
    return vault.keys.fingerprints().get((key.purpose, key.name)) != key.fingerprint


def sealed(table: str, column: str) -> dict[str, Any]:
    """`info` of a column that rests sealed, bound to this table and column and to the row's id."""
    return {"sealed": (table, column)}


def blind(purpose: str, of: str | None = None) -> dict[str, Any]:
    """`info` of a column that holds a blind index; `of` names the sealed column of the same row that it is of."""
    return {"blind": purpose, "blind_of": of}


def sealed_columns() -> list[tuple[Column[Any], tuple[str, str]]]:
    """All columns that rest sealed, with the place that they are bound to, in a fixed order."""
    return [(column, column.info["sealed"]) for column in _columns() if "sealed" in column.info]


def blind_columns() -> list[Column[Any]]:
    """All columns that hold blind indexes, in a fixed order."""
    return [column for column in _columns() if "blind" in column.info]


def _columns() -> list[Column[Any]]:
    return [column for _, table in sorted(Base.metadata.tables.items()) for column in table.columns]
