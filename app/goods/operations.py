"""What moves goods. A stock changes by one guarded statement together with its entry; both stay for good."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.orm import Session

from app import audit
from app.audit import books
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Gone, Invalid, NotFound, OverLimit
from app.core.ids import new_id
from app.db import insert_if_absent, rows_changed
from app.goods.models import GoodsEntry, GoodsStock
from app.identity import policy
from app.identity import queries as identity
from app.identity.queries import RegionChain, RegionRef

KEEP = "keep_goods"
NAME, UNIT, NOTE, MOST = 30, 10, 200, 1_000_000
LEVELS = ("township", "county")
STOCK: Table = GoodsStock.__table__  # type: ignore[assignment]
ENTRY: Table = GoodsEntry.__table__  # type: ignore[assignment]
_OPEN = insert_if_absent(STOCK, ["region_id", "name"])
_OF_CASE = ("case_id", "case_seq", "case_number", "programme", "receiver", "slip", "parts")
_COUNTERS = {"received": "corrected", "issued": "returned"}


@dataclass(frozen=True, slots=True)
class Issue:
    """What is handed out to somebody: `goods` are units by kind, from the store of a region, against a slip."""

    goods: Mapping[str, int]
    receiver: str
    day: date
    case_id: str
    case_seq: int
    case_number: str
    programme: str
    slip: str | None = None
    parts: int | None = None


def receive(
    session: Session, actor: Actor, region_id: str, name: str, unit: str, quantity: int, note: str, now: datetime
) -> None:
    """Goods come into the store of a region; the first time they open the kind there.

    Raises NotYours, Invalid (`name`, `unit`, `quantity`, `note`, `region`).
    """
    chain = _store(session, actor, region_id)
    name, unit, note = name.strip(), unit.strip(), note.strip()
    county_id = chain.county.id if chain.county else None
    known = session.scalar(select(STOCK.c.unit).where(STOCK.c.county_id == county_id, STOCK.c.name == name).limit(1))
    faults = _faults(name, unit or known or "", quantity, note)
    if known and unit not in ("", known):
        faults["unit"] = f"本县登记的{name}按“{known}”计，请改为{known}，或者换一个名称"
    if faults:
        raise Invalid(faults)
    row = {"id": new_id(), "region_id": region_id, "county_id": county_id, "name": name, "unit": unit or known}
    session.execute(_OPEN, {**row, "on_hand": 0})
    stock_id = session.scalar(select(STOCK.c.id).where(STOCK.c.region_id == region_id, STOCK.c.name == name))
    _move(session, str(stock_id), quantity)
    _enter(session, str(stock_id), "received", quantity, note, actor, now)
    _tell(session, region_id, "received", actor, now, name=name, quantity=quantity, note=note)


def count(session: Session, actor: Actor, stock_id: str, counted: int, now: datetime) -> int:
    """The store was counted: the difference (counted − book) is entered and the book set to what is there."""
    row = _locked(session, actor, stock_id)
    if not 0 <= counted <= MOST:
        raise Invalid({"counted": f"盘点数量应为 0 到 {MOST:,} 的整数"})
    difference = counted - row.on_hand
    _move(session, stock_id, difference)
    _enter(session, stock_id, "counted", difference, f"盘点实有 {counted}{row.unit}", actor, now)
    _tell(session, row.region_id, "counted", actor, now, name=row.name, book=row.on_hand, counted=counted)
    return difference


def counter(session: Session, actor: Actor, entry_id: str, quantity: int, note: str, now: datetime) -> str:
    """Take back an entry, or part of it, by a counter-entry: what was issued came back, what came in was wrong.

    Returns the id of the region whose store it is. Raises NotFound, NotYours, Invalid (`quantity`, `note`), Gone.
    """
    entry = session.execute(select(ENTRY).where(ENTRY.c.id == entry_id)).one_or_none()
    if entry is None:
        raise NotFound("没有这一笔，请刷新后重试")
    row = _locked(session, actor, entry.stock_id)
    kind = _COUNTERS.get(entry.kind)
    if kind is None:
        raise Gone("冲回和盘点的记录不能再冲回，登记有误的请重新入库或者盘点")
    left = abs(entry.quantity) - countered(session, [entry_id]).get(entry_id, 0)
    faults = {} if 0 < quantity <= left else {"quantity": f"数量应为 1 到 {left} 的整数"}
    if left == 0:
        faults = {"quantity": "这一笔已经全部冲回"}
    if not 0 < len(note.strip()) <= NOTE:
        faults["note"] = f"请写明原因（不超过 {NOTE} 字）"
    if faults:
        raise Invalid(faults)
    signed = quantity if entry.quantity < 0 else -quantity
    if not _move(session, entry.stock_id, signed):
        raise OverLimit(f"{row.name}结存只有 {row.on_hand}{row.unit}，不能冲减 {quantity}{row.unit}")
    _enter(session, entry.stock_id, kind, signed, note.strip(), actor, now, counters=entry)
    _tell(session, row.region_id, kind, actor, now, name=row.name, quantity=signed, note=note.strip())
    return str(row.region_id)


def issue(session: Session, actor: Actor, region: RegionRef, given: Issue, now: datetime) -> None:
    """Hand out what the store of a region holds; all of it or nothing. Raises OverLimit (`goods`)."""
    here = select(STOCK).where(STOCK.c.region_id == region.id, STOCK.c.name.in_(given.goods))
    rows = {row.name: row for row in session.execute(here.order_by(STOCK.c.id).with_for_update())}
    short = [
        f"{name}现有 {rows[name].on_hand}{rows[name].unit}，不够 {quantity}{rows[name].unit}" if name in rows
        else f"没有登记过{name}"
        for name, quantity in given.goods.items()
        if name not in rows or rows[name].on_hand < quantity
    ]  # fmt: skip
    if short:
        told = f"{region.name}物资库的{'；'.join(short)}。请先登记入库，或者减少发放的数量"
        raise OverLimit(told, fields={"goods": told})
    for name, quantity in given.goods.items():
        _move(session, rows[name].id, -quantity)
        _enter(session, rows[name].id, "issued", -quantity, f"发给{given.receiver}", actor, now, given=given)


def take_back(session: Session, actor: Actor, case_id: str, since: int, reason: str, now: datetime) -> int:
    """Counter what a case issued at audit number `since` and later; how many entries."""
    query = select(ENTRY).where(ENTRY.c.case_id == case_id, ENTRY.c.case_seq >= since, ENTRY.c.kind == "issued")
    entries = session.execute(query.order_by(ENTRY.c.stock_id, ENTRY.c.id)).all()
    before = countered(session, [entry.id for entry in entries])
    out = [(entry, left) for entry in entries if (left := -entry.quantity - before.get(entry.id, 0))]
    for entry, left in out:
        _move(session, entry.stock_id, left)
        _enter(session, entry.stock_id, "returned", left, reason[:NOTE], actor, now, counters=entry)
    return len(out)


def countered(session: Session, entry_ids: Collection[str]) -> dict[str, int]:
    """How much of these entries was taken back, by entry; only those of which something was."""
    query = select(ENTRY.c.counters, func.abs(func.sum(ENTRY.c.quantity))).where(ENTRY.c.counters.in_(entry_ids))
    return {entry_id: int(taken) for entry_id, taken in session.execute(query.group_by(ENTRY.c.counters))}


def _store(session: Session, actor: Actor, region_id: str) -> RegionChain:
    chain = identity.chain(session, region_id)
    policy.require_covers(session, actor, chain, KEEP)
    if chain.nearest.level not in LEVELS:
        raise Invalid({"region": "物资库只设在乡镇（街道）和县（市、区）"})
    return chain


def _locked(session: Session, actor: Actor, stock_id: str) -> Any:
    row = session.execute(select(STOCK).where(STOCK.c.id == stock_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("没有这种物资，请刷新后重试")
    _store(session, actor, row.region_id)
    return row


def _faults(name: str, unit: str, quantity: int, note: str) -> dict[str, str]:
    faults = {}
    if not 0 < len(name) <= NAME:
        faults["name"] = f"请写明物资名称（不超过 {NAME} 字）"
    if not 0 < len(unit) <= UNIT:
        faults["unit"] = f"请写明单位，例如床、公斤（不超过 {UNIT} 字）"
    if not 0 < quantity <= MOST:
        faults["quantity"] = f"数量应为 1 到 {MOST:,} 的整数"
    if not 0 < len(note) <= NOTE:
        faults["note"] = f"请写明来源或凭证号（不超过 {NOTE} 字）"
    return faults


def _move(session: Session, stock_id: str, quantity: int) -> bool:
    """Whether the stock could change by so much without falling below zero."""
    enough = (STOCK.c.id == stock_id) & (STOCK.c.on_hand + quantity >= 0)
    return rows_changed(session, update(STOCK).where(enough).values(on_hand=STOCK.c.on_hand + quantity)) == 1


def _enter(
    session: Session,
    stock_id: str,
    kind: str,
    quantity: int,
    note: str,
    actor: Actor,
    now: datetime,
    *,
    given: Issue | None = None,
    counters: Any = None,
) -> None:
    """One entry; a counter-entry carries the case of what it counters."""
    of, entry_id = given or counters, new_id()
    values = {name: getattr(of, name, None) for name in _OF_CASE}
    values |= {"id": entry_id, "stock_id": stock_id, "kind": kind, "quantity": quantity, "note": note}
    values |= {"counters": counters.id if counters is not None else None, "actor_id": actor.user_id, "at": now}
    values["day"] = given.day if given else local_date(now)
    session.execute(insert(ENTRY).values(values))
    audit.witness(session, books.GOODS, entry_id, str(quantity))


def _tell(session: Session, region_id: str, kind: str, actor: Actor, now: datetime, **told: Any) -> None:
    audit.append(session, f"goods:{region_id}", kind, actor, told, None, now, shared=True)
