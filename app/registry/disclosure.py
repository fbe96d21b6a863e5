"""Showing a whole identity number to somebody who says why; it stays on record who did."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app import audit
from app.core.actor import Actor
from app.core.errors import Invalid
from app.registry import person_files, policy

SHORTEST, LONGEST = 4, 200


def reveal(session: Session, actor: Actor, person_id: str, reason: str, now: datetime) -> str:
    """The person's identity number in the clear; the reason goes into the chain `person:<id>`.

    Raises NotFound, NotYours, Invalid (reason).
    """
    file = person_files.person_file(session, person_id)
    policy.require_may_open(session, actor, person_id)
    reason = reason.strip()
    if not SHORTEST <= len(reason) <= LONGEST:
        raise Invalid({"reason": f"请写明查看完整号码的理由（{SHORTEST} 到 {LONGEST} 字），查看会留下记录"})
    number: str | None = file["person"]["id_number"]
    if number is None:
        raise Invalid({"reason": "这是临时档案，身份号码尚未查明；查明后与本人档案合并"})
    audit.append(session, f"person:{person_id}", "revealed", actor, {"reason": reason}, None, now, shared=True)
    return number
