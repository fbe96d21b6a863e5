"""Releases as owners see them: how they are called, what is newest, what became of their base."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import Invalid, NotFound
from app.definitions import receipts, standing
from app.definitions.names import APPROVED, COMING, DRAFT, EVERYWHERE, IN_FORCE, LIBRARY, OWNER, REPOSITORY, SUBMITTED
from app.definitions.store import PLACE, RELEASE
from app.identity import queries as identity

_REFERENCE = re.compile(r"([a-z][a-z0-9_]*)(?:@(\d{2,12}))?(?::(\d+))?")
_ID = re.compile(r"[0-9a-f]{32}")
_OWNERS = (
    select(PLACE.c.release_id, RELEASE.c.title, PLACE.c.programme, PLACE.c.scope, PLACE.c.number, PLACE.c.base_id,
           PLACE.c.in_force_from, PLACE.c.retired_on)
    .join(RELEASE, RELEASE.c.id == PLACE.c.release_id)
    .where(RELEASE.c.origin == OWNER, PLACE.c.number.is_not(None))
)  # fmt: skip


class Live(NamedTuple):
    """An owner's release at a place where it holds or will. `base_id`: what it was drafted on."""

    release_id: str
    title: str
    programme: str
    scope: str
    number: int
    base_id: str | None
    is_newest: bool


def find(session: Session, reference: str, on: date) -> str:
    """The release that an id or `PROGRAMME[@REGION][:N]` names: without N the newest. Raises Invalid, NotFound."""
    if _ID.fullmatch(reference):
        if session.scalar(select(RELEASE.c.id).where(RELEASE.c.id == reference)) is None:
            raise NotFound(f"没有编号为 {reference} 的发布版，请用 doudi release list 核对")
        return reference
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise Invalid({"release": f"“{reference}”应写作发布版编号，或 项目@区划代码:版本号，例如 dibao@22:1"})
    programme, code, number = match.groups()
    wanted = select(PLACE).where(PLACE.c.programme == programme, PLACE.c.number.is_not(None))
    if number:
        wanted = wanted.where(PLACE.c.number == int(number))
    if code:
        wanted = wanted.where(PLACE.c.scope == identity.region_by_code(session, code, on).id)
    rows = session.execute(wanted.order_by(PLACE.c.number.desc())).all()
    if not rows:
        raise NotFound(f"没有发布版 {reference}，请用 doudi release list 核对")
    return min(rows, key=lambda row: len(standing.chain_of(session, row.scope))).release_id


def listed(session: Session, on: date) -> list[dict[str, Any]]:
    """Every release at each of its places, with its state as of the day and what its owner should know."""
    rows = session.execute(
        select(RELEASE, PLACE.c.scope, PLACE.c.number, PLACE.c.in_force_from, PLACE.c.retired_on,
               PLACE.c.stopped_at)
        .join(PLACE, PLACE.c.release_id == RELEASE.c.id)
        .order_by(RELEASE.c.programme, PLACE.c.scope, PLACE.c.number, RELEASE.c.id)
    ).all()  # fmt: skip
    return [_line(session, row, rows, on) for row in rows]


def _line(session: Session, row: Any, rows: Sequence[Any], on: date) -> dict[str, Any]:
    state = _state(session, row, rows, on)
    live = state in ("in force", "approved", "stopped")
    code = "" if row.scope == EVERYWHERE else identity.region(session, row.scope).code
    return {
        "id": row.id, "programme": row.programme, "title": row.title, "region": code,
        "place": standing.place_name(session, row.scope), "number": row.number, "state": state, "origin": row.origin,
        "in_force_from": row.in_force_from, "restores": row.restores,
        "checked": _checked(session, row, on) if live or state in (DRAFT, "checked", SUBMITTED) else None,
    }  # fmt: skip


def _state(session: Session, row: Any, rows: Sequence[Any], on: date) -> str:
    """draft, checked, submitted, rejected, approved, in force, stopped, superseded or retired."""
    if row.state == DRAFT:
        return DRAFT if receipts.faults(session, row.id, on) else "checked"
    if row.state != APPROVED:
        return row.state
    state = standing.state(row, rows, on)
    return {COMING: APPROVED, IN_FORCE: "in force"}.get(state, state)


def _checked(session: Session, row: Any, on: date) -> str:
    """How the newest check of the release stands. What the repository seeds was checked before it was shipped."""
    if receipts.latest(session, row.id) is None:
        return "随产品检查" if row.origin == REPOSITORY else "未检查"
    return "；".join(receipts.faults(session, row.id, on)) or "通过"


def live(session: Session, on: date) -> list[Live]:
    """Owners' releases that hold on a day or will, at each place: the library first, older ones before newer."""
    rows = session.execute(_OWNERS).all()
    found = [
        Live(row.release_id, row.title, row.programme, row.scope, row.number, row.base_id,
             not standing.is_followed(row, rows, date.max))
        for row in rows if row.retired_on is None and not standing.is_followed(row, rows, on)
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each.programme != LIBRARY, each.number))


def to_check(session: Session, on: date) -> list[str]:
    """Owners' releases that hold or will and whose receipt no longer fits catalogue or product."""
    ids = dict.fromkeys(each.release_id for each in live(session, on))
    return [each for each in ids if receipts.is_stale(session, each)]


def made_under(session: Session, release_id: str) -> str | None:
    """The release that `release_id` replaces by bringing back an older one: what was made under it wants a look."""
    row = session.execute(select(RELEASE.c.restores).where(RELEASE.c.id == release_id)).one()
    if row.restores is None:
        return None
    return session.scalar(select(PLACE.c.predecessor_id).where(PLACE.c.release_id == release_id).limit(1))
