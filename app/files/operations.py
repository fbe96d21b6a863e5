"""Taking in uploads. Whether the actor may add to the case is checked by who calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import Invalid
from app.core.ids import digest, new_id
from app.files.kinds import Kind, kind_of, safe_name
from app.files.models import Upload

FIELD = "files"
MAX_BYTES = 10 * 1024 * 1024
MAX_FILES = 100
CONTENT = ("upload", "content")


def add(
    session: Session, actor: Actor, case_id: str, uploads: Sequence[tuple[str, bytes]], now: datetime
) -> list[str]:
    """Keep files `(name, bytes)` with a case, all or none; returns their ids. Raises Invalid on the field `files`.

    The same bytes are kept once for each case.
    """
    if not uploads:
        raise Invalid({FIELD: "请选择要上传的文件"})
    kinds = [_check(name, content) for name, content in uploads]
    known = dict(session.execute(select(Upload.sha256, Upload.id).where(Upload.case_id == case_id)).tuples().all())
    if len(known) + len(uploads) > MAX_FILES:
        raise Invalid({FIELD: f"一个案件最多保存 {MAX_FILES} 个文件，请合并后再上传"})
    ids = []
    for (name, content), kind in zip(uploads, kinds, strict=True):
        sha256 = digest(content)
        if sha256 not in known:
            known[sha256] = _keep(session, actor, case_id, safe_name(name, kind), kind, content, now)
        ids.append(known[sha256])
    return ids


def _check(name: str, content: bytes) -> Kind:
    if not content:
        raise Invalid({FIELD: f"「{name}」是空文件，请重新选择"})
    if len(content) > MAX_BYTES:
        raise Invalid({FIELD: f"「{name}」超过 {MAX_BYTES // 1024 // 1024} MB，请压缩后再上传"})
    kind = kind_of(content)
    if kind is None:
        allowed = "照片（JPG、PNG、WebP）、PDF、Word（docx）或 Excel（xlsx）"
        raise Invalid({FIELD: f"「{name}」的类型不能上传，请上传{allowed}"})
    return kind


def _keep(
    session: Session, actor: Actor, case_id: str, name: str, kind: Kind, content: bytes, now: datetime
) -> str:
    upload_id = new_id()
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
