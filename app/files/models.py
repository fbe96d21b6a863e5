"""The table of uploads."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import AwareDateTime, Base, keys


class Upload(Base):
    """One uploaded file; `content` is sealed, `sha256` is of the bytes that were uploaded."""

    __tablename__ = "upload"
    __table_args__ = (Index("ix_upload_case", "case_id", "uploaded_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("upload", "content"))
    uploaded_by: Mapped[str | None] = mapped_column(String(32))
    uploaded_by_name: Mapped[str] = mapped_column(String(50))
    uploaded_at: Mapped[datetime] = mapped_column(AwareDateTime)
