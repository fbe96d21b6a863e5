"""Rows of changes, and the files of their bundles as they stand now: the release below, with what was changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, select, update
from sqlalchemy.orm import Session

from app import audit
from app.changes import library
from app.changes.models import ChangeBundle, ChangeFigure, ChangeFile, ChangePlace, PolicyChange
from app.changes.names import AUDIT_CHAIN
from app.core.actor import Actor
from app.core.errors import NotFound
from app.definitions import store as contents
from app.definitions.names import LIBRARY

CHANGE: Table = PolicyChange.__table__  # type: ignore[assignment]
BUNDLE: Table = ChangeBundle.__table__  # type: ignore[assignment]
PLACE: Table = ChangePlace.__table__  # type: ignore[assignment]
FILE: Table = ChangeFile.__table__  # type: ignore[assignment]
FIGURE: Table = ChangeFigure.__table__  # type: ignore[assignment]


def found(session: Session, change_id: str) -> Row[Any]:
    """The row of a change. Raises NotFound."""
    return _one(session, change_id, for_update=False)


def locked(session: Session, change_id: str) -> Row[Any]:
    """The same, held until the end of the transaction: whoever else writes the change waits. Raises NotFound."""
    return _one(session, change_id, for_update=True)


def bundles_of(session: Session, change_id: str) -> Sequence[Row[Any]]:
    """The programmes of a change, by title."""
    mine = select(BUNDLE).where(BUNDLE.c.change_id == change_id)
    return session.execute(mine.order_by(BUNDLE.c.title, BUNDLE.c.id)).all()


def bundle_of(session: Session, change_id: str, bundle_id: str) -> Row[Any]:
    """One of them. Raises NotFound."""
    mine = select(BUNDLE).where(BUNDLE.c.id == bundle_id, BUNDLE.c.change_id == change_id)
    row = session.execute(mine).one_or_none()
    if row is None:
        raise NotFound("这项政策变更里没有这个项目，请从变更页面重新进入")
    return row


def places_of(session: Session, bundle_id: str) -> Sequence[Row[Any]]:
    """Where a bundle will hold."""
    return session.execute(select(PLACE).where(PLACE.c.bundle_id == bundle_id).order_by(PLACE.c.scope)).all()


def scopes_of(session: Session, change_id: str) -> list[str]:
    """Every place that a change touches, with those of its figures."""
    placed = select(PLACE.c.scope).join(BUNDLE, BUNDLE.c.id == PLACE.c.bundle_id).where(BUNDLE.c.change_id == change_id)
    figured = select(FIGURE.c.region_id).where(FIGURE.c.change_id == change_id)
    return sorted({*session.scalars(placed), *session.scalars(figured)})


def figures_of(session: Session, change_id: str) -> Sequence[Row[Any]]:
    """The figures that a change enters: those of a key and region follow each other by day, its own day first."""
    by_day = (FIGURE.c.key, FIGURE.c.region_id, FIGURE.c.valid_from.is_not(None), FIGURE.c.valid_from)
    return session.execute(select(FIGURE).where(FIGURE.c.change_id == change_id).order_by(*by_day)).all()


def first_figures_of(session: Session, change_id: str) -> Sequence[Row[Any]]:
    """Of each key and region the first of them: what holds once the change does."""
    rows = figures_of(session, change_id)
    return list({(row.key, row.region_id): row for row in reversed(rows)}.values())[::-1]


def base_hashes(session: Session, bundle: Row[Any]) -> dict[str, str]:
    """Path → content of the release below; nothing below a new programme. Of the library, with wider places'."""
    return standing_on(session, bundle, bundle.based_on)


def standing_on(session: Session, bundle: Row[Any], release_id: str | None) -> dict[str, str]:
    """The same, where the release below is this one."""
    own = contents.hashes_of(session, release_id) if release_id else {}
    if bundle.programme != LIBRARY:
        return own
    return library.over(own, library.wider(session, places_of(session, bundle.id)[0].scope))


def changed_hashes(session: Session, bundle_id: str) -> dict[str, str | None]:
    """Path → content of what differs from the release below; None for what was removed."""
    rows = session.execute(select(FILE.c.path, FILE.c.blob_hash).where(FILE.c.bundle_id == bundle_id))
    return {row.path: row.blob_hash for row in rows}


def hashes_of(session: Session, bundle: Row[Any]) -> dict[str, str]:
    """Path → content of every file as it stands now."""
    merged: dict[str, str | None] = {**base_hashes(session, bundle), **changed_hashes(session, bundle.id)}
    return {path: hash for path, hash in sorted(merged.items()) if hash is not None}


def released_hashes(session: Session, bundle: Row[Any]) -> dict[str, str]:
    """Path → content of what would be published: everything; of the library, the letters that are not as above."""
    stand = hashes_of(session, bundle)
    if bundle.programme != LIBRARY:
        return stand
    above = [library.wider(session, place.scope) for place in places_of(session, bundle.id)]
    return {path: hash for below in above for path, hash in library.differing(stand, below).items()}


def released_files(session: Session, bundle: Row[Any]) -> dict[str, bytes]:
    """The same with the contents themselves."""
    return contents_of(session, released_hashes(session, bundle))


def files_of(session: Session, bundle: Row[Any]) -> dict[str, bytes]:
    """Every file as it stands now."""
    return contents_of(session, hashes_of(session, bundle))


def file_of(session: Session, bundle: Row[Any], path: str) -> bytes | None:
    """One file as it stands now; None where there is none."""
    hash = hashes_of(session, bundle).get(path)
    return contents.blob(session, hash) if hash else None


def contents_of(session: Session, hashes: Mapping[str, str]) -> dict[str, bytes]:
    """Path → content itself."""
    found = contents.blobs(session, hashes.values())
    return {path: found[hash] for path, hash in hashes.items()}


def write(session: Session, change_id: str, **values: Any) -> None:
    """Write columns of a change."""
    session.execute(update(CHANGE).where(CHANGE.c.id == change_id).values(**values))


def tell(session: Session, actor: Actor, kind: str, change_id: str, now: datetime, **told: Any) -> None:
    """An event on the audit chain of changes."""
    audit.append(session, AUDIT_CHAIN, kind, actor, {"change": change_id, **told}, None, now, shared=True)


def _one(session: Session, change_id: str, *, for_update: bool) -> Row[Any]:
    query = select(CHANGE).where(CHANGE.c.id == change_id)
    row = session.execute(query.with_for_update() if for_update else query).one_or_none()
    if row is None:
        raise NotFound("没有这项政策变更，请从列表重新进入")
    return row
