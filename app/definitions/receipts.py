"""Receipts: what was checked, exactly, and whether that is still what would be published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from importlib.metadata import version
from typing import Any, NamedTuple

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import Gone
from app.core.exact_json import dump_json
from app.core.ids import digest, new_id
from app.db import stamps
from app.definitions.models import ReleaseReceipt
from app.definitions.names import APPROVED
from app.definitions.publishing import Pins, fixed_pins, library_pins
from app.definitions.store import PLACE, RELEASE
from app.figures.catalogue import catalogue

RECEIPT: Table = ReleaseReceipt.__table__  # type: ignore[assignment]


class Subject(NamedTuple):
    """What a receipt covers: files with the letters that would be fixed, catalogue, product."""

    content_hash: str
    catalogue_hash: str
    product: str


def subject_of(session: Session, release_id: str, on: date) -> Subject:
    """What a check of the release covers as of now."""
    files, state = session.execute(
        select(RELEASE.c.content_hash, RELEASE.c.state).where(RELEASE.c.id == release_id)
    ).one()
    scopes = session.scalars(select(PLACE.c.scope).where(PLACE.c.release_id == release_id)).all()
    if state != APPROVED:
        return subject(session, files, scopes, on)
    return _subject(session, files, {scope: fixed_pins(session, release_id, scope) for scope in scopes})


def subject(session: Session, files_hash: str, scopes: Iterable[str], on: date) -> Subject:
    """What a check of files that would be published for places covers as of now."""
    return _subject(session, files_hash, {scope: library_pins(session, scope, on) for scope in scopes})


def _subject(session: Session, files_hash: str, pins: Mapping[str, Pins]) -> Subject:
    told = {scope: sorted(pins[scope].items()) for scope in sorted(pins)}
    return Subject(digest(dump_json([files_hash, told]).encode()), *circumstances(session))


def circumstances(session: Session) -> tuple[str, str]:
    """What a check rests on besides the release: the hash of the catalogue and the version of the product."""
    return catalogue(session).hash, f"doudi {version('doudi')}"


def keep(session: Session, actor: Actor, release_id: str, subject: Subject, outcome: Any, now: datetime) -> None:
    """Write the receipt of a check; `outcome` has `passed`, `findings` and `stories`. Lists tell of it."""
    stamps.bump(session, "releases")
    row = {
        "id": new_id(), "release_id": release_id, **subject._asdict(), "passed": outcome.passed,
        "findings": outcome.findings, "stories": outcome.stories, "checked_by": actor.user_id, "checked_at": now,
    }  # fmt: skip
    session.execute(insert(RECEIPT).values(row))


def latest(session: Session, release_id: str) -> Any | None:
    """The newest receipt of a release."""
    mine = select(RECEIPT).where(RECEIPT.c.release_id == release_id)
    return session.execute(mine.order_by(RECEIPT.c.checked_at.desc(), RECEIPT.c.id.desc()).limit(1)).one_or_none()


def faults(session: Session, release_id: str, on: date) -> Sequence[str]:
    """Why the newest receipt does not allow publishing; empty where it does."""
    receipt = latest(session, release_id)
    again = f"请先运行 doudi release check {release_id}"
    if receipt is None:
        return [f"还没有检查过，{again}"]
    subject = subject_of(session, release_id, on)
    for name, told in (
        ("content_hash", "内容或所用文书"),
        ("catalogue_hash", "标准与条款目录"),
        ("product", "产品版本"),
    ):
        if getattr(receipt, name) != getattr(subject, name):
            return [f"检查之后{told}变了，{again}"]
    return [] if receipt.passed else [f"检查没有通过，请改正后重新起草，或查看问题：doudi release check {release_id}"]


def require(session: Session, release_id: str, on: date) -> None:
    """Raises Gone unless a receipt fits what would be published."""
    found = faults(session, release_id, on)
    if found:
        raise Gone("；".join(found))


def is_stale(session: Session, release_id: str) -> bool:
    """Whether catalogue or product changed since the newest check."""
    receipt = latest(session, release_id)
    return receipt is None or (receipt.catalogue_hash, receipt.product) != circumstances(session)


def fails(session: Session, release_id: str) -> bool:
    """Whether the newest check, if there was one, did not pass."""
    receipt = latest(session, release_id)
    return receipt is not None and not receipt.passed
