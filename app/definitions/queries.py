"""Finding the release that holds at a place on a day: the nearest place first, there the newest that has begun."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Table, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from app.core.clock import local_date
from app.core.errors import NotEligible, NotFound
from app.db import Prepared, stamps
from app.definitions.bundle import Bundle
from app.definitions.errors import BundleError
from app.definitions.letters import Letter, letters_of
from app.definitions.names import APPROVED, EVERYWHERE, LIBRARY
from app.definitions.store import PLACE, RELEASE, bundle_by_id, files_of
from app.identity import queries as identity

NOT_HERE = "本地区没有开办这个救助项目，请核对项目和所在地区"


class Offer(NamedTuple):
    """A programme that holds at a place, as lists show it. `scope` is the region's id that brought it."""

    programme: str
    title: str
    summary: str
    basis: str
    by_office: bool
    release_id: str
    scope: str
    number: int
    in_force_from: date
    retired_on: date | None
    stopped_at: datetime | None
    stop_reason: str | None


def begun(place: Any, on: Any) -> ColumnElement[bool]:
    """The condition that an approved release of a place has begun on a day (it may be retired or superseded since)."""
    retired = place.c.retired_on
    return place.c.number.is_not(None) & (place.c.in_force_from <= on) & or_(
        retired.is_(None), retired > place.c.in_force_from
    )  # fmt: skip


def _in_force(*conditions: ColumnElement[bool]) -> Select[Any]:
    """The newest release of each programme and place that has begun on the day `:on`."""
    later: Table = PLACE.alias("later")  # type: ignore[assignment]
    same = (later.c.programme == PLACE.c.programme) & (later.c.scope == PLACE.c.scope)
    newer = exists().where(same, later.c.number > PLACE.c.number, begun(later, bindparam("on")))
    of_release = ("title", "summary", "basis", "by_office")
    columns = [(RELEASE if name in of_release else PLACE).c[name] for name in Offer._fields]
    return (
        select(*columns).join(RELEASE, RELEASE.c.id == PLACE.c.release_id)
        .where(begun(PLACE, bindparam("on")), ~newer, *conditions)
    )  # fmt: skip


# Built once: pages and applications run them, and building a statement costs more than running it.
_HERE = PLACE.c.scope.in_(bindparam("scopes", expanding=True))
_ALL = _in_force(PLACE.c.programme != LIBRARY)
_ONE = _in_force(_HERE, PLACE.c.programme == bindparam("programme"))
_FIRST_DAYS = select(PLACE.c.in_force_from, RELEASE.c.title).join(RELEASE, RELEASE.c.id == PLACE.c.release_id).where(
    PLACE.c.programme == bindparam("programme"),
    _HERE,
    PLACE.c.number.is_not(None),
    PLACE.c.retired_on.is_(None),
    PLACE.c.in_force_from > bindparam("on"),
).order_by(PLACE.c.in_force_from)  # fmt: skip
_kept: stamps.Stamped[Mapping[str, Sequence[Offer]]] = stamps.Stamped("releases", entries=8)
_kept_offers: stamps.Stamped[Sequence[Offer]] = stamps.Stamped("releases", entries=20_000)  # a province's villages


def resolve(session: Session, programme: str, region_ids: Sequence[str], on: date) -> Bundle:
    """The release that is in force for `region_ids` (nearest first) on a day, for what begins on an award.

    One that was retired still serves those who receive it, where nothing else does. Raises NotFound; NotEligible before
    the first day.
    """
    offers = _offers(session, programme, region_ids, on)
    holding = [offer for offer in offers if not _retired(offer, on)] or offers
    if not holding:
        raise _not_yet(session, programme, region_ids, on)
    return bundle_by_id(session, holding[0].release_id)


def resolve_open(session: Session, programme: str, region_ids: Sequence[str], on: date) -> Bundle:
    """The same for an application of that day. Raises NotFound; NotEligible before the first day and after a stop."""
    offers = [each for each in _offers(session, programme, region_ids, on) if not _retired(each, on)]
    if not offers:
        raise _not_yet(session, programme, region_ids, on)
    if offers[0].stopped_at is not None:
        day = local_date(offers[0].stopped_at)
        raise NotEligible(
            f"“{offers[0].title}”自 {day} 起停止受理新申请：{offers[0].stop_reason}。请向当地民政部门咨询何时恢复"
        )
    return bundle_by_id(session, offers[0].release_id)


def deployed(session: Session, region_ids: Sequence[str], on: date, *, by_office: bool = False) -> list[Offer]:
    """All programmes that take applications where the ancestors are `region_ids` (nearest first); those of people, or
    (`by_office`) those whose cases an office alone begins.

    One statement for all places, which a process keeps until a release changes.
    """
    by_scope = _kept.get(session, on, lambda: _all_by_scope(session, on))
    nearest: dict[str, Offer] = {}
    for scope in (*region_ids, EVERYWHERE):
        for offer in by_scope.get(scope, ()):
            nearest.setdefault(offer.programme, offer)
    return sorted(offer for offer in nearest.values() if offer.stopped_at is None and offer.by_office is by_office)


