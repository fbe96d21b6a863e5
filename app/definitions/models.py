"""Published bundles. Rows are never changed after publishing, except for `retired_at`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import AwareDateTime, Base


class BundleVersion(Base):
    """One version of a programme for a region; running cases stay on theirs."""

    __tablename__ = "bundle_version"
    __table_args__ = (UniqueConstraint("programme", "region_id", "version"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    programme: Mapped[str] = mapped_column(String(64))
    region_id: Mapped[str] = mapped_column(String(32), index=True)
    version: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    based_on: Mapped[str | None] = mapped_column(String(32))
    published_at: Mapped[datetime] = mapped_column(AwareDateTime)
    published_by: Mapped[str | None] = mapped_column(String(32))
    retired_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class BundleFile(Base):
    """A file of a bundle version, byte for byte as its owner saved it."""

    __tablename__ = "bundle_file"

    bundle_id: Mapped[str] = mapped_column(ForeignKey("bundle_version.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
