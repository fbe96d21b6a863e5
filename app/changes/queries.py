"""Changes as pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.changes import catching_up, checking, editing, policy, store
from app.changes.names import OPEN, STATES, SUBMITTED
from app.core.actor import Actor
from app.core.clock import local_date
from app.definitions import standing
from app.definitions.folder import STORIES
from app.figures.catalogue import catalogue
from app.identity import appointed
from app.identity import queries as identity

SAME, CHANGED, ADDED, REMOVED = "same", "changed", "added", "removed"


@dataclass(frozen=True, slots=True)
class Line:
    """A change in a list. `what` names its programmes, `who` opened it, `editor` is who edits now ("" nobody)."""

    id: str
    title: str
    state: str
    what: str
    places: str
    who: str
    touched_at: datetime
    in_force_from: date | None
    editor: str

    @property
    def state_title(self) -> str:
        return STATES[self.state]


@dataclass(frozen=True, slots=True)
class File:
    """A file of a bundle; `state` against the release below: same, changed, added, removed."""

    path: str
    state: str
    hash: str | None


@dataclass(frozen=True, slots=True)
class BundleView:
    """A programme of a change. `check` is the newest check of exactly this content; `is_running`: one is on its way.

    `progress` is how far the one is that is being done.
    """

    id: str
    programme: str
    title: str
    places: tuple[str, ...]
    is_new: bool
    files: tuple[File, ...]
    conflicts: tuple[str, ...]
    is_behind: bool
    check: Row[Any] | None
    is_running: bool
    progress: Row[Any] | None
    release_id: str | None

    @property
    def changed(self) -> int:
        return sum(each.state != SAME for each in self.files)

    @property
    def stories(self) -> list[File]:
        return [each for each in self.files if each.path.startswith(STORIES)]

    @property
    def shown(self) -> list[File]:
        """What a list shows first: everything but stories that are as they were."""
        return [each for each in self.files if each.state != SAME or not each.path.startswith(STORIES)]


@dataclass(frozen=True, slots=True)
class FigureView:
    """A figure that a change enters. `since` None: from the day of the change."""

    id: str
    title: str
    place: str
    display: str
    since: date | None
    clause: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """Another change that is under way for the same programme and place; `paths` are files that both changed."""

    change_id: str
    title: str
    state_title: str
    who: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the history: who did what to which file."""

    id: str
    programme: str
    path: str
    what: str
    who: str
    at: datetime


def listed(session: Session, actor: Actor, states: Sequence[str] = (OPEN, SUBMITTED), limit: int = 100) -> list[Line]:
    """The newest changes in the given states. Raises NotYours."""
    policy.require_reader(session, actor)
    wanted = select(store.CHANGE).where(store.CHANGE.c.state.in_(states))
    rows = session.execute(wanted.order_by(store.CHANGE.c.touched_at.desc()).limit(limit)).all()
    placed = _placed(session, [row.id for row in rows])
    names = appointed.user_names(session, {each for row in rows for each in (row.opened_by, row.editor_id) if each})
    regions = identity.region_names(session, {scope for _, scope in _pairs(placed)})
    return [
        Line(
            row.id, row.title, row.state,
            "、".join(dict.fromkeys(title for title, _ in placed.get(row.id, ()))),
            "、".join(dict.fromkeys(regions.get(scope, "") for _, scope in placed.get(row.id, ()))),
            names.get(row.opened_by, ""), row.touched_at, row.in_force_from, names.get(row.editor_id, ""),
        )
        for row in rows
    ]  # fmt: skip


def bundles(session: Session, change_id: str, now: datetime) -> list[BundleView]:
    """The programmes of a change with their files, and how their checks stand."""
    return [_bundle(session, row, now) for row in store.bundles_of(session, change_id)]


def files_of(session: Session, bundle: Row[Any]) -> tuple[File, ...]:
    """Every file of a bundle, and those that were removed."""
    base, stand = store.base_hashes(session, bundle), store.hashes_of(session, bundle)
    return tuple(
        File(path, _state(base.get(path), stand.get(path)), stand.get(path)) for path in sorted({*base, *stand})
    )


