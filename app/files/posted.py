"""Files that come with a posted form: kept first, so that a refused form comes back with its files.

What belongs to no case yet waits under a pending owner that follows from whose form of what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import Invalid
from app.core.ids import digest
from app.core.whole import whole_number
from app.files.models import Upload
from app.files.operations import FIELD, add

PENDING = "p:"
PENDING_FILES = 30  # anybody may send these, so they are kept fewer than those of a case
PENDING_BYTES = 60 * 1024 * 1024


def pending_owner(owner: str, subject: str) -> str:
    """Where the uploads of somebody's form wait for their case; with their draft they are found again."""
    return PENDING + digest(f"{owner}\n{subject}".encode())[:30]


def take(
    session: Session, actor: Actor, owner: str, data: dict[str, Any], posted: Iterable[tuple[str, str, bytes]],
    now: datetime,
) -> bool:  # fmt: skip
    """Keep posted files `(field name, file name, bytes)` and put their ids into the parsed form data.

    Raises Invalid on the field's own path. Returns whether there was a file at all.
    """
    found = False
    for field, name, content in posted:
        place = _list_at(data, field.split("."))
        if place is None or not name:
            continue
        found = True
        upload_id = keep_one(session, actor, owner, field, name, content, now)
        if upload_id not in place:
            place.append(upload_id)
    return found


def keep_one(session: Session, actor: Actor, owner: str, field: str, name: str, content: bytes, now: datetime) -> str:
    """Keep the file of a field; its id. Raises Invalid on the field's own path."""
    limits: dict[str, Any] = {"most": PENDING_FILES, "most_bytes": PENDING_BYTES} if owner.startswith(PENDING) else {}
    try:
        (upload_id,) = add(session, actor, owner, [(name, content)], now, **limits)
    except Invalid as refused:
        raise Invalid({field: refused.fields[FIELD]}) from refused
    return upload_id


def prune(session: Session, now: datetime, life: timedelta) -> None:
    """Forget files that have waited for their case for so long."""
    old = Upload.case_id.startswith(PENDING) & (Upload.uploaded_at < now - life)
    session.execute(delete(Upload).where(old))


def adopt(session: Session, owner: str, case_id: str, data: Any) -> None:
    """The case is there: it gets the waiting uploads that the data still name; the others go."""
    give(session, owner, case_id, data)
    session.execute(delete(Upload).where(Upload.case_id == owner))


def give(session: Session, owner: str, case_id: str, data: Any) -> None:
    """The case gets the waiting uploads that the data name; the others go on waiting."""
    named = (Upload.case_id == owner) & Upload.id.in_(set(_texts(data)))
    session.execute(update(Upload).where(named).values(case_id=case_id))


def _list_at(data: Any, path: list[str]) -> list[Any] | None:
    for key in path:
        if isinstance(data, dict):
            data = data.get(key)
        elif isinstance(data, list) and (place := whole_number(key)) is not None and place < len(data):
            data = data[place]
        else:
            return None
    return data if isinstance(data, list) else None


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, (dict, list)):
        for inner in data.values() if isinstance(data, dict) else data:
            yield from _texts(inner)
