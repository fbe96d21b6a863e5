"""Files of releases in the database, and the releases that this process has loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from pathlib import PurePosixPath
from weakref import WeakValueDictionary

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.core.ids import digest
from app.core.lru import Lru
from app.db import insert_if_absent
from app.definitions.bundle import Bundle
from app.definitions.folder import STORIES
from app.definitions.letters import CONTRACT, FOLDER, SAMPLE, TEMPLATE, Letter
from app.definitions.models import Blob, Release, ReleaseFile, ReleaseLetter, ReleasePlace

MOST_KEPT = 128 << 20
"""Bytes that loaded releases may take in a process, as `WEIGHTS` estimate them."""
WEIGHTS = {".bpmn": 4, ".dmn": 11, ".yaml": 7}
"""Files, diagrams, tables and manifest of a release: so many times the bytes of its files (`bench/memory.py`)."""
Pins = dict[str, tuple[str, str]]
"""Key of a letter → hashes of its template and of its contract."""
BLOB: Table = Blob.__table__  # type: ignore[assignment]
FILE: Table = ReleaseFile.__table__  # type: ignore[assignment]
RELEASE: Table = Release.__table__  # type: ignore[assignment]
PLACE: Table = ReleasePlace.__table__  # type: ignore[assignment]
PIN: Table = ReleaseLetter.__table__  # type: ignore[assignment]
_loaded: Lru[Bundle] = Lru(MOST_KEPT)
_KEEP_BLOB = insert_if_absent(BLOB, ["hash"])
_OF_RELEASE = (
    select(FILE.c.path, BLOB.c.content).join(BLOB, BLOB.c.hash == FILE.c.blob_hash)
    .where(FILE.c.release_id == bindparam("release_id")).order_by(FILE.c.path)
)  # fmt: skip
# Neither stories nor samples are needed to run a case.
_RUNNING = _OF_RELEASE.where(FILE.c.path.not_like("scenarios/%"), FILE.c.path.not_like(f"{FOLDER}/%/{SAMPLE}"))
_LETTERS = select(FILE.c.path, FILE.c.blob_hash).where(
    FILE.c.release_id == bindparam("release_id"), FILE.c.path.like(f"{FOLDER}/%/%")
)
_PINNED = select(PIN).where(PIN.c.release_id == bindparam("release_id"))
_shared: WeakValueDictionary[tuple[str, str, str], Letter] = WeakValueDictionary()
"""Letters of the library by key and hashes, while a release holds them: hundreds of releases pin the same ones."""


def bundle_by_id(session: Session, release_id: str) -> Bundle:
    """The bundle of a release, without its stories. Releases are immutable, so a process reads one once."""
    bundle = _loaded.get(release_id)
    if bundle is None:
        files = _read(session, _RUNNING, release_id)
        bundle = Bundle(files, release_id=release_id, pinned=pinned(session, release_id))
        bundle = _loaded.keep(release_id, bundle, _weight(files))
    return bundle


def files_of(session: Session, release_id: str) -> dict[str, bytes]:
    """All files of a release, byte for byte. Raises NotFound."""
    return _read(session, _OF_RELEASE, release_id)


def stories_of(session: Session, release_id: str) -> dict[str, bytes]:
    """The stories of a release alone."""
    query = _OF_RELEASE.where(FILE.c.path.startswith(STORIES))
    return {path: bytes(content) for path, content in session.connection().execute(query, {"release_id": release_id})}


def pinned(session: Session, release_id: str) -> dict[str, dict[str, Letter]]:
    """The letters of the library that were fixed when the release was approved, by scope and key."""
    rows = session.connection().execute(_PINNED, {"release_id": release_id}).all()
    letters = _letters(session, {(row.key, row.template_hash, row.contract_hash) for row in rows})
    found: dict[str, dict[str, Letter]] = {}
    for row in rows:
        found.setdefault(row.scope, {})[row.key] = letters[row.key, row.template_hash, row.contract_hash]
    return found


def _letters(session: Session, names: Set[tuple[str, str, str]]) -> dict[tuple[str, str, str], Letter]:
    """Letters by key and hashes; the contents of those that this process does not hold are read."""
    found = {name: letter for name in names if (letter := _shared.get(name)) is not None}
    missing = names - found.keys()
    contents = blobs(session, (hash for _, *hashes in missing for hash in hashes)) if missing else {}
    for key, template, contract in missing:
        name = key, template, contract
        letter = Letter(key, contents[template], contents[contract], template, contract)
        found[name] = _shared.setdefault(name, letter)
    return found


def _weight(files: Mapping[str, bytes]) -> int:
    return sum(WEIGHTS.get(PurePosixPath(path).suffix, 1) * len(content) for path, content in files.items())


def letter_hashes(session: Session, release_id: str) -> Pins:
    """The letters that a release brings itself, by their hashes alone."""
    found: dict[str, dict[str, str]] = {}
    for path, blob_hash in session.connection().execute(_LETTERS, {"release_id": release_id}):
        key, _, name = path.removeprefix(f"{FOLDER}/").partition("/")
        found.setdefault(key, {})[name] = blob_hash
    return {
        key: (parts[TEMPLATE], parts[CONTRACT]) for key, parts in found.items() if parts.keys() >= {TEMPLATE, CONTRACT}
    }


def blobs(session: Session, hashes: Iterable[str]) -> dict[str, bytes]:
    """Content by hash."""
    wanted = select(BLOB.c.hash, BLOB.c.content).where(BLOB.c.hash.in_(set(hashes)))
    return {hash: bytes(content) for hash, content in session.connection().execute(wanted)}


def blob(session: Session, hash: str) -> bytes:
    """One content by its hash. Raises NotFound."""
    found = blobs(session, [hash])
    if hash not in found:
        raise NotFound("找不到这份文件的内容，请联系管理员")
    return found[hash]


def keep_files(session: Session, release_id: str, files: Mapping[str, bytes]) -> None:
    """Store the files of a new release; content that is known already is shared."""
    hashes = keep_contents(session, files)
    session.execute(
        insert(FILE), [{"release_id": release_id, "path": path, "blob_hash": hash} for path, hash in hashes.items()]
    )


def keep_contents(session: Session, files: Mapping[str, bytes]) -> dict[str, str]:
    """Store what is not known yet; by path, the name of its content."""
    hashes = {path: digest(content) for path, content in files.items()}
    contents = {hashes[path]: content for path, content in files.items()}
    rows = [{"hash": hash, "size": len(content), "content": content} for hash, content in sorted(contents.items())]
    if rows:
        session.connection().execute(_KEEP_BLOB, rows)
    return hashes


def hashes_of(session: Session, release_id: str) -> dict[str, str]:
    """The names of the contents of a release's files, by path."""
    named = select(FILE.c.path, FILE.c.blob_hash).where(FILE.c.release_id == release_id).order_by(FILE.c.path)
    return {row.path: row.blob_hash for row in session.connection().execute(named)}


def _read(session: Session, query: object, release_id: str) -> dict[str, bytes]:
    rows = session.connection().execute(query, {"release_id": release_id})  # type: ignore[call-overload]
    files = {path: bytes(content) for path, content in rows}
    if not files:
        raise NotFound("找不到这个发布版，请联系管理员")
    return files