def figures(session: Session, change_id: str) -> list[FigureView]:
    """The figures that a change enters."""
    rows = store.figures_of(session, change_id)
    known = catalogue(session).figures
    places = identity.region_names(session, {row.region_id for row in rows})
    found = []
    for row in rows:
        entry = known.get(row.key)
        shown = entry.display(Decimal(row.value)) if entry else row.value
        title = entry.title if entry else row.key
        clause = row.clause or (entry.clause if entry else "")
        found.append(FigureView(row.id, title, places.get(row.region_id, ""), shown, row.valid_from, clause))
    return found


def overlaps(session: Session, change_id: str) -> list[Overlap]:
    """Other changes under way that touch the same programme where this one does."""
    mine = {bundle.id: bundle for bundle in store.bundles_of(session, change_id)}
    here = {id: {place.scope for place in store.places_of(session, id)} for id in mine}
    others = session.execute(
        select(store.BUNDLE, store.CHANGE.c.title.label("of"), store.CHANGE.c.state, store.CHANGE.c.opened_by)
        .join(store.CHANGE, store.CHANGE.c.id == store.BUNDLE.c.change_id)
        .where(
            store.BUNDLE.c.programme.in_({each.programme for each in mine.values()}),
            store.CHANGE.c.id != change_id, store.CHANGE.c.state.in_((OPEN, SUBMITTED)),
        )
    ).all()  # fmt: skip
    names = appointed.user_names(session, {row.opened_by for row in others})
    found = []
    for row in others:
        there = {place.scope for place in store.places_of(session, row.id)}
        alike = [id for id, each in mine.items() if each.programme == row.programme and not there.isdisjoint(here[id])]
        if alike:
            paths = {path for id in alike for path in store.changed_hashes(session, id)}
            both = sorted(paths & store.changed_hashes(session, row.id).keys())
            found.append(Overlap(row.change_id, row.of, STATES[row.state], names.get(row.opened_by, ""), tuple(both)))
    return found


def history(session: Session, change_id: str) -> list[Entry]:
    """What was saved, newest first."""
    found = [
        (row, bundle) for bundle in store.bundles_of(session, change_id)
        for row in editing.saves_of(session, bundle.id)
    ]  # fmt: skip
    found.sort(key=lambda pair: (pair[0].saved_at, pair[0].id), reverse=True)
    names = appointed.user_names(session, {row.saved_by for row, _ in found})
    told = {True: "新增", False: "修改"}
    return [
        Entry(row.id, bundle.title, row.path, "删除" if row.after is None else told[row.before is None],
              names.get(row.saved_by, ""), row.saved_at)
        for row, bundle in found
    ]  # fmt: skip


def base_files(session: Session, bundle: Row[Any]) -> dict[str, bytes]:
    """The files of the release below; none below a new programme."""
    return store.contents_of(session, store.base_hashes(session, bundle))


def _bundle(session: Session, row: Row[Any], now: datetime) -> BundleView:
    subject = checking.subject_of(session, row, local_date(now))
    check = checking.fitting(session, row.id, subject)
    behind = row.release_id is None and catching_up.is_behind(session, row)
    return BundleView(
        row.id, row.programme, row.title,
        tuple(standing.place_name(session, place.scope) for place in store.places_of(session, row.id)),
        row.based_on is None, files_of(session, row),
        tuple(catching_up.conflicts(session, row)) if behind else (), behind, check,
        check is None and checking.is_under_way(session, row.id), checking.progress_of(session, row.id), row.release_id,
    )  # fmt: skip


def _state(old: str | None, new: str | None) -> str:
    if old == new:
        return SAME
    return ADDED if old is None else REMOVED if new is None else CHANGED


def _placed(session: Session, change_ids: Sequence[str]) -> Mapping[str, list[tuple[str, str]]]:
    """Title and place of each bundle, by change."""
    rows = session.execute(
        select(store.BUNDLE.c.change_id, store.BUNDLE.c.title, store.PLACE.c.scope)
        .join(store.PLACE, store.PLACE.c.bundle_id == store.BUNDLE.c.id)
        .where(store.BUNDLE.c.change_id.in_(change_ids)).order_by(store.BUNDLE.c.title)
    )  # fmt: skip
    found: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        found.setdefault(row.change_id, []).append((row.title, row.scope))
    return found


def _pairs(placed: Mapping[str, list[tuple[str, str]]]) -> list[tuple[str, str]]:
    return [pair for pairs in placed.values() for pair in pairs]
