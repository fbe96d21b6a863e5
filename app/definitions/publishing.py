"""The writes that make a release: its row, its files, its places, its number, and the letters fixed with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Invalid
from app.core.ids import new_id
from app.db import stamps
from app.definitions import queries, standing, store
from app.definitions.bundle import Bundle, hash_of
from app.definitions.folder import CATALOGUE, MANIFEST
from app.definitions.manifest import load_manifest
from app.definitions.names import APPROVED, DRAFT, EVERYWHERE, LIBRARY, OWNER
from app.definitions.store import PIN, PLACE, RELEASE
from app.figures import catalogue, seeding
from app.figures.entries import LONG_AGO
from app.figures.errors import CatalogueError
from app.identity import queries as identity

LIBRARY_TITLE = "文书库"
Pins = store.Pins


def head_of(files: Mapping[str, bytes]) -> dict[str, Any]:
    """What a release's row tells of its files: programme, title, summary, basis, by_office. Raises BundleError."""
    if MANIFEST not in files and files:
        return {"programme": LIBRARY, "title": LIBRARY_TITLE, "summary": "", "basis": "", "by_office": False}
    bundle = Bundle(files)
    return {
        "programme": bundle.programme, "title": bundle.title, "summary": bundle.manifest["summary"],
        "basis": bundle.basis, "by_office": bundle.by_office,
    }  # fmt: skip


def first_day(files: Mapping[str, bytes]) -> date:
    """From when the manifest says that the programme holds; always, where it says nothing."""
    day = load_manifest(files[MANIFEST])["in_force_from"] if MANIFEST in files else None
    return day or LONG_AGO


def insert_release(
    session: Session, actor: Actor, files: Mapping[str, bytes], now: datetime, *, origin: str = OWNER, **more: Any
) -> str:
    """The row of a new draft with its files; returns its id. `more`: further columns."""
    release_id = new_id()
    row = {
        "id": release_id, **head_of(files), "content_hash": hash_of(files), "origin": origin, "state": DRAFT,
        "drafted_by": actor.user_id, "drafted_at": now,
    }  # fmt: skip
    session.execute(insert(RELEASE).values({**row, **more}))
    store.keep_files(session, release_id, files)
    return release_id


def insert_place(session: Session, release_id: str, programme: str, scope: str, **more: Any) -> None:
    """A place that the release is for. `more`: further columns."""
    session.execute(insert(PLACE).values(release_id=release_id, programme=programme, scope=scope, **more))


def put_in_force(
    session: Session,
    actor: Actor,
    files: Mapping[str, bytes],
    now: datetime,
    *,
    scopes: Iterable[str],
    in_force_from: date = LONG_AGO,
    origin: str = OWNER,
) -> str:
    """Approve a release without a receipt and a second person: what the repository seeds, and what stories play."""
    stamps.bump(session, "releases")
    decided = {"state": APPROVED, "decided_by": actor.user_id, "decided_at": now}
    release_id = insert_release(session, actor, files, now, origin=origin, **decided)
    programme, scopes = head_of(files)["programme"], list(scopes)
    enter_catalogue(session, files, release_id, scopes, now)
    for scope in scopes:
        base_id = standing.base_of(session, programme, scope) if origin == OWNER else None
        insert_place(session, release_id, programme, scope, base_id=base_id)
        give_number(session, release_id, programme, scope, in_force_from)
        fix_letters(session, release_id, scope, max(in_force_from, local_date(now)))
    return release_id


def enter_catalogue(
    session: Session, files: Mapping[str, bytes], release_id: str, scopes: Iterable[str], now: datetime
) -> None:
    """What a release adds to the catalogue, with its defaults, holds from its approval on. Raises Invalid."""
    content = files.get(CATALOGUE)
    for scope in scopes if content is not None else ():
        place = "" if scope == EVERYWHERE else identity.chain(session, scope).nearest.code
        try:
            catalogue.add(session, content or b"", place, release_id=release_id, now=now)
        except CatalogueError as error:
            raise Invalid({CATALOGUE: f"{CATALOGUE} 不能加入目录：{error}"}) from error
    if content is not None:
        seeding.enter_defaults(session, now, seeding.PEOPLE)


def give_number(session: Session, release_id: str, programme: str, scope: str, in_force_from: date) -> int:
    """The next number of the programme at the place; the writer has bumped the stamp, so nobody else gives one."""
    same = (PLACE.c.programme == programme) & (PLACE.c.scope == scope)
    number = (session.scalar(select(func.max(PLACE.c.number)).where(same)) or 0) + 1
    mine = same & (PLACE.c.release_id == release_id)
    session.execute(update(PLACE).where(mine).values(number=number, in_force_from=in_force_from))
    return number


def fix_letters(session: Session, release_id: str, scope: str, on: date) -> None:
    """Write down which letters of the library hold for the release at a place."""
    rows = [
        {"release_id": release_id, "scope": scope, "key": key, "template_hash": template, "contract_hash": contract}
        for key, (template, contract) in library_pins(session, scope, on).items()
    ]
    if rows:
        session.execute(insert(PIN), rows)


def fixed_pins(session: Session, release_id: str, scope: str) -> Pins:
    """The letters of the library that were fixed for a release at a place."""
    fixed = select(PIN.c.key, PIN.c.template_hash, PIN.c.contract_hash).where(
        PIN.c.release_id == release_id, PIN.c.scope == scope
    )
    return {key: (template, contract) for key, template, contract in session.execute(fixed)}


def library_pins(session: Session, scope: str, on: date) -> Pins:
    """The letters of the library that hold at a scope on a day."""
    found: Pins = {}
    for release_id in queries.libraries(session, standing.chain_of(session, scope), on):
        found = {**store.letter_hashes(session, release_id), **found}
    return found
