"""Tables of messages to people of the staff."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import AwareDateTime, Base, keys, only

_UNREAD = text("read_at IS NULL")


class Message(Base):
    """What somebody is told: `kind` says what happened (`queries.SENTENCES`), `step` where, `text` what was typed."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_user", "user_id", "at", "id"),
        Index("ix_message_unread", "user_id", **only(_UNREAD)),
        Index("ix_message_at", "at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(20))
    case_id: Mapped[str] = mapped_column(String(32))
    item_id: Mapped[str | None] = mapped_column(String(32))
    case_number: Mapped[str] = mapped_column(String(40))
    step: Mapped[str] = mapped_column(String(200))
    by_name: Mapped[str] = mapped_column(String(100))
    text: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("message", "text"))
    at: Mapped[datetime] = mapped_column(AwareDateTime)
    read_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    mailed_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class MessageDigest(Base):
    """Who (`id`, a person's) wants unread messages by mail once a day, and where; `since` is when that was said."""

    __tablename__ = "message_digest"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    address: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("message_digest", "address"))
    since: Mapped[datetime] = mapped_column(AwareDateTime)
