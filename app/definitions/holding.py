"""What holds where an owner answers for policy: each programme at each place, with every version it ever had there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import NotFound
from app.definitions import policy, standing
from app.definitions.names import COMING, EVERYWHERE, IN_FORCE, RETIRED, STOPPED, SUPERSEDED
from app.definitions.store import PLACE, RELEASE
from app.identity import policy as identity_policy
from app.identity import queries as identity

STATES = {
    IN_FORCE: "现行", COMING: "待施行", STOPPED: "停止受理", SUPERSEDED: "已被取代", RETIRED: "已停用",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Version:
    """A release at a place. `state`: see `STATES`, as of the day that was asked for."""

    release_id: str
    title: str
    number: int
    in_force_from: date
    state: str
    restores: str | None
    origin: str
    retired_on: date | None
    stopped_at: datetime | None
    stop_reason: str | None

    @property
    def state_title(self) -> str:
        return STATES[self.state]


@dataclass(frozen=True, slots=True)
class Holding:
    """A programme at a place; `versions` newest first. `is_mine`: the actor drafts policy there."""

    programme: str
    scope: str
    place: str
    versions: tuple[Version, ...]
    is_mine: bool

    @property
    def shown(self) -> Version:
        """The version that holds, else the newest."""
        return next((each for each in self.versions if each.state in (IN_FORCE, STOPPED)), self.versions[0])

    @property
    def coming(self) -> Version | None:
        return next((each for each in self.versions if each.state == COMING), None)


def of_actor(session: Session, actor: Actor, on: date) -> list[Holding]:
    """Everything approved where the actor drafts and above it, by title and place. Raises NotYours."""
    return _holdings(session, actor, on, true())


def _holdings(session: Session, actor: Actor, on: date, which: ColumnElement[bool]) -> list[Holding]:
    identity_policy.require_any(session, actor, policy.DRAFTS)
    rows = session.execute(
        select(RELEASE.c.title, RELEASE.c.restores, RELEASE.c.origin, PLACE)
        .join(PLACE, PLACE.c.release_id == RELEASE.c.id)
        .where(PLACE.c.number.is_not(None), which)
        .order_by(PLACE.c.programme, PLACE.c.scope, PLACE.c.number.desc())
    ).all()  # fmt: skip
    by_place: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        by_place.setdefault((row.programme, row.scope), []).append(row)
    above = {EVERYWHERE} | {id for region in _regions(actor) for id in identity.chain(session, region).ids}
    found = []
    for (programme, scope), placed in by_place.items():
        is_mine = _covers(session, actor, scope)
        if is_mine or scope in above:
            place = standing.place_name(session, scope)
            found.append(Holding(programme, scope, place, tuple(_version(row, placed, on) for row in placed), is_mine))
    return sorted(found, key=lambda each: (each.shown.title, each.programme, each.place))


def of_release(session: Session, actor: Actor, release_id: str, on: date) -> list[Holding]:
    """The places of one release, as far as the actor sees them. Raises NotYours, NotFound (never approved there)."""
    programme = select(RELEASE.c.programme).where(RELEASE.c.id == release_id).scalar_subquery()
    mine = _holdings(session, actor, on, PLACE.c.programme == programme)
    found = [each for each in mine if any(version.release_id == release_id for version in each.versions)]
    if not found:
        raise NotFound("您管辖的地区没有批准过这个版本，请从“现行版本”进入")
    return found


def _regions(actor: Actor) -> Sequence[str]:
    return sorted(identity_policy.region_ids(actor, policy.DRAFTS))


def _covers(session: Session, actor: Actor, scope: str) -> bool:
    return scope != EVERYWHERE and identity_policy.covers(actor, identity.chain(session, scope), policy.DRAFTS)


def _version(row: Any, placed: Sequence[Any], on: date) -> Version:
    state = standing.state(row, placed, on)
    return Version(
        row.release_id, row.title, row.number, row.in_force_from, state, row.restores, row.origin, row.retired_on,
        row.stopped_at, row.stop_reason,
    )  # fmt: skip
