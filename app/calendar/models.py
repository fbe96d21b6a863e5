"""Tables of the calendar of working days and of legal clocks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
from app.db import AwareDateTime, Base, Json, only

LIVE = text("status IN ('running', 'paused')")
OPEN = text("until_on IS NULL")
NATIONAL = text("region_id IS NULL")


class CalendarVersion(Base):
    """One state of the calendar. Its id names the content: a version that was rolled back never shares it."""

    __tablename__ = "calendar_version"

    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(String(32), default=new_id)
    source: Mapped[str] = mapped_column(String(200))
    made_by: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[datetime] = mapped_column(AwareDateTime)


class CalendarYear(Base):
    """A year that an official notice covers; any other is provisional: Monday to Friday."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(200))
    calendar_version: Mapped[int] = mapped_column(ForeignKey("calendar_version.version"))


class CalendarDay(Base):
    """A day that a notice (or, with `region_id`, a local rule) takes out of the plain week."""

    __tablename__ = "calendar_day"
    __table_args__ = (
        CheckConstraint("kind IN ('holiday', 'makeup', 'workday')", name="kind"),
        Index("uq_calendar_day_national", "day", unique=True, **only(NATIONAL)),
        Index("uq_calendar_day_region_id_day", "region_id", "day", unique=True),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    day: Mapped[date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(60))
    region_id: Mapped[str | None] = mapped_column(String(32))
    source: Mapped[str] = mapped_column(String(200))
    calendar_version: Mapped[int] = mapped_column(ForeignKey("calendar_version.version"))


class Clock(Base):
    """A legal clock (时限) of a case. At most one of a key is live; what ended stays as history."""

    __tablename__ = "clock"
    __table_args__ = (
        CheckConstraint("unit IN ('working_days', 'calendar_days')", name="unit"),
        CheckConstraint("status IN ('running', 'paused', 'met', 'missed', 'void')", name="status"),
        CheckConstraint("limit_days >= 0", name="limit_days"),
        Index("ix_clock_case_id", "case_id"),
        Index("uq_clock_live", "case_id", "key", unique=True, **only(LIVE)),
        Index("ix_clock_live_version", "calendar_version", "id", **only(LIVE)),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    case_id: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(100))
    clause: Mapped[str] = mapped_column(String(60))
    unit: Mapped[str] = mapped_column(String(16))
    limit_days: Mapped[int] = mapped_column(Integer)
    started_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(8))
    calendar_version: Mapped[int] = mapped_column(Integer)
    regions: Mapped[Any] = mapped_column(Json)
    started_at: Mapped[datetime] = mapped_column(AwareDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class ClockPause(Base):
    """A span that does not count. Pauses for different reasons may overlap; one of a reason is open at a time."""

    __tablename__ = "clock_pause"
    __table_args__ = (
        Index("ix_clock_pause_clock_id", "clock_id"),
        Index("uq_clock_pause_open", "clock_id", "reason", unique=True, **only(OPEN)),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="until_on"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    clock_id: Mapped[str] = mapped_column(ForeignKey("clock.id"))
    reason: Mapped[str] = mapped_column(String(60))
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date | None] = mapped_column(Date)
    # Audit numbers of the actions of the case that began and ended it.
    case_seq: Mapped[int | None]
    ended_seq: Mapped[int | None]
