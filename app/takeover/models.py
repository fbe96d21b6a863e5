"""Tables of what is brought in. What names people rests sealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
from app.db import AwareDateTime, Base, keys

PROPOSED, CONFIRMED, DROPPED = "proposed", "confirmed", "dropped"


class Takeover(Base):
    """Files that somebody tried and another person confirms. `told`: totals, warnings and differences, as JSON."""

    __tablename__ = "takeover"
    __table_args__ = (CheckConstraint("status IN ('proposed', 'confirmed', 'dropped')", name="status"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    region_id: Mapped[str] = mapped_column(String(32), index=True)
    status: Mapped[str] = mapped_column(String(9))
    told: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("takeover", "told"))
    entered_by: Mapped[str | None] = mapped_column(String(32))
    entered_at: Mapped[datetime] = mapped_column(AwareDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(32))
    decided_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class TakeoverTrial(Base):
    """Files that were sent in a page and wait to be compared; then the content goes, and `told` says what was wrong.

    `looked` of `lines` were compared until now; None while the files are being read.
    """

    __tablename__ = "takeover_trial"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    region_id: Mapped[str] = mapped_column(String(32))
    begun_by: Mapped[str | None] = mapped_column(String(32))
    begun_at: Mapped[datetime] = mapped_column(AwareDateTime)
    content: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("takeover_trial", "content"))
    told: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("takeover_trial", "told"))
    lines: Mapped[int | None]
    looked: Mapped[int | None]
    takeover_id: Mapped[str | None] = mapped_column(ForeignKey("takeover.id"))
    done_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class TakeoverPart(Base):
    """Lines that one job writes: whole or not at all. The lines go when they are written, and `refused` says who
    was left out and why."""

    __tablename__ = "takeover_part"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    takeover_id: Mapped[str] = mapped_column(ForeignKey("takeover.id"), index=True)
    place: Mapped[int]
    count: Mapped[int]
    lines: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("takeover_part", "lines"))
    refused: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("takeover_part", "refused"))
    written: Mapped[int | None]
    done_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class TakeoverAward(Base):
    """An award as it was brought in, by its number in the old system of a county; the id is the award's."""

    __tablename__ = "takeover_award"
    __table_args__ = (Index("ix_takeover_award_number", "scope_id", "number"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    scope_id: Mapped[str] = mapped_column(String(32))
    number: Mapped[str] = mapped_column(String(60))
    part_id: Mapped[str] = mapped_column(ForeignKey("takeover_part.id"))
    line: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("takeover_award", "line"))
