"""Files of a story (`registry.files`): they wait until a step names them, and stay with its case from then on."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.actor import SYSTEM
from app.core.errors import Invalid
from app.files import operations, posted

_ID = re.compile("[0-9a-f]{32}")
KEY = "files"
OWNER = posted.pending_owner("story", KEY)


def enter(session: Session, entries: Iterable[Mapping[str, Any]], now: datetime) -> None:
    """Let `{id, name, content}` wait; `content` is base64. Raises Invalid."""
    for entry in entries:
        upload_id, name = (str(entry.get(key) or "") for key in ("id", "name"))
        if not _ID.fullmatch(upload_id):
            raise Invalid({f"registry.{KEY}": f"文件“{name}”的 id 应为 32 位十六进制数"})
        try:
            content = base64.b64decode(str(entry.get("content") or ""), validate=True)
        except binascii.Error:
            raise Invalid({f"registry.{KEY}": f"文件“{name}”的内容应为 base64"}) from None
        operations.add(session, SYSTEM, OWNER, [(name, content)], now, upload_id=upload_id)


def attach(session: Session, case_id: str, named: Any) -> None:
    """The case gets the waiting files that a step names."""
    posted.give(session, OWNER, case_id, named)
