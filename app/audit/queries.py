"""Reading chains, and proving that nothing in them was changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Text, bindparam, literal, or_, select, text, tuple_, type_coerce
from sqlalchemy.orm import Session

from app.audit.chain import ORIGIN, Break, check
from app.audit.models import OF_PEOPLE
from app.audit.operations import EVENT, LINKING, ROOT, heads_of_day, sign
from app.core.chinese import chinese_date
from app.db import Prepared, count_up_to

CHUNK = 2000
ROOTS = "audit_root"


@dataclass(frozen=True, slots=True)
class Event:
    """One event as pages show it."""

    id: str
    seq: int
    at: datetime
    actor_id: str | None
    actor_name: str
    kind: str
    action_id: str | None
    payload: dict[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Happened:
    """One event as a replay reads it."""

    at: datetime
    kind: str
    action_id: str | None
    payload: dict[str, Any]


def happened(session: Session, chains: Collection[str]) -> Iterator[tuple[str, Happened]]:
    """The events of these chains, of each oldest first."""
    columns = (EVENT.c[name] for name in ("chain", "at", "kind", "action_id", "payload"))
    wanted = select(*columns).where(EVENT.c.chain.in_(chains)).order_by(EVENT.c.chain, EVENT.c.seq)
    for chain, *event in session.execute(wanted):
        yield chain, Happened(*event)


_EVENTS = Prepared(
    select(*(EVENT.c[field.name] for field in fields(Event)))
    .where(EVENT.c.chain == bindparam("chain"), EVENT.c.seq > bindparam("after"))
    .order_by(EVENT.c.seq)
    .limit(bindparam("most", type_=Integer()))
)


def events_of(session: Session, chain: str, after: int = 0, limit: int = 200) -> list[Event]:
    """The events of `chain` after the link `after`, oldest first."""
    return [Event(*row) for row in _EVENTS.all(session, chain=chain, after=after, most=limit)]


def look(
    session: Session,
    *,
    kind: str | None = None,
    whose: Sequence[str] | None = None,
    named: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    after: str | None = None,
    limit: int = 200,
) -> list[Event]:
    """Events of the chains of people, newest first, before the event `after`.

    `whose` are ids of people who acted or were acted upon; who has no account is found by `named`, the name as it was
    typed.
    """
    wanted = select(*(EVENT.c[field.name] for field in fields(Event))).where(text(OF_PEOPLE))
    if kind is not None:
        wanted = wanted.where(EVENT.c.kind == kind)
    if whose is not None:
        payload = type_coerce(EVENT.c.payload, Text)
        upon = (payload.contains(f'"{user_id}"', autoescape=True) for user_id in whose)
        wanted = wanted.where(or_(EVENT.c.actor_id.in_(whose), EVENT.c.actor_name == named, *upon))
    if since is not None:
        wanted = wanted.where(EVENT.c.at >= since)
    if until is not None:
        wanted = wanted.where(EVENT.c.at < until)
    if after is not None:
        mark = session.execute(select(EVENT.c.at, EVENT.c.id).where(EVENT.c.id == after)).one_or_none()
        if mark is None:
            return []
        wanted = wanted.where(tuple_(EVENT.c.at, EVENT.c.id) < tuple_(literal(mark.at, EVENT.c.at.type), mark.id))
    rows = session.execute(wanted.order_by(EVENT.c.at.desc(), EVENT.c.id.desc()).limit(limit))
    return [Event(*row) for row in rows]


def roots(session: Session, limit: int) -> list[Any]:
    """The signed days (day, chains, signature), the latest first."""
    columns = select(ROOT.c.day, ROOT.c.chains, ROOT.c.signature)
    return list(session.execute(columns.order_by(ROOT.c.day.desc()).limit(limit)))


def has_acted(session: Session, chain: str, actor_id: str | None, kinds: Sequence[str]) -> bool:
    """Whether somebody did one of these things in `chain`."""
    theirs = (EVENT.c.chain == chain) & (EVENT.c.actor_id == actor_id) & EVENT.c.kind.in_(kinds)
    return session.scalar(select(EVENT.c.id).where(theirs).limit(1)) is not None


def last_moment(session: Session, chain: str | None = None) -> datetime | None:
    """When the newest event happened; that of one chain where it is named."""
    wanted = select(EVENT.c.at).order_by(EVENT.c.at.desc()).limit(1)
    if chain is not None:
        wanted = select(EVENT.c.at).where(EVENT.c.chain == chain).order_by(EVENT.c.seq.desc()).limit(1)
    return session.scalar(wanted)


def count_since(session: Session, since: datetime, cap: int) -> int:
    """How much happened from a moment on, counted up to `cap`."""
    return count_up_to(session, select(EVENT.c.id).where(EVENT.c.at >= since), cap)


def verify(
    session: Session,
    chain: str | None = None,
    *,
    since: datetime | None = None,
    seen: Callable[[Any], None] = lambda event: None,
) -> list[Break]:
    """The breaks of `chain`, or of all chains; empty where every event is as it was written.

    `since` reads only chains that grew since then, from their beginning. `seen` is told every event that is read, with
    its payload as text, in the order of chains and numbers.
    """
    columns = [column for column in EVENT.c if column.name not in ("id", "payload")]
    wanted = select(*columns, type_coerce(EVENT.c.payload, Text).label("payload"))
    if chain is not None:
        wanted = wanted.where(EVENT.c.chain == chain)
    if since is not None:
        wanted = wanted.where(EVENT.c.chain.in_(select(EVENT.c.chain).where(EVENT.c.at >= since)))
    rows = session.execute(wanted.order_by(EVENT.c.chain, EVENT.c.seq).execution_options(yield_per=CHUNK))
    vault = session.info["vault"]
    numbers = range(1, len(vault.keys.index) + 1)
    return check(_told(rows, seen), lambda plain: [vault.sign(plain, LINKING, number) for number in numbers])


def _told(rows: Iterable[Any], seen: Callable[[Any], None]) -> Iterator[Any]:
    for row in rows:
        seen(row)
        yield row


def verify_roots(session: Session) -> list[Break]:
    """The breaks of the signed days: what `verify` cannot see, an end that was cut off or a chain that was rewritten.

    `seq` of a break counts the days.
    """
    breaks: list[Break] = []
    previous = ORIGIN
    for seq, root in enumerate(session.execute(select(ROOT).order_by(ROOT.c.day)).all(), start=1):
        day = chinese_date(root.day)
        if root.signature != sign(session, root.day, root.chains, root.heads, root.prev_signature, root.key):
            breaks.append(Break(ROOTS, seq, f"{day}的签名不符，每日签章被改动过"))
        if root.prev_signature != previous:
            breaks.append(Break(ROOTS, seq, f"{day}的每日签章与前一个不相连"))
        if (root.chains, root.heads) != heads_of_day(session, root.day):
            breaks.append(Break(ROOTS, seq, f"{day}的记录与当日签名不符，有记录被删除、补写或重写"))
        previous = root.signature
    return breaks
