"""Releases (发布版). What was approved is never changed: a correction is a release of its own.

Files are blobs named by their content, shared between releases. A release serves one or several places; in each it has
its own number and its own first day.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from app.db import AwareDateTime, Base, Json


class Blob(Base):
    """Content by its SHA-256."""

    __tablename__ = "blob"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Release(Base):
    """A package of policy. `state`: draft, submitted, approved, rejected; what is in force follows from its places.

    `origin` is `repository` for what the folder of the product seeds. `restores` is the older release that this one
    brings back. `by_office`: an office alone begins its cases.
    """

    __tablename__ = "release"
    __table_args__ = (Index("ix_release_programme", "programme", "state"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    programme: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    by_office: Mapped[bool] = mapped_column(default=False, server_default=false())
    content_hash: Mapped[str] = mapped_column(String(64))
    origin: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    restores: Mapped[str | None] = mapped_column(ForeignKey("release.id"))
    drafted_by: Mapped[str | None] = mapped_column(String(32))
    drafted_at: Mapped[datetime] = mapped_column(AwareDateTime)
    submitted_by: Mapped[str | None] = mapped_column(String(32))
    submitted_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    reason: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(String(32))
    decided_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class ReleaseFile(Base):
    """A file of a release, byte for byte as its owner saved it."""

    __tablename__ = "release_file"

    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    blob_hash: Mapped[str] = mapped_column(ForeignKey("blob.hash"))


class ReleasePlace(Base):
    """Where a release holds: a region's id (and all below it) or `*`, from a day on.

    `number` is given at approval. `predecessor_id` is the release that was the newest there when this one was drafted;
    `base_id` is what an override changes: the repository's release of the same place, else that of the wider region.
    `retired_on`: from this day the place has no release of its own; `stopped_at`: no new applications since.
    """

    __tablename__ = "release_place"
    __table_args__ = (UniqueConstraint("programme", "scope", "number"), Index("ix_release_place_scope", "scope"))

    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(String(32), primary_key=True)
    programme: Mapped[str] = mapped_column(String(64))
    number: Mapped[int | None]
    in_force_from: Mapped[date | None] = mapped_column(Date)
    predecessor_id: Mapped[str | None] = mapped_column(ForeignKey("release.id"))
    base_id: Mapped[str | None] = mapped_column(ForeignKey("release.id"))
    retired_on: Mapped[date | None] = mapped_column(Date)
    stopped_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    stop_reason: Mapped[str | None] = mapped_column(Text)


class ReleaseLetter(Base):
    """A letter of the library, fixed when the release was approved: what the library holds later changes nothing."""

    __tablename__ = "release_letter"

    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    template_hash: Mapped[str] = mapped_column(ForeignKey("blob.hash"))
    contract_hash: Mapped[str] = mapped_column(ForeignKey("blob.hash"))


class ReleaseReceipt(Base):
    """What a check of a release found, and of what exactly: content with its pinned letters, catalogue, product."""

    __tablename__ = "release_receipt"
    __table_args__ = (Index("ix_release_receipt_release", "release_id", "checked_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"))
    content_hash: Mapped[str] = mapped_column(String(64))
    catalogue_hash: Mapped[str] = mapped_column(String(64))
    product: Mapped[str] = mapped_column(String(40))
    passed: Mapped[bool]
    findings: Mapped[Any] = mapped_column(Json)
    stories: Mapped[Any] = mapped_column(Json)
    checked_by: Mapped[str | None] = mapped_column(String(32))
    checked_at: Mapped[datetime] = mapped_column(AwareDateTime)
