"""The table of files that were put together."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import AwareDateTime, Base, keys


class Dossier(Base):
    """A whole file that somebody asked for. `subject`: `case:` or `person:` and the id; `name`: of the PDF.

    `reason`: why numbers stand in it in full; None where they are masked. While it is being made, `stage` says what is
    done and `looked` of `parts` are through; then `done_at`, and either `content` or `fault`, a sentence.
    """

    __tablename__ = "dossier"
    __table_args__ = (Index("ix_dossier_asked", "asked_by", "subject", "asked_at"), Index("ix_dossier_age", "asked_at"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(160))
    asked_by: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime] = mapped_column(AwareDateTime)
    reason: Mapped[str | None] = mapped_column(String(200))
    stage: Mapped[str] = mapped_column(String(16))
    looked: Mapped[int]
    parts: Mapped[int]
    done_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    fault: Mapped[str | None] = mapped_column(String(200))
    pages: Mapped[int | None]
    size: Mapped[int | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("dossier", "content"))
