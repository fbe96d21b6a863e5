"""The repository only seeds: it never overwrites what owners published, and tells them when its base has moved on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM
from app.core.clock import local_date
from app.db import stamps
from app.definitions import news, publishing, standing, store
from app.definitions.bundle import hash_of
from app.definitions.folder import MANIFEST, read_folder
from app.definitions.manifest import load_manifest
from app.definitions.names import EVERYWHERE, OWNER, REPOSITORY
from app.definitions.store import PLACE, RELEASE
from app.identity import operations as identity


def seed(session: Session, bundles: Path, library: Path, now: datetime) -> list[str]:
    """Publish the letter library and every bundle folder whose programme and region have none yet.

    A newer base becomes the next number where no owner changed that very programme and region; elsewhere it waits as
    a draft, and the owner is told. Returns the ids of what is new.
    """
    new = [_seed(session, read_folder(library), EVERYWHERE, now)]
    for folder in sorted(path.parent for path in bundles.glob(f"*/{MANIFEST}")):
        files = read_folder(folder)
        region = identity.ensure_region(session, load_manifest(files[MANIFEST])["region"])
        new.append(_seed(session, files, region.id, now))
    return [release_id for release_id in new if release_id]


def adopt(session: Session, programme: str, region_code: str, now: datetime) -> None:
    """Put the programme's widest release in force for a region that has none; nothing where nobody has it."""
    held = select(PLACE.c.release_id, PLACE.c.scope, PLACE.c.in_force_from).where(
        PLACE.c.programme == programme, PLACE.c.number.is_not(None)
    )
    rows = session.execute(held.order_by(PLACE.c.number.desc())).all()
    if rows:
        widest = min(rows, key=lambda row: len(standing.chain_of(session, row.scope)))
        scope = identity.ensure_region(session, region_code).id
        files = store.files_of(session, widest.release_id)
        publishing.put_in_force(session, SYSTEM, files, now, scopes=[scope], in_force_from=widest.in_force_from)


def _seed(session: Session, files: Mapping[str, bytes], scope: str, now: datetime) -> str | None:
    programme = publishing.head_of(files)["programme"]
    with news.telling(session, SYSTEM, programme, now):
        return _renew(session, files, programme, scope, now)


def _renew(session: Session, files: Mapping[str, bytes], programme: str, scope: str, now: datetime) -> str | None:
    here = (PLACE.c.programme == programme) & (PLACE.c.scope == scope)
    rows = session.execute(
        select(RELEASE.c.id, RELEASE.c.origin, RELEASE.c.content_hash, PLACE.c.number)
        .join(RELEASE, RELEASE.c.id == PLACE.c.release_id).where(here)
        .order_by(RELEASE.c.drafted_at.desc(), RELEASE.c.id.desc())
    ).all()  # fmt: skip
    shipped = next((row for row in rows if row.origin == REPOSITORY), None)
    numbered = max((row for row in rows if row.number), key=lambda row: row.number, default=None)
    if numbered is None:
        return _publish(session, files, scope, now, first=True)
    is_known = shipped is not None and shipped.content_hash == hash_of(files)
    if numbered.origin != OWNER:
        if is_known and not _letters_moved(session, numbered.id, scope, local_date(now)):
            return None
        return _publish(session, files, scope, now, first=False)
    return None if is_known else _offer(session, files, programme, scope, numbered.id, now)


def _publish(session: Session, files: Mapping[str, bytes], scope: str, now: datetime, *, first: bool) -> str:
    """The first release holds from the manifest's day or always, later ones from today."""
    day = publishing.first_day(files)
    starts = day if first else max(day, local_date(now))
    return publishing.put_in_force(session, SYSTEM, files, now, scopes=[scope], in_force_from=starts, origin=REPOSITORY)


def _offer(session: Session, files: Mapping[str, bytes], programme: str, scope: str, theirs: str, now: datetime) -> str:
    """The newer base waits as a draft beside what the owner published, who is told."""
    stamps.bump(session, "releases")
    release_id = publishing.insert_release(session, SYSTEM, files, now, origin=REPOSITORY)
    publishing.insert_place(session, release_id, programme, scope, predecessor_id=theirs)
    return release_id


def _letters_moved(session: Session, release_id: str, scope: str, on: date) -> bool:
    """Whether the library holds other letters there than were fixed with the release."""
    return publishing.fixed_pins(session, release_id, scope) != publishing.library_pins(session, scope, on)
