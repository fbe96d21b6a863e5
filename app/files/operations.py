"""Taking in uploads. Whether the actor may add to the case is checked by who calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import Invalid
from app.core.ids import digest, new_id
from app.core.uploads import ALLOWED, MAX_BYTES, in_megabytes
from app.files.kinds import Kind, kind_of, safe_name
from app.files.models import Upload

FIELD = "files"
MAX_FILES = 100
MAX_TOTAL = 500 * 1024 * 1024
CONTENT = ("upload", "content")


def add(
    session: Session,
    actor: Actor,
    case_id: str,
    uploads: Sequence[tuple[str, bytes]],
    now: datetime,
    *,
    most: int = MAX_FILES,
    most_bytes: int = MAX_TOTAL,
    upload_id: str | None = None,
) -> list[str]:
    """Keep files `(name, bytes)` with a case, all or none; returns their ids. Raises Invalid on the field `files`.

    The same bytes are kept once for each case. `most`, `most_bytes`: for all files of the case together.
    `upload_id`: what a single file is called, where that is known already.
    """
    if not uploads:
        raise Invalid({FIELD: "请选择要上传的文件"})
    kinds = [require_taken(name, content) for name, content in uploads]
    kept = session.execute(select(Upload.sha256, Upload.id, Upload.size).where(Upload.case_id == case_id)).all()
    if len(kept) + len(uploads) > most:
        raise Invalid({FIELD: f"最多保存 {most} 个文件，请合并后再上传"})
    if sum(row.size for row in kept) + sum(len(content) for _, content in uploads) > most_bytes:
        raise Invalid({FIELD: f"文件合计不能超过 {in_megabytes(most_bytes)}，请压缩后再上传"})
    known = {row.sha256: row.id for row in kept}
    ids = []
    for (name, content), kind in zip(uploads, kinds, strict=True):
        sha256 = digest(content)
        if sha256 not in known:
            known[sha256] = _keep(
                session, actor, case_id, safe_name(name, kind), kind, content, now, upload_id or new_id()
            )
        ids.append(known[sha256])
    return ids


def require_taken(name: str, content: bytes) -> Kind:
    """What a file is that may be uploaded. Raises Invalid on the field `files`."""
    if not content:
        raise Invalid({FIELD: f"「{name}」是空文件，请重新选择"})
    if len(content) > MAX_BYTES:
        raise Invalid({FIELD: f"「{name}」超过 {in_megabytes(MAX_BYTES)}，请压缩后再上传"})
    kind = kind_of(content)
    if kind is None:
        raise Invalid({FIELD: f"「{name}」的类型不能上传，请上传{ALLOWED}"})
    return kind


def _keep(
    session: Session, actor: Actor, case_id: str, name: str, kind: Kind, content: bytes, now: datetime, upload_id: str
) -> str:
    row = {
        "id": upload_id,
        "case_id": case_id,
        "name": name,
        "media_type": kind.media_type,
        "size": len(content),
        "sha256": digest(content),
        "content": session.info["vault"].seal(content, *CONTENT, upload_id),
        "uploaded_by": actor.user_id,
        "uploaded_by_name": actor.name,
        "uploaded_at": now,
    }
    session.execute(insert(Upload).values(row))
    return upload_id
