"""What stores hold, what moved there, and what a case was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import NotFound
from app.db import Prepared
from app.db.spelling import contains
from app.goods.models import GoodsStock
from app.goods.operations import ENTRY, KEEP, LEVELS, STOCK
from app.identity import policy, reach
from app.identity import queries as identity
from app.identity.queries import REGION

SEE = "see_money"
DAY = ENTRY.c.day
_ISSUED = ("issued", "returned")
_COLUMNS = (ENTRY.c.id, ENTRY.c.kind, ENTRY.c.quantity, ENTRY.c.note, ENTRY.c.counters, ENTRY.c.case_id,
          ENTRY.c.case_number, ENTRY.c.programme, ENTRY.c.receiver, ENTRY.c.slip, ENTRY.c.parts, ENTRY.c.day,
          ENTRY.c.actor_id, ENTRY.c.at, STOCK.c.name, STOCK.c.unit, STOCK.c.region_id)  # fmt: skip


@dataclass(frozen=True, slots=True)
class HandedOut:
    """Units of a kind that a case was given, less what came back."""

    name: str
    unit: str
    quantity: int


def stocks(session: Session, actor: Actor, text: str = "") -> list[Any]:
    """What the stores of the actor's regions hold: `{id, region_id, name, unit, on_hand, received, issued, returned}`.

    `received` includes corrections and counts. Raises NotYours.
    """
    policy.require_any(session, actor, SEE)
    mine = reach.reached(actor, SEE, GoodsStock)
    held = [STOCK.c[name] for name in ("id", "region_id", "county_id", "name", "unit", "on_hand")]
    query = _summed(*held, REGION.c.code, where=mine & contains(STOCK.c.name, text) if text else mine)
    return list(session.execute(query.order_by(REGION.c.code, STOCK.c.name)))


def totals(
    session: Session, actor: Actor, capability: str, within: ColumnElement[bool], programme: str | None
) -> list[Any]:
    """What cases were given and brought back, by programme and kind: `{programme, name, unit, issued, returned}`.

    `within` is a condition on `DAY`.
    """
    mine = [reach.reached(actor, capability, GoodsStock), ENTRY.c.programme.is_not(None), within]
    mine += [ENTRY.c.programme == programme] if programme else []
    query = _summed(ENTRY.c.programme, STOCK.c.name, STOCK.c.unit, where=and_(*mine))
    return list(session.execute(query.order_by(ENTRY.c.programme, STOCK.c.name)))


def hand_outs(session: Session, actor: Actor, text: str = "", after: str | None = None, limit: int = 18) -> list[Any]:
    """What was handed out and came back, newest first. `text`: part of a receiver, a case number, a slip or a kind."""
    policy.require_any(session, actor, SEE)
    mine = [reach.reached(actor, SEE, GoodsStock), ENTRY.c.kind.in_(_ISSUED)]
    if text:
        columns = (ENTRY.c.receiver, ENTRY.c.case_number, ENTRY.c.slip, STOCK.c.name)
        mine.append(or_(*(contains(column, text) for column in columns)))
    return _page(session, and_(*mine), after, limit)


def journal(session: Session, region_id: str, after: str | None = None, limit: int = 18) -> list[Any]:
    """Everything that moved in the store of a region, newest first."""
    return _page(session, STOCK.c.region_id == region_id, after, limit)


def of_region(session: Session, region_id: str) -> list[Any]:
    """What the store of a region holds: `{id, name, unit, on_hand}`."""
    query = select(STOCK.c.id, STOCK.c.name, STOCK.c.unit, STOCK.c.on_hand).where(STOCK.c.region_id == region_id)
    return list(session.execute(query.order_by(STOCK.c.name)))


def in_county(session: Session, county_id: str) -> list[Any]:
    """What the stores of a county hold: `{name, unit, on_hand, region, place}`; `region` is the code of the place."""
    query = (
        select(STOCK.c.name, STOCK.c.unit, STOCK.c.on_hand, REGION.c.code.label("region"), REGION.c.name.label("place"))
        .join(REGION, REGION.c.id == STOCK.c.region_id)
        .where(STOCK.c.county_id == county_id)
    )
    return list(session.execute(query.order_by(REGION.c.code, STOCK.c.name)))


def stores(session: Session, actor: Actor) -> list[Any]:
    """Places of the actor that may have a store: `{id, name, level}`."""
    here = reach.reached_regions(actor, KEEP) & REGION.c.level.in_(LEVELS) & REGION.c.valid_until.is_(None)
    return list(session.execute(select(REGION.c.id, REGION.c.name, REGION.c.level).where(here).order_by(REGION.c.code)))


def store(session: Session, actor: Actor, region_id: str) -> identity.RegionChain:
    """A place whose store the actor may see. Raises NotFound."""
    policy.require_any(session, actor, SEE)
    found = reach.reached_regions(actor, SEE) & (REGION.c.id == region_id) & REGION.c.level.in_(LEVELS)
    if session.scalar(select(REGION.c.id).where(found)) is None:
        raise NotFound("没有这个乡镇（街道）或县（市、区），或者不在您的地区")
    return identity.chain(session, region_id)


_GIVEN = func.sum(-ENTRY.c.quantity)
_OF_CASE = Prepared(
    select(STOCK.c.name, STOCK.c.unit, _GIVEN)
    .join(ENTRY, ENTRY.c.stock_id == STOCK.c.id)
    .where(ENTRY.c.case_id == bindparam("case_id"))
    .group_by(STOCK.c.name, STOCK.c.unit)
    .having(_GIVEN > 0)
)


def of_case(session: Session, case_id: str) -> list[HandedOut]:
    """What a case was given, less what came back; by kind."""
    return [HandedOut(name, unit, int(quantity)) for name, unit, quantity in _OF_CASE.all(session, case_id=case_id)]


def issued_seqs(session: Session, case_id: str) -> list[int]:
    """The audit numbers of the actions by which a case handed out what it has still out."""
    if not of_case(session, case_id):
        return []
    return list(session.scalars(select(ENTRY.c.case_seq).where(ENTRY.c.case_id == case_id, ENTRY.c.kind == "issued")))


def listed(goods: list[HandedOut]) -> str:
    """As letters and the history say it: `棉被3床、大米50公斤`."""
    return "、".join(f"{each.name}{each.quantity}{each.unit}" for each in goods)


def _summed(*columns: Any, where: ColumnElement[bool]) -> Select[Any]:
    def of(*kinds: str) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((ENTRY.c.kind.in_(kinds), ENTRY.c.quantity), else_=0)), 0)

    sums = (of("received", "corrected", "counted").label("received"), (-of("issued")).label("issued"),
            of("returned").label("returned"))  # fmt: skip
    joined = select(*columns, *sums).join(ENTRY, ENTRY.c.stock_id == STOCK.c.id)
    return joined.join(REGION, REGION.c.id == STOCK.c.region_id).where(where).group_by(*columns)


def _page(session: Session, where: ColumnElement[bool], after: str | None, limit: int) -> list[Any]:
    query = select(*_COLUMNS).join(STOCK, STOCK.c.id == ENTRY.c.stock_id).where(where)
    if after:
        query = query.where(ENTRY.c.id < after)
    return list(session.execute(query.order_by(ENTRY.c.id.desc()).limit(limit)))
