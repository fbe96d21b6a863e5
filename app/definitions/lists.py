"""Releases as owners see them: how they are called, what is newest, what became of their base."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.core.errors import Invalid, NotFound
from app.definitions import publishing, receipts
from app.definitions.names import APPROVED, DRAFT, EVERYWHERE, LIBRARY, OWNER, REPOSITORY, SUBMITTED
from app.definitions.store import PLACE, RELEASE
from app.identity import queries as identity

_REFERENCE = re.compile(r"([a-z][a-z0-9_]*)(?:@(\d{2,12}))?(?::(\d+))?")
_ID = re.compile(r"[0-9a-f]{32}")


def newest(session: Session, programme: str, scope: str) -> str | None:
    """The release with the highest number at the place."""
    here = (PLACE.c.programme == programme) & (PLACE.c.scope == scope) & PLACE.c.number.is_not(None)
    return session.scalar(select(PLACE.c.release_id).where(here).order_by(PLACE.c.number.desc()).limit(1))


def base_of(session: Session, programme: str, scope: str) -> str | None:
    """What an owner's release at the place changes: the repository's there, else the newest of the wider region."""
    shipped = (
        select(RELEASE.c.id).join(PLACE, PLACE.c.release_id == RELEASE.c.id)
        .where(PLACE.c.programme == programme, PLACE.c.scope == scope, RELEASE.c.origin == REPOSITORY)
    )  # fmt: skip
    found = session.scalar(shipped.order_by(RELEASE.c.id.desc()).limit(1))
    wider = (*publishing.chain_of(session, scope)[1:], EVERYWHERE)
    return found or next((each for each in (newest(session, programme, up) for up in wider) if each), None)


def place_name(session: Session, scope: str) -> str:
    """The region's name; 全国 for everywhere."""
    return "全国" if scope == EVERYWHERE else identity.chain(session, scope).full_name


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
    return min(rows, key=lambda row: len(publishing.chain_of(session, row.scope))).release_id


def listed(session: Session, on: date) -> list[dict[str, Any]]:
    """Every release at each of its places, with its state as of the day and what its owner should know."""
    rows = session.execute(
        select(RELEASE, PLACE.c.scope, PLACE.c.number, PLACE.c.in_force_from, PLACE.c.base_id, PLACE.c.retired_on,
               PLACE.c.stopped_at)
        .join(PLACE, PLACE.c.release_id == RELEASE.c.id)
        .order_by(RELEASE.c.programme, PLACE.c.scope, PLACE.c.number, RELEASE.c.id)
    ).all()  # fmt: skip
    return [_line(session, row, rows, on) for row in rows]


def _line(session: Session, row: Any, rows: Sequence[Any], on: date) -> dict[str, Any]:
    state = _state(session, row, rows, on)
    live = state in ("in force", "approved", "stopped")
    moved = live and row.base_id is not None and base_of(session, row.programme, row.scope) != row.base_id
    code = "" if row.scope == EVERYWHERE else identity.region(session, row.scope).code
    return {
        "id": row.id, "programme": row.programme, "title": row.title, "region": code,
        "place": place_name(session, row.scope), "number": row.number, "state": state, "origin": row.origin,
        "in_force_from": row.in_force_from, "base_moved": moved, "restores": row.restores,
        "checked": _checked(session, row, on) if live or state in (DRAFT, "checked", SUBMITTED) else None,
    }  # fmt: skip


def _state(session: Session, row: Any, rows: Sequence[Any], on: date) -> str:
    """draft, checked, submitted, rejected, approved, in force, stopped, superseded or retired."""
    if row.state == DRAFT:
        return DRAFT if receipts.faults(session, row.id, on) else "checked"
    if row.state != APPROVED:
        return row.state
    if row.retired_on is not None and row.retired_on <= on:
        return "retired"
    if row.in_force_from > on:
        return APPROVED
    if any(
        other.number is not None and other.number > row.number and other.in_force_from <= on
        for other in rows if (other.programme, other.scope) == (row.programme, row.scope)
    ):  # fmt: skip
        return "superseded"
    return "stopped" if row.stopped_at is not None else "in force"


def _checked(session: Session, row: Any, on: date) -> str:
    """How the newest check of the release stands: 未检查 for what the repository seeded."""
    if receipts.latest(session, row.id) is None:
        return "未检查"
    return "；".join(receipts.faults(session, row.id, on)) or "通过"


def region_code(session: Session, release_id: str) -> str:
    """The code of the first region that a release is for; "" for everywhere."""
    mine = select(PLACE.c.scope).where(PLACE.c.release_id == release_id).order_by(PLACE.c.scope).limit(1)
    scope = session.scalar(mine)
    if scope is None:
        raise NotFound(f"没有编号为 {release_id} 的发布版，请用 doudi release list 核对")
    return "" if scope == EVERYWHERE else identity.region(session, scope).code


def owners_in_force(session: Session) -> list[str]:
    """Releases by owners that are the newest of their place, the library first."""
    later = PLACE.alias("later")
    newer = exists().where(
        later.c.programme == PLACE.c.programme, later.c.scope == PLACE.c.scope, later.c.number > PLACE.c.number
    )
    query = select(RELEASE.c.id, RELEASE.c.programme).join(PLACE, PLACE.c.release_id == RELEASE.c.id)
    rows = session.execute(
        query.where(RELEASE.c.origin == OWNER, PLACE.c.number.is_not(None), PLACE.c.retired_on.is_(None), ~newer)
    ).all()
    return list(dict.fromkeys(row.id for row in sorted(rows, key=lambda row: (row.programme != LIBRARY, row.id))))


def to_check(session: Session) -> list[str]:
    """Owners' releases in force whose receipt no longer fits catalogue or product."""
    return [each for each in owners_in_force(session) if receipts.is_stale(session, each)]


def made_under(session: Session, release_id: str) -> str | None:
    """The release that `release_id` replaces by bringing back an older one: what was made under it wants a look."""
    row = session.execute(select(RELEASE.c.restores).where(RELEASE.c.id == release_id)).one()
    if row.restores is None:
        return None
    return session.scalar(select(PLACE.c.predecessor_id).where(PLACE.c.release_id == release_id).limit(1))


def region_codes(session: Session, release_id: str) -> list[str]:
    """The codes of the regions that a release is for."""
    scopes = session.scalars(select(PLACE.c.scope).where(PLACE.c.release_id == release_id).order_by(PLACE.c.scope))
    return [identity.region(session, scope).code for scope in scopes.all() if scope != EVERYWHERE]
