"""Tables that only grow. Triggers of the database itself refuse to change or delete what is in them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import DDL, Date, Index, Integer, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
from app.db import AwareDateTime, Base, Json, only

PEOPLE = ("login", "people", "identity")
"""The chains of who came in and who may what: one list, the newest first."""
OF_PEOPLE = f"chain || '' IN {PEOPLE}"
"""As their indexes say it: with the bare column SQLite reads the chains, which are short where they are a case's."""


class AuditEvent(Base):
    """One link of a hash chain: a case has its own; login, figures, funds, publishing and batches have one each."""

    __tablename__ = "audit_event"
    __table_args__ = (
        UniqueConstraint("chain", "seq"),
        Index("ix_audit_event_at", "at"),
        Index("ix_audit_event_people", "at", "id", **only(OF_PEOPLE)),
        Index("ix_audit_event_people_kind", "kind", "at", "id", **only(OF_PEOPLE)),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    chain: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(AwareDateTime)
    actor_id: Mapped[str | None] = mapped_column(String(32))
    actor_name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(60))
    action_id: Mapped[str | None] = mapped_column(String(32))
    payload: Mapped[Any] = mapped_column(Json)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditRoot(Base):
    """The signed root of a day: over the heads of all chains that grew on it, and over the root before.

    `key` is the number of index keys that were in force when it was signed.
    """

    __tablename__ = "audit_root"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    chains: Mapped[int] = mapped_column(Integer)
    heads: Mapped[str] = mapped_column(String(64))
    prev_signature: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(AwareDateTime)
    key: Mapped[int] = mapped_column(Integer, server_default="1")


class AuditCheck(Base):
    """One verification of everything: how many events were read and what was found, the first faults in `told`.

    told: list of {where, what, todo}, Chinese.
    """

    __tablename__ = "audit_check"
    __table_args__ = (Index("ix_audit_check_at", "at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(AwareDateTime)
    events: Mapped[int] = mapped_column(Integer)
    faults: Mapped[int] = mapped_column(Integer)
    told: Mapped[Any] = mapped_column(Json)


_APPEND_ONLY = (AuditEvent.__tablename__, AuditRoot.__tablename__)


def _refuse_changes(dialect: str, table: str) -> list[str]:
    """The DDL that makes `table` append-only where the models create it; a migration has its own, which stays."""
    message = f"{table} is append-only"
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{message}'; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
    ]


for _name in _APPEND_ONLY:
    for _dialect in ("sqlite", "postgresql"):
        for _statement in _refuse_changes(_dialect, _name):
            event.listen(Base.metadata.tables[_name], "after_create", DDL(_statement).execute_if(dialect=_dialect))
