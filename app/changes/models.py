"""Changes of policy (政策变更): drafts of everything that belongs together, until they become releases and figures.

Contents are blobs of `definitions`, named by their SHA-256. A file that a change does not hold is that of the release
on which its bundle is based.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
from app.db import AwareDateTime, Base, Json


class PolicyChange(Base):
    """`document` is what orders the change: title and number. `remark` is why it was sent back last.

    `editor_id` edits now and was last seen at `editor_seen_at`; `asked_by` would like to go on instead.
    """

    __tablename__ = "policy_change"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'submitted', 'approved', 'dropped')", name="state"),
        Index("ix_policy_change_state", "state", "touched_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    title: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(9))
    in_force_from: Mapped[date | None] = mapped_column(Date)
    remark: Mapped[str | None] = mapped_column(Text)
    opened_by: Mapped[str] = mapped_column(String(32))
    opened_at: Mapped[datetime] = mapped_column(AwareDateTime)
    touched_at: Mapped[datetime] = mapped_column(AwareDateTime)
    submitted_by: Mapped[str | None] = mapped_column(String(32))
    decided_by: Mapped[str | None] = mapped_column(String(32))
    decided_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    editor_id: Mapped[str | None] = mapped_column(String(32))
    editor_seen_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    asked_by: Mapped[str | None] = mapped_column(String(32))
    asked_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class ChangeBundle(Base):
    """A programme in a change. `based_on` is None for one that is new; `release_id` is what was submitted of it.

    `restores` is the older release that the change brings back.
    """

    __tablename__ = "change_bundle"
    __table_args__ = (Index("ix_change_bundle_change", "change_id"), Index("ix_change_bundle_programme", "programme"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    change_id: Mapped[str] = mapped_column(ForeignKey("policy_change.id"))
    programme: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    based_on: Mapped[str | None] = mapped_column(String(32))
    release_id: Mapped[str | None] = mapped_column(String(32))
    restores: Mapped[str | None] = mapped_column(String(32))


class ChangePlace(Base):
    """Where a bundle of a change will hold, and what stood there when it was begun: see `ReleasePlace`."""

    __tablename__ = "change_place"

    bundle_id: Mapped[str] = mapped_column(ForeignKey("change_bundle.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(String(32), primary_key=True)
    predecessor_id: Mapped[str | None] = mapped_column(String(32))
    base_id: Mapped[str | None] = mapped_column(String(32))


class ChangeFile(Base):
    """A file that differs from the release below it; without a blob it was removed."""

    __tablename__ = "change_file"

    bundle_id: Mapped[str] = mapped_column(ForeignKey("change_bundle.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    blob_hash: Mapped[str | None] = mapped_column(String(64))


class ChangeSave(Base):
    """What one person did to one file in one go, so that it can be put back: from which content to which."""

    __tablename__ = "change_save"
    __table_args__ = (Index("ix_change_save_bundle", "bundle_id", "saved_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    bundle_id: Mapped[str] = mapped_column(ForeignKey("change_bundle.id"))
    path: Mapped[str] = mapped_column(String(200))
    before: Mapped[str | None] = mapped_column(String(64))
    after: Mapped[str | None] = mapped_column(String(64))
    saved_by: Mapped[str] = mapped_column(String(32))
    begun_at: Mapped[datetime] = mapped_column(AwareDateTime)
    saved_at: Mapped[datetime] = mapped_column(AwareDateTime)


class ChangeAcceptance(Base):
    """Outcomes of a story that were changed on purpose: which (`gate.outcomes`), why, and its contents around that."""

    __tablename__ = "change_acceptance"
    __table_args__ = (Index("ix_change_acceptance_bundle", "bundle_id", "accepted_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    bundle_id: Mapped[str] = mapped_column(ForeignKey("change_bundle.id"))
    path: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(Text)
    differences: Mapped[Any] = mapped_column(Json)
    reason: Mapped[str] = mapped_column(Text)
    before: Mapped[str] = mapped_column(String(64))
    after: Mapped[str] = mapped_column(String(64))
    accepted_by: Mapped[str] = mapped_column(String(32))
    accepted_at: Mapped[datetime] = mapped_column(AwareDateTime)


class ChangeFigure(Base):
    """A figure that is entered together with the releases, as it was typed; `valid_from` None: from their day on.

    A region may get several values of one figure, each from a day of its own.
    """

    __tablename__ = "change_figure"
    __table_args__ = (UniqueConstraint("change_id", "key", "region_id", "valid_from"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    change_id: Mapped[str] = mapped_column(ForeignKey("policy_change.id"))
    key: Mapped[str] = mapped_column(String(64))
    region_id: Mapped[str] = mapped_column(String(32))
    value: Mapped[str] = mapped_column(String(20))
    valid_from: Mapped[date | None] = mapped_column(Date)
    clause: Mapped[str | None] = mapped_column(String(100))
    figure_id: Mapped[str | None] = mapped_column(String(32))


class ChangeProgress(Base):
    """How far the check of a bundle is that is being done: stories played, of how many, not held, and the next one."""

    __tablename__ = "change_progress"

    bundle_id: Mapped[str] = mapped_column(ForeignKey("change_bundle.id"), primary_key=True)
    done: Mapped[int]
    total: Mapped[int]
    failed: Mapped[int]
    next: Mapped[str] = mapped_column(String(200))


class ChangeCheck(Base):
    """What a check of a bundle found, and of what exactly: see `ReleaseReceipt`, which it becomes."""

    __tablename__ = "change_check"
    __table_args__ = (Index("ix_change_check_bundle", "bundle_id", "checked_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    bundle_id: Mapped[str] = mapped_column(ForeignKey("change_bundle.id"))
    content_hash: Mapped[str] = mapped_column(String(64))
    catalogue_hash: Mapped[str] = mapped_column(String(64))
    product: Mapped[str] = mapped_column(String(40))
    passed: Mapped[bool]
    findings: Mapped[Any] = mapped_column(Json)
    stories: Mapped[Any] = mapped_column(Json)
    reached: Mapped[Any | None] = mapped_column(Json)
    checked_at: Mapped[datetime] = mapped_column(AwareDateTime)


class ChangeTrial(Base):
    """A case that somebody plays through a bundle of a change: `trial` is JSON, see `app.tryout.trial`."""

    __tablename__ = "change_trial"

    bundle_id: Mapped[str] = mapped_column(ForeignKey("change_bundle.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    trial: Mapped[str] = mapped_column(Text)
    touched_at: Mapped[datetime] = mapped_column(AwareDateTime)
