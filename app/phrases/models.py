"""The table of phrases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import AwareDateTime, Base


class Phrase(Base):
    """A sentence about nobody. `owner`: `u:` and the id of a person, `o:` and that of an office."""

    __tablename__ = "phrase"
    __table_args__ = (UniqueConstraint("owner", "text"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(AwareDateTime)
