"""The catalogue in the database: seeded from `policy/*.yaml`, added to by releases, kept by processes by its stamp."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.db import Prepared, stamps
from app.figures.content import Catalogue, of, seeds
from app.figures.items import Item
from app.figures.models import CatalogueEntry

STAMP = "catalogue"
_ENTRY: Table = CatalogueEntry.__table__  # type: ignore[assignment]
_IN_USE = Prepared(
    select(_ENTRY.c.kind, _ENTRY.c.key, _ENTRY.c.place, _ENTRY.c.content)
    .where(_ENTRY.c.superseded_at.is_(None))
    .order_by(_ENTRY.c.position, _ENTRY.c.key)
)
_kept: stamps.Stamped[Catalogue] = stamps.Stamped(STAMP)


def catalogue(session: Session) -> Catalogue:
    """The catalogue as it is now; kept by the process until somebody changes it."""
    return _kept.get(session, "", lambda: _load(session))


def seed(session: Session, now: datetime) -> None:
    """Enter what the product brings. What owners changed or added stays; what only an older seed wrote is renewed."""
    known = {
        (row.kind, row.key): row
        for row in session.execute(
            select(_ENTRY.c.kind, _ENTRY.c.key, _ENTRY.c.content, _ENTRY.c.seeded).where(
                _ENTRY.c.superseded_at.is_(None)
            )
        )
    }
    fresh = []
    for item in seeds():
        before = known.get((item.kind, item.key))
        if before is None or (before.seeded and before.content != item.content):
            fresh.append(item)
    _enter(session, fresh, now, seeded=True)


def add(session: Session, content: bytes, place: str, *, release_id: str, now: datetime) -> None:
    """Enter a bundle's `catalogue.yaml`, which the region of this code owns from now on.

    Raises CatalogueError: what has no proper form, a key that exists with another unit, an entry of another owner.
    """
    here = catalogue(session)
    extended = here.with_additions(content, place)
    fresh = here.added_by(content, place)
    if extended.hash != here.hash:
        _enter(session, fresh, now, release_id=release_id)


def _load(session: Session) -> Catalogue:
    return of(tuple(Item(*row) for row in _IN_USE.all(session)))


def _enter(
    session: Session, items: Iterable[Item], now: datetime, *, seeded: bool = False, release_id: str | None = None
) -> None:
    rows = [item._asdict() for item in items]
    if not rows:
        return
    stamps.bump(session, STAMP)
    last = session.scalar(select(func.max(_ENTRY.c.position))) or 0
    for row in rows:
        same = (_ENTRY.c.kind == row["kind"]) & (_ENTRY.c.key == row["key"]) & _ENTRY.c.superseded_at.is_(None)
        session.execute(update(_ENTRY).where(same).values(superseded_at=now))
    own = {"seeded": seeded, "release_id": release_id, "entered_at": now}
    session.execute(
        insert(_ENTRY),
        [{"id": new_id(), "position": last + place, **row, **own} for place, row in enumerate(rows, 1)],
    )
