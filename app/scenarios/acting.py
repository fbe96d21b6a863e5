"""Who acts in a step: whoever holds the position for the case, another holder where duties must be separate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.cases import policy, store
from app.core.actor import APPLICANT, SYSTEM, Actor
from app.core.clock import local_date
from app.core.errors import NotYours
from app.identity import appointed
from app.identity import operations as staff
from app.identity import policy as rights
from app.identity import queries as identity
from app.identity.positions import INSTITUTION, UPPER_POSITIONS
from app.inbox import queries as inbox
from app.scenarios.story import Step


def actors(session: Session, step: Step, region: str, case_id: str | None, now: datetime) -> list[Actor]:
    """Everybody who holds the step's position for the region, or at the office that the step names.

    One alone where the step says which (`position#2`). Raises NotYours where nobody holds it.
    """
    if step.position in ("applicant", "system"):
        return [APPLICANT if step.position == "applicant" else SYSTEM]
    found = _holders(session, step.position, step.office_region or region, case_id, now)
    if step.holder is None:
        return found
    if step.holder > len(found):
        raise NotYours(f"{step.position} 只有 {len(found)} 人任职，没有第 {step.holder} 人")
    return [found[step.holder - 1]]


def _holders(session: Session, position: str, region: str, case_id: str | None, now: datetime) -> list[Actor]:
    on = local_date(now)
    chain = identity.chain_of_code(session, region, on)
    office = _office(session, chain, position)
    candidates = [f"{position}@{office.id}"] if office else _given(session, position, case_id)
    if position == INSTITUTION:
        for candidate in candidates:
            staff.ensure_holders(session, identity.office(session, candidate.partition("@")[2]), now)
    holders = [holder for candidate in candidates for holder in appointed.holders(session, candidate, on)]
    if not holders:
        raise NotYours(f"{chain.full_name}没有人担任 {position}")
    loaded = [appointed.load_actor(session, holder.user_id, on) for holder in holders]
    return [actor for actor in loaded if actor is not None]


def _office(session: Session, chain: identity.RegionChain, position: str) -> identity.OfficeRow | None:
    """The position's office for the place; who keeps rules or the system also sits at a city's and a province's own."""
    found = identity.office_of(session, chain, position)
    if found is None and position in UPPER_POSITIONS:
        found = identity.offices_of(session, chain).get(chain.nearest.level)
    return found


def _given(session: Session, position: str, case_id: str | None) -> list[str]:
    """A position without a level (an institution): the offices to which the case's tasks are addressed."""
    items = inbox.items_of_case(session, case_id or "")
    return list(dict.fromkeys(item.candidate for item in items if item.position == position))


def able(session: Session, item: Any, candidates: Sequence[Actor], now: datetime) -> Actor:
    """The first who may complete the task (fine print 13); the first of all where nobody may."""
    for actor in candidates:
        action = store.lock(session, actor, item.case_id, now)
        try:
            policy.require_may_complete(action, item, action.diagram.elements[item.element_id])
        except NotYours:
            continue
        return actor
    return candidates[0]


def second(session: Session, first: Actor, others: Sequence[Actor], capability: str, region: str,
           now: datetime) -> Actor:  # fmt: skip
    """Who confirms what the first drew up: another holder of the position, else of one that may at this place."""
    chain = identity.chain_of_code(session, region, local_date(now))
    found = [actor for actor in others if actor.user_id != first.user_id]
    for position in appointed.positions_with(session, capability):
        office = identity.office_of(session, chain, position)
        holders = appointed.holders(session, f"{position}@{office.id}", local_date(now)) if office else []
        loaded = (appointed.load_actor(session, holder.user_id, local_date(now)) for holder in holders)
        found += [actor for actor in loaded if actor is not None and actor.user_id != first.user_id]
    able_ones = [actor for actor in found if rights.covers(actor, chain, capability)]
    return (able_ones or [first])[0]


def chosen(items: list[Any], step: Step, actor: Actor) -> Any:
    """The open item of a task, of several the one that the submission speaks of; else the one that was done last."""
    said = {str(value) for value in step.data.values() if isinstance(value, (str, int))}
    named = [item for item in items if item.item_key and item.item_key in said]
    opened = [item for item in named or items if item.status == "open"]
    mine = [item for item in opened if item.candidate in actor.candidates]
    return (mine or opened or (named or items)[-1:])[0]