def reaching(session: Session, chain: identity.RegionChain, on: date) -> list[Bundle]:
    """The bundles that serve somebody in a region on a day: its own, those above it, and those of places inside it."""
    there = _HERE | PLACE.c.scope.in_(identity.ids_within(chain.nearest))
    wanted = _in_force(there, PLACE.c.programme != LIBRARY)
    rows = session.execute(wanted, {"scopes": [*chain.ids, EVERYWHERE], "on": on})
    return [bundle_by_id(session, release_id) for release_id in sorted({row.release_id for row in rows})]


def letter(session: Session, programme: str, region_ids: Sequence[str], on: date, key: str) -> Letter:
    """A letter of the release in force of a programme there, else of the library. Raises NotFound.

    A release that was approved before the letter came into the library knows nothing of it.
    """
    try:
        return resolve(session, programme, region_ids, on).letter(key, region_ids)
    except (NotFound, NotEligible, BundleError):
        found = library(session, region_ids, on)
        if key not in found:
            raise NotFound(f"文书库里没有模板 {key}，请先发布这个模板") from None
        return found[key]


def library(session: Session, region_ids: Sequence[str], on: date) -> dict[str, Letter]:
    """The letters of the library that hold there on a day, by key; those of the nearest region first."""
    found: dict[str, Letter] = {}
    for release_id in libraries(session, region_ids, on):
        found = {**letters_of(files_of(session, release_id)), **found}
    return found


def libraries(session: Session, region_ids: Sequence[str], on: date) -> list[str]:
    """The releases of the library that hold there on a day, the nearest first."""
    return [each.release_id for each in _offers(session, LIBRARY, region_ids, on) if not _retired(each, on)]


def releases_of(session: Session, programmes: Iterable[str]) -> dict[str, str]:
    """The programme of each of their releases, by id."""
    query = select(RELEASE.c.id, RELEASE.c.programme).where(RELEASE.c.programme.in_(programmes))
    return {row.id: row.programme for row in session.execute(query)}


def place_serving(session: Session, programme: str, region_ids: Sequence[str], on: date) -> str | None:
    """The scope that brings a programme to `region_ids` (nearest first) on a day; None where nothing does."""
    offers = _offers(session, programme, region_ids, on)
    return next((each.scope for each in offers if not _retired(each, on)), None)


_TITLES = Prepared(
    select(RELEASE.c.programme, RELEASE.c.title)
    .where(RELEASE.c.state == APPROVED, RELEASE.c.programme != LIBRARY)
    .order_by(RELEASE.c.decided_at, RELEASE.c.id)
)
_titles: stamps.Stamped[Mapping[str, str]] = stamps.Stamped("releases")


def programme_titles(session: Session) -> dict[str, str]:
    """Programme key → the title of its newest release anywhere, for lists and filters."""
    return dict(_titles.get(session, None, lambda: {row.programme: row.title for row in _TITLES.all(session)}))


def title_of(session: Session, programme: str) -> str:
    """The newest title of a programme; its key where nobody published it."""
    newest = select(RELEASE.c.title).where(RELEASE.c.programme == programme, RELEASE.c.state == APPROVED)
    return session.scalar(newest.order_by(RELEASE.c.decided_at.desc(), RELEASE.c.id.desc()).limit(1)) or programme


def is_empty(session: Session) -> bool:
    """Whether nothing was ever installed here."""
    return session.scalar(select(RELEASE.c.id).limit(1)) is None


def _all_by_scope(session: Session, on: date) -> Mapping[str, Sequence[Offer]]:
    found: dict[str, list[Offer]] = {}
    for offer in map(Offer._make, session.connection().execute(_ALL, {"on": on})):
        if not _retired(offer, on):
            found.setdefault(offer.scope, []).append(offer)
    return found


def _offers(session: Session, programme: str, region_ids: Sequence[str], on: date) -> Sequence[Offer]:
    """All that are approved and have begun, the nearest first; kept until a release changes."""

    def load() -> Sequence[Offer]:
        values = {"programme": programme, "scopes": [*region_ids, EVERYWHERE], "on": on}
        return _by_nearness(session.connection().execute(_ONE, values), region_ids)

    return _kept_offers.get(session, (programme, tuple(region_ids), on), load)


def _by_nearness(rows: Iterable[Any], region_ids: Sequence[str]) -> list[Offer]:
    order = {scope: place for place, scope in enumerate((*region_ids, EVERYWHERE))}
    return sorted((Offer(*row) for row in rows), key=lambda offer: order[offer.scope])


def _retired(offer: Offer, on: date) -> bool:
    return offer.retired_on is not None and offer.retired_on <= on


def _not_yet(session: Session, programme: str, region_ids: Sequence[str], on: date) -> NotFound | NotEligible:
    """Why nothing holds: not here at all, or not yet."""
    values = {"programme": programme, "scopes": [*region_ids, EVERYWHERE], "on": on}
    row = session.connection().execute(_FIRST_DAYS, values).first()
    if row is None:
        return NotFound(NOT_HERE)
    return NotEligible(f"“{row.title}”从 {row.in_force_from} 起施行，施行前不能申请，请在施行后再来")
