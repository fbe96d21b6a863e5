"""Reading uploads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
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


def uploads_of(session: Session, case_id: str, *, applicants: bool = False) -> list[Any]:
    """The uploads of a case, oldest first, without their bytes; `applicants`: those alone that the applicant sent."""
    query = select(*LISTED).where(Upload.case_id == case_id).order_by(Upload.uploaded_at, Upload.id)
    return list(session.execute(query.where(Upload.uploaded_by.is_(None)) if applicants else query))


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
