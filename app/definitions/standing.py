"""Places of releases: their names, their chains, what is newest there, and what an override there changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.definitions.names import COMING, EVERYWHERE, IN_FORCE, LIBRARY, REPOSITORY, RETIRED, STOPPED, SUPERSEDED
from app.definitions.store import PLACE, RELEASE
from app.identity import queries as identity


def chain_of(session: Session, scope: str) -> tuple[str, ...]:
    """The region's id and its ancestors', nearest first; nothing for `*`."""
    return () if scope == EVERYWHERE else identity.chain(session, scope).ids


def newest(session: Session, programme: str, scope: str) -> str | None:
    """The release with the highest number at the place."""
    here = (PLACE.c.programme == programme) & (PLACE.c.scope == scope) & PLACE.c.number.is_not(None)
    return session.scalar(select(PLACE.c.release_id).where(here).order_by(PLACE.c.number.desc()).limit(1))


def base_of(session: Session, programme: str, scope: str) -> str | None:
    """What an owner's release at the place changes: the repository's there, else what a wider region holds."""
    shipped = (
        select(RELEASE.c.id).join(PLACE, PLACE.c.release_id == RELEASE.c.id)
        .where(PLACE.c.programme == programme, PLACE.c.scope == scope, RELEASE.c.origin == REPOSITORY)
    )  # fmt: skip
    found = session.scalar(shipped.order_by(RELEASE.c.drafted_at.desc(), RELEASE.c.id.desc()).limit(1))
    wider = (*chain_of(session, scope)[1:], EVERYWHERE)
    return found or next((each for each in (held(session, programme, up) for up in wider) if each), None)


def held(session: Session, programme: str, scope: str) -> str | None:
    """The newest release of the place, unless it was retired."""
    here = (PLACE.c.programme == programme) & (PLACE.c.scope == scope) & PLACE.c.number.is_not(None)
    query = select(PLACE.c.release_id, PLACE.c.retired_on).where(here).order_by(PLACE.c.number.desc()).limit(1)
    row = session.execute(query).one_or_none()
    return row.release_id if row and row.retired_on is None else None


def base_has_moved(session: Session, place: Any) -> bool:
    """Whether what the release of a place (`programme`, `scope`, `base_id`) changes is not what stands there now."""
    return place.programme != LIBRARY and base_of(session, place.programme, place.scope) != place.base_id


def place_name(session: Session, scope: str) -> str:
    """The region's name; 全国 for everywhere."""
    return "全国" if scope == EVERYWHERE else identity.chain(session, scope).full_name


def places_of(session: Session, release_id: str) -> Sequence[Any]:
    """The rows of the places that a release is for. Raises NotFound."""
    rows = session.execute(select(PLACE).where(PLACE.c.release_id == release_id).order_by(PLACE.c.scope)).all()
    if not rows:
        raise NotFound(f"没有编号为 {release_id} 的发布版，请用 doudi release list 核对")
    return rows


def region_codes(session: Session, release_id: str) -> list[str]:
    """The codes of the regions that a release is for."""
    scopes = session.scalars(select(PLACE.c.scope).where(PLACE.c.release_id == release_id).order_by(PLACE.c.scope))
    return [identity.region(session, scope).code for scope in scopes.all() if scope != EVERYWHERE]


def state(row: Any, rows: Sequence[Any], on: date) -> str:
    """What has become of an approved release at a place as of a day; `rows` are releases at this place and others."""
    if row.retired_on is not None and row.retired_on <= on:
        return RETIRED
    if row.in_force_from > on:
        return COMING
    if is_followed(row, rows, on):
        return SUPERSEDED
    return STOPPED if row.stopped_at is not None else IN_FORCE


def is_followed(row: Any, rows: Sequence[Any], on: date) -> bool:
    """Whether a newer release of the place has begun."""
    return any(
        other.number is not None and other.number > row.number and other.in_force_from <= on
        for other in rows if (other.programme, other.scope) == (row.programme, row.scope)
    )  # fmt: skip
