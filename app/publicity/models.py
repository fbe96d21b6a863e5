"""公示: notices, the periods in which they stood, and objections."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import AwareDateTime, Base, keys


class Notice(Base):
    """A public notice. `status`: posted, interrupted, completed or taken_down. The day of posting is not counted.

    `waits`: a diagram waits for its end and an objection interrupts it (公示). Otherwise it announces what was decided
    (公布) and stands for its days whatever the case does, unless the decision is taken back.
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_case", "case_id"),
        Index("ix_notice_board", "county_id", "status", "until_on", "id"),
        Index("ix_notice_county_listed", "county_id", "id"),
        Index("ix_notice_region_listed", "region_id", "id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(32))
    case_seq: Mapped[int]
    wait_id: Mapped[str] = mapped_column(String(64))
    element_id: Mapped[str] = mapped_column(String(128))
    kind: Mapped[str] = mapped_column(String(32))
    waits: Mapped[bool] = mapped_column(default=True)
    region_id: Mapped[str] = mapped_column(String(32))
    county_id: Mapped[str | None] = mapped_column(String(32))
    programme_title: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(100))
    summary: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(String(200))
    days: Mapped[int]
    days_left: Mapped[int]
    posted_on: Mapped[date]
    until_on: Mapped[date]
    status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(Text)
    # The action of the case that resumed it or took it down, and how it stood before.
    moved_seq: Mapped[int | None]
    moved_from: Mapped[str | None] = mapped_column(String(16))
    proof_file_id: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(AwareDateTime)


class NoticePeriod(Base):
    """An unbroken stretch of days for which a notice stood."""

    __tablename__ = "notice_period"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notice.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date]


class Objection(Base):
    """Somebody objected during 公示; who it was is sealed. `answered_seq`: the action of the case that answered it."""

    __tablename__ = "objection"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notice.id"), index=True)
    case_id: Mapped[str] = mapped_column(String(32), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("objection", "sealed"))
    received_at: Mapped[datetime] = mapped_column(AwareDateTime)
    answered_seq: Mapped[int | None]
