"""Reading uploads."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, bindparam, func, select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.db import Prepared
from app.files.kinds import KINDS, Kind
from app.files.models import Upload
from app.files.operations import CONTENT

LISTED = (
    Upload.id,
    Upload.case_id,
    Upload.name,
    Upload.media_type,
    Upload.size,
    Upload.uploaded_by_name,
    Upload.uploaded_at,
)


@dataclass(frozen=True, slots=True)
class Opened:
    """The bytes of an upload with what a browser must be told."""

    name: str
    kind: Kind
    content: bytes


SHELF = 60
"""Files that a page shows at once."""
LAST = "last"
"""What an address says instead of the number of the last part."""
_FAR = 100_000
_IN_ORDER = select(*LISTED).order_by(Upload.uploaded_at, Upload.id)
_OF_CASE, _APPLICANTS = Upload.case_id == bindparam("case_id"), Upload.uploaded_by.is_(None)
_ALL, _SENT = Prepared(_IN_ORDER.where(_OF_CASE)), Prepared(_IN_ORDER.where(_OF_CASE, _APPLICANTS))
_PART = _IN_ORDER.where(_OF_CASE).limit(SHELF + 1).offset(bindparam("skipped", type_=Integer()))
_PARTS = {False: Prepared(_PART), True: Prepared(_PART.where(_APPLICANTS))}
_SUM = select(func.count().label("total"), func.max(Upload.uploaded_at).label("latest")).where(_OF_CASE)
_SUMS = {False: Prepared(_SUM), True: Prepared(_SUM.where(_APPLICANTS))}
_NAMED = Prepared(select(*LISTED).where(_OF_CASE, Upload.id.in_(bindparam("ids", expanding=True))))


@dataclass(frozen=True, slots=True)
class Shelf:
    """A part of the uploads of a case, the oldest first. `part` counts from 1; `latest`: when the last of all came."""

    rows: list[Any]
    part: int
    total: int
    latest: datetime | None

    @property
    def first(self) -> int:
        """Which of all the first row is, from 1."""
        return (self.part - 1) * SHELF + 1

    @property
    def more(self) -> bool:
        return self.first + len(self.rows) <= self.total

    @property
    def is_whole(self) -> bool:
        return len(self.rows) == self.total


def shelf(session: Session, case_id: str, asked: str = "", *, applicants: bool = False) -> Shelf:
    """The part that an address asks for, the first one where it asks for none; one statement where that is all. Beyond
    the last part lies the last.

    `applicants`: those alone that the applicant sent.
    """
    part = _FAR if asked == LAST else _number(asked)
    rows = _PARTS[applicants].all(session, case_id=case_id, skipped=(part - 1) * SHELF)
    if part == 1 and len(rows) <= SHELF:
        return Shelf(rows, 1, len(rows), rows[-1].uploaded_at if rows else None)
    (all_,) = _SUMS[applicants].all(session, case_id=case_id)
    if not rows:
        return shelf(session, case_id, str(-(-all_.total // SHELF)), applicants=applicants)
    return Shelf(rows[:SHELF], part, all_.total, all_.latest)


def _number(asked: str) -> int:
    return int(asked) if asked.isascii() and asked.isdigit() and 0 < int(asked) < _FAR else 1


def named(session: Session, found: Shelf, case_id: str, ids: Collection[str]) -> list[Any]:
    """The uploads of the case that forms name, beside those on the shelf; a second statement where some are missing."""
    missing = set(ids) - {row.id for row in found.rows}
    if found.is_whole or not missing:
        return found.rows
    return [*found.rows, *_NAMED.all(session, case_id=case_id, ids=list(missing))]


def uploads_of(session: Session, case_id: str, *, applicants: bool = False) -> list[Any]:
    """The uploads of a case, oldest first, without their bytes; `applicants`: those alone that the applicant sent."""
    return (_SENT if applicants else _ALL).all(session, case_id=case_id)


def upload(session: Session, upload_id: str) -> Any:
    """What is known of an upload, its case above all; raises NotFound."""
    row = session.execute(select(*LISTED).where(Upload.id == upload_id)).one_or_none()
    if row is None:
        raise NotFound("没有这个文件，请刷新页面")
    return row


def open_upload(session: Session, upload_id: str) -> Opened:
    """The bytes; the caller has checked that the actor may see the case. Raises NotFound."""
    row = upload(session, upload_id)
    sealed = session.scalar(select(Upload.content).where(Upload.id == upload_id))
    content = session.info["vault"].open(sealed, *CONTENT, upload_id)
    return Opened(row.name, KINDS[row.media_type], content)
