"""Keeping the calendar of working days: taking in a notice, and which deadlines it moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import audit
from app.calendar import Imported
from app.calendar.queries import CLOCK
from app.cases import deadlines
from app.cases.store import CASE
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Invalid, NotYours
from app.identity import appointed, policy
from app.identity import queries as identity

KEEPS = "keep_calendar"
AUDIT_CHAIN = "calendar"
LONGEST_SOURCE = 200


@dataclass(frozen=True, slots=True)
class Moved:
    """A running deadline that ends on another day."""

    case_id: str
    case_number: str
    title: str
    before: date
    after: date


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do; `clocks` counts all that move, `moved` are the first of them."""

    imported: Imported
    clocks: int
    moved: tuple[Moved, ...]


def import_notice(
    session: Session, actor: Actor, text: str, source: str, now: datetime, region_code: str | None = None
) -> Imported:
    """Take in a notice of days off (lines `2027-02-05,放假,春节`) and move the deadlines that it moves.

    The national notice holds whole years and is kept by the highest office that keeps the calendar; with `region_code`
    single days hold in that region and below it. Raises NotYours, Invalid (`text`, `line.<n>`, `source`, `region`).
    """
    region_id = _require(session, actor, source, now, region_code)
    imported = deadlines.import_calendar(session, text, source.strip(), actor.name, now, region_id)
    told = {
        "source": source.strip(), "region": region_code, "years": imported.years, "version": imported.version,
        "days": [[each.day, each.after and each.after.kind] for each in imported.days], "clocks": len(imported.clocks),
    }  # fmt: skip
    audit.append(session, AUDIT_CHAIN, "calendar_imported", actor, told, None, now, shared=True)
    return imported


def preview(
    session: Session,
    actor: Actor,
    text: str,
    source: str,
    now: datetime,
    region_code: str | None = None,
    most: int = 100,
) -> Preview:
    """What `import_notice` would do, with nothing of it done. Raises as it does."""
    with_nothing_done = session.begin_nested()
    try:
        imported = import_notice(session, actor, text, source, now, region_code)
        moved = _moved(session, imported, most)
    finally:
        with_nothing_done.rollback()
    return Preview(imported, len(imported.clocks), tuple(moved))


def kept_by(session: Session, actor: Actor) -> Sequence[identity.RegionChain]:
    """The regions whose days the actor keeps."""
    return [identity.chain(session, each) for each in sorted(policy.region_ids(actor, KEEPS))]


def _require(session: Session, actor: Actor, source: str, now: datetime, region_code: str | None) -> str | None:
    policy.require_any(session, actor, KEEPS)
    if not 0 < len(source.strip()) <= LONGEST_SOURCE:
        raise Invalid({"source": f"请写明依据的通知，例如“国办发明电〔2026〕7号”（不超过 {LONGEST_SOURCE} 字）"})
    if region_code is None:
        _require_highest(session, actor, now)
        return None
    chain = identity.chain_by_code(session, region_code, local_date(now))
    policy.require_covers(session, actor, chain, KEEPS)
    return chain.nearest.id


def _require_highest(session: Session, actor: Actor, now: datetime) -> None:
    """One notice holds for the whole installation: of the offices that keep the calendar the highest takes it in."""
    above = [appointed.held_above(session, chain, KEEPS, local_date(now)) for chain in kept_by(session, actor)]
    names = [ref.name for ref in above if ref is not None]
    if above and len(names) == len(above):
        raise NotYours(f"全国的放假安排由{'、'.join(names)}维护，这里只能录入本地区的日子")


def _moved(session: Session, imported: Imported, most: int) -> list[Moved]:
    changes = {each.clock_id: each for each in imported.clocks[:most]}
    rows = session.execute(
        select(CLOCK.c.id, CLOCK.c.title, CASE.c.id, CASE.c.number)
        .join(CASE, CASE.c.id == CLOCK.c.case_id)
        .where(CLOCK.c.id.in_(changes))
        .order_by(CASE.c.number, CLOCK.c.title)
    )
    return [
        Moved(case_id, number, title, changes[clock_id].before, changes[clock_id].after)
        for clock_id, title, case_id, number in rows
    ]
