"""Rows of money and cases against what audited actions said of them (`audit.books`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, case, cast, func, select
from sqlalchemy.orm import Session

from app import audit
from app.audit import books
from app.auditing.faults import FROM_CASE, FROM_MONEY, Fault
from app.cases.store import CASE
from app.core.actor import SYSTEM
from app.db.types import Money
from app.funds.answers import ANSWER, digest_of_reply
from app.funds.batches import digest_of_batch
from app.funds.claims import CLAIMED
from app.funds.operations import ENTRY, FUND, ORDER
from app.goods.operations import ENTRY as MOVED
from app.goods.operations import STOCK
from app.registry.lookups import AWARD
from app.registry.merging import CHANGE
from app.registry.terms import TERMS

CHAIN, OPENED = "books", "books.opened"
CHUNK = 1000
TITLES = {
    books.ORDER: "付款单", books.ENTRY: "备用金流水", books.AWARD: "待遇金额", books.CASE: "案件状态",
    books.BATCH: "批次", books.IDENTITY: "档案合并和更名", books.ANSWER: "银行答复", books.CLAIM: "追回款流水",
    books.TERMS: "按月待遇标准", books.GOODS: "物资流水",
}  # fmt: skip
# Of each kind: the rows (id, value, since when they are there) that audited actions witness one by one.
ROWS: dict[str, Select[Any]] = {
    books.ORDER: select(ORDER.c.id, ORDER.c.amount, ORDER.c.created_at).where(ORDER.c.batch_id.is_(None)),
    books.ENTRY: select(ENTRY.c.id, ENTRY.c.amount, ENTRY.c.at),
    books.CLAIM: select(CLAIMED.c.id, CLAIMED.c.amount, CLAIMED.c.at),
    books.AWARD: select(AWARD.c.id, AWARD.c.amount, AWARD.c.recorded_at),
    books.TERMS: select(TERMS.c.id, case((~TERMS.c.void, TERMS.c.amount)), TERMS.c.at),
    books.GOODS: select(MOVED.c.id, cast(MOVED.c.quantity, String), MOVED.c.at),
    books.CASE: select(CASE.c.id, CASE.c.status, CASE.c.filed_at),
    books.IDENTITY: select(CHANGE.c.id, CHANGE.c.state, CHANGE.c.at),
}
# Of each kind: the groups of rows that are witnessed together, how their digest is made, and what a fault says.
GROUPS: dict[str, tuple[Select[Any], Callable[[Session, str], str], str]] = {
    books.BATCH: (
        select(ORDER.c.batch_id).where(ORDER.c.batch_id.is_not(None)).distinct(),
        digest_of_batch,
        "付款单的金额或笔数与确认时不同，被人改动过",
    ),
    books.ANSWER: (
        select(ANSWER.c.reply_id).distinct(),
        digest_of_reply,
        "银行答复的金额或笔数与登记时不同，被人改动过",
    ),
}


@dataclass(slots=True)
class Witnessed:
    """What events said, the latest of each row; `opened` is whether what was there before was taken into the books."""

    values: dict[tuple[str, str], tuple[str, str | None]] = field(default_factory=dict)
    opened: bool = False

    def see(self, event: Any) -> None:
        """Take in what one event says; its payload is text."""
        if f'"{books.BOOKS}"' not in event.payload:
            return
        self.opened = self.opened or event.kind == OPENED
        order = f"{event.at.isoformat()} {event.seq:09d}"
        for kind, row_id, value in json.loads(event.payload)[books.BOOKS]:
            if order >= self.values.get((kind, row_id), ("", None))[0]:
                self.values[kind, row_id] = order, value


def open_books(session: Session, now: datetime) -> None:
    """Take into the books what was there before they were kept; once, whatever it is repeated."""
    if audit.head_of(session, CHAIN).seq:
        return
    told = [
        [kind, row_id, books.text_of(value)]
        for kind, rows in ROWS.items()
        for row_id, value, _ in session.execute(rows)
    ]
    for kind, (groups, digest_of, _) in GROUPS.items():
        told += [[kind, each, digest_of(session, each)] for each in session.scalars(groups).all()]
    for start in range(0, len(told) or 1, CHUNK):
        payload = {books.BOOKS: told[start : start + CHUNK]}
        audit.append(session, CHAIN, OPENED, SYSTEM, payload, None, now, shared=True)


def faults(session: Session, witnessed: Witnessed, since: datetime | None) -> Iterator[Fault]:
    """Rows that no audited action explains, and witnessed ones that are gone.

    With `since`, of what is older only what the events that were read speak of.
    """
    left = dict(witnessed.values)
    for kind, rows in ROWS.items():
        todo = FROM_CASE if kind == books.CASE else FROM_MONEY
        for row_id, value, begun in session.execute(rows.execution_options(yield_per=CHUNK)):
            said = left.pop((kind, row_id), None)
            where, has = f"{TITLES[kind]} {row_id}", books.text_of(value)
            if said is None and (since is None or begun >= since):
                yield Fault(where, f"现为 {has}，没有任何经审计的办理能说明它的来历", todo)
            elif said is not None and said[1] != has:
                yield Fault(where, f"现为 {has}，最后一次经审计的办理是 {said[1]}", todo)
    yield from _groups(session, left, since)
    for kind, row_id in left:
        yield Fault(f"{TITLES[kind]} {row_id}", "审计记录里有，数据里没有了，被人删除", FROM_MONEY)


def funds(session: Session) -> Iterator[Fault]:
    """Reserve funds whose balance is not the sum of their entries."""
    entered = func.coalesce(func.sum(ENTRY.c.amount, type_=Money), 0).label("entered")
    wanted = select(FUND.c.id, FUND.c.balance, entered).outerjoin(ENTRY, ENTRY.c.fund_id == FUND.c.id)
    for row in session.execute(wanted.group_by(FUND.c.id, FUND.c.balance)):
        if row.balance != (row.entered or 0):
            told = f"余额 {row.balance}，流水合计 {row.entered}"
            yield Fault(f"备用金 {row.id}", told, FROM_MONEY)


def goods(session: Session) -> Iterator[Fault]:
    """Stores that hold something else than the sum of their entries."""
    entered = func.coalesce(func.sum(MOVED.c.quantity), 0).label("entered")
    wanted = select(STOCK.c.id, STOCK.c.name, STOCK.c.on_hand, entered).outerjoin(MOVED, MOVED.c.stock_id == STOCK.c.id)
    for row in session.execute(wanted.group_by(STOCK.c.id, STOCK.c.name, STOCK.c.on_hand)):
        if row.on_hand != row.entered:
            told = f"结存 {row.on_hand}，流水合计 {row.entered}"
            yield Fault(f"物资{row.name} {row.id}", told, FROM_MONEY)


def _groups(
    session: Session, left: dict[tuple[str, str], tuple[str, str | None]], since: datetime | None
) -> Iterator[Fault]:
    for kind, (groups, digest_of, told) in GROUPS.items():
        for group_id in session.scalars(groups).all():
            said = left.pop((kind, group_id), None)
            if said is None and since is not None:
                continue
            if said is None or said[1] != digest_of(session, group_id):
                yield Fault(f"{TITLES[kind]} {group_id}", told, FROM_MONEY)
