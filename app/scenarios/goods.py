"""Goods of a story: what stores hold before the first step, what people enter there, and what is expected of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.cases import queries as cases
from app.core.actor import SYSTEM, Actor
from app.core.errors import Invalid
from app.goods import operations, queries
from app.identity import operations as identity
from app.identity import queries as regions

KEY, NOTE = "goods", "登记（故事）"
# A store is a township's, also where a story names a village of it.
TOWNSHIP_DIGITS = 9


def enter(session: Session, entry: Mapping[str, Any], region: str, now: datetime) -> None:
    """One entry of `registry.goods`: `{name, unit, quantity, region?}`."""
    place = identity.ensure_region(session, str(entry.get("region") or region)[:TOWNSHIP_DIGITS])
    _receive(session, SYSTEM, place.id, entry, now)


def move(session: Session, actor: Actor, region: str, case_id: str | None, data: Mapping[str, Any],
         now: datetime) -> None:  # fmt: skip
    """A step `goods`: `name`, and `received` (with `unit`), `returned` (of the case) or `counted`; `note`.

    Raises what the operation raises.
    """
    place = identity.ensure_region(session, str(data.get("region") or region)[:TOWNSHIP_DIGITS])
    if data.get("received") is not None:
        _receive(session, actor, place.id, {**data, "quantity": data["received"]}, now)
        return
    name = str(data.get("name") or "")
    if data.get("counted") is not None:
        stock = next((row.id for row in queries.of_region(session, place.id) if row.name == name), "")
        operations.count(session, actor, stock, _whole(data, "counted"), now)
        return
    issued = [row for row in queries.journal(session, place.id, limit=1000)
              if row.kind == "issued" and row.name == name and row.case_id == case_id]  # fmt: skip
    if not issued:
        raise Invalid({"name": f"这个案件没有发放过{name}"})
    quantity = _whole(data, "returned") if data.get("returned") else -issued[0].quantity
    operations.counter(session, actor, issued[0].id, quantity, str(data.get("note") or NOTE), now)


def told(session: Session, case_id: str) -> list[dict[str, str]]:
    """What a story can expect of the store of the case's township, and of what the case was given: every kind."""
    chain = regions.chain(session, cases.head(session, case_id).region_id)
    held = queries.of_region(session, (chain.township or chain.nearest).id)
    kinds = dict.fromkeys((*(row.name for row in held), *(each.name for each in queries.of_case(session, case_id))))
    wanted: list[dict[str, Any]] = [{"name": name, "on_hand": 0, "given": 0} for name in kinds]
    return [{key: str(each) for key, each in kind.items()} for kind in standing(session, case_id, wanted)]


def standing(session: Session, case_id: str, wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is said of each `{name, on_hand?, given?, region?}`, as it is: units in the store, and given to the case."""
    chain = regions.chain(session, cases.head(session, case_id).region_id)
    given = {each.name: each.quantity for each in queries.of_case(session, case_id)}
    found = []
    for want in wanted:
        code = want.get("region")
        place = identity.ensure_region(session, code[:TOWNSHIP_DIGITS]) if code else chain.township or chain.nearest
        held = {row.name: row.on_hand for row in queries.of_region(session, place.id)}
        numbers = {"on_hand": held.get(want["name"], 0), "given": given.get(want["name"], 0)}
        found.append({key: numbers.get(key, value) for key, value in want.items()})
    return found


def _receive(session: Session, actor: Actor, region_id: str, entry: Mapping[str, Any], now: datetime) -> None:
    name, unit, note = (str(entry.get(key) or "") for key in ("name", "unit", "note"))
    operations.receive(session, actor, region_id, name, unit, _whole(entry, "quantity"), note or NOTE, now)


def _whole(entry: Mapping[str, Any], key: str) -> int:
    try:
        return int(str(entry[key]).strip())
    except ValueError:
        raise Invalid({key: "数量应为整数，例如 5"}) from None
