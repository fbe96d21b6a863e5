"""Appending to chains, and signing the day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, Text, bindparam, func, insert, select
from sqlalchemy.orm import Session

from app.audit import books
from app.audit.chain import ORIGIN, Head, link_hash, masked_text
from app.audit.models import AuditCheck, AuditEvent, AuditRoot
from app.core.actor import Actor
from app.core.clock import local_date, midnight
from app.core.exact_json import dump_json
from app.core.ids import digest, new_id
from app.db import Prepared

EVENT: Table = AuditEvent.__table__  # type: ignore[assignment]
ROOT: Table = AuditRoot.__table__  # type: ignore[assignment]
CHECK: Table = AuditCheck.__table__  # type: ignore[assignment]
SIGNING, LINKING = "audit-root", "audit-link"
# The payload goes in as the very text that was hashed.
_APPEND = Prepared(insert(EVENT).values(payload=bindparam("text", type_=Text)))


def append(
    session: Session,
    chain: str,
    kind: str,
    actor: Actor,
    payload: Mapping[str, Any],
    action_id: str | None,
    now: datetime,
    *,
    previous: Head | None = None,
    shared: bool = False,
) -> Head:
    """Append one event; the new head of the chain. Identity and bank numbers in `payload` are masked.

    An act from the command line carries the account of the machine as `machine_account`; what was witnessed of money
    and cases in this transaction (`audit.books`) goes along.

    One INSERT, and one SELECT for the head unless the caller hands it over as `previous` (the case's row may carry it).
    The caller holds the lock that serialises the chain, a case's instance; for chains that have none (login, figures)
    `shared` takes a lock of its own until the end of the transaction.
    """
    if shared:
        _lock(session, chain)
    last = previous or head_of(session, chain)
    seq = last.seq + 1
    via = {"machine_account": actor.via} if actor.via else {}
    told = {**payload, **via, **books.taken(session)}
    text = masked_text(told)
    vault = session.info["vault"]
    plain = link_hash(last.hash, chain, seq, now, actor.user_id, actor.name, kind, action_id, text)
    linked = vault.sign(plain, LINKING, vault.in_force.index)
    row = {
        "id": new_id(), "chain": chain, "seq": seq, "at": now, "actor_id": actor.user_id, "actor_name": actor.name,
        "kind": kind, "action_id": action_id, "text": text, "prev_hash": last.hash, "hash": linked,
    }  # fmt: skip
    _APPEND.run_all(session, [row])
    return Head(seq, linked)


def head_of(session: Session, chain: str) -> Head:
    """The last link of `chain`; Head() where it has none."""
    wanted = select(EVENT.c.seq, EVENT.c.hash).where(EVENT.c.chain == chain).order_by(EVENT.c.seq.desc()).limit(1)
    row = session.execute(wanted).one_or_none()
    return Head() if row is None else Head(row.seq, row.hash)


def daily_root(session: Session, day: date, now: datetime) -> str:
    """Sign `day`, a date in Asia/Shanghai that is over; its signature. A day that is signed already stays as it is.

    The signature covers the heads of the chains that grew on that day and the latest signature before. Run it some
    minutes after midnight, when the day's last transactions have committed. ValueError for a day that is not over.
    """
    if day >= local_date(now):
        raise ValueError(f"{day} is not over")
    signed = session.scalar(select(ROOT.c.signature).where(ROOT.c.day == day))
    if signed is not None:
        return signed
    before = select(ROOT.c.signature).where(ROOT.c.day < day).order_by(ROOT.c.day.desc()).limit(1)
    prev_signature = session.scalar(before) or ORIGIN
    chains, heads = heads_of_day(session, day)
    key = session.info["vault"].in_force.index
    signature = sign(session, day, chains, heads, prev_signature, key)
    root = {
        "key": key,
        "day": day,
        "chains": chains,
        "heads": heads,
        "prev_signature": prev_signature,
        "signature": signature,
    }
    session.execute(insert(ROOT).values(made_at=now, **root))
    return signature


def sign_days(session: Session, until: date, now: datetime) -> None:
    """Sign every day up to and including `until` that is not signed yet, from the first day on which anything happened.

    Days on which no worker ran are signed late: a day without a root is always a fault.
    """
    last = session.scalar(select(func.max(ROOT.c.day)))
    first = session.scalar(select(func.min(EVENT.c.at)))
    if first is None:
        return
    day = last + timedelta(days=1) if last else local_date(first)
    while day <= until:
        daily_root(session, day, now)
        day += timedelta(days=1)


def heads_of_day(session: Session, day: date) -> tuple[int, str]:
    """How many chains grew on `day`, and the digest of their heads at its end."""
    grew = EVENT.c.at >= midnight(day), EVENT.c.at < midnight(day + timedelta(days=1))
    last = select(EVENT.c.chain, func.max(EVENT.c.seq).label("seq")).where(*grew).group_by(EVENT.c.chain).subquery()
    is_last = (EVENT.c.chain == last.c.chain) & (EVENT.c.seq == last.c.seq)
    rows = session.execute(select(EVENT.c.chain, EVENT.c.seq, EVENT.c.hash).join(last, is_last))
    # Sorted here: databases sort text each in their own way.
    heads = sorted([row.chain, row.seq, row.hash] for row in rows)
    return len(heads), digest(dump_json(heads).encode())


def sign(session: Session, day: date, chains: int, heads: str, prev_signature: str, key: int) -> str:
    """HMAC-SM3 with the key that lives outside the database."""
    return session.info["vault"].sign(dump_json([day, chains, heads, prev_signature]), SIGNING, key)


def _lock(session: Session, chain: str) -> None:
    # On SQLite the writing transaction is alone anyway.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"audit:{chain}", 0))))
