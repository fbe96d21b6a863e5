"""The chain of what happens to logins: who came in, who failed, what was ended, reset or required."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import audit
from app.core.actor import Actor

AUDIT_CHAIN = "login"


def tell(session: Session, kind: str, actor: Actor, now: datetime, **told: Any) -> None:
    """Append to the chain; `told` never holds a password, a code, a key or a token."""
    audit.append(session, AUDIT_CHAIN, kind, actor, told, None, now, shared=True)
