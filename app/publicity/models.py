"""公示: notices, the periods in which they stood, and objections."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import AwareDateTime, Base, keys, only

POSTED, UNSETTLED = text("status = 'posted'"), text("settled_at IS NULL")


class Notice(Base):
    """A public notice. `status`: posted, interrupted, completed or taken_down. The day of posting is not counted.

    `waits`: a diagram waits for its end and an objection interrupts it (公示). Otherwise it announces what was decided
    (公布) and stands for its days whatever the case does, unless the decision is taken back.
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_case", "case_id"),
        # The board: of all, of a county, of a village, of a programme, the newest first.
        Index("ix_notice_posted", "id", **only(POSTED)),
        Index("ix_notice_posted_county", "county_id", "programme_title", "id", **only(POSTED)),
        Index("ix_notice_posted_region", "region_id", "id", **only(POSTED)),
        Index("ix_notice_posted_programme", "programme_title", "id", **only(POSTED)),
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
    """Somebody objected during 公示; who it was is sealed. `answered_seq`: the action of the case that answered it.

    `confirmed`: how we know that the contact is his: by a code to the telephone, or at the window with the papers seen.
    `reply_id`: the letter that answers this objection alone.
    """

    __tablename__ = "objection"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notice.id"), index=True)
    case_id: Mapped[str] = mapped_column(String(32), index=True)
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    query_hash: Mapped[str | None] = mapped_column(String(64), info=keys.blind("query"))
    contact_blind: Mapped[str | None] = mapped_column(String(64), index=True, info=keys.blind("contact"))
    confirmed: Mapped[str | None] = mapped_column(String(8))
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("objection", "sealed"))
    received_at: Mapped[datetime] = mapped_column(AwareDateTime)
    answered_seq: Mapped[int | None]
    reply_id: Mapped[str | None] = mapped_column(String(32))


class ObjectionNumber(Base):
    """The running number of objections per county and year."""

    __tablename__ = "objection_number"

    scope: Mapped[str] = mapped_column(String(120), primary_key=True)
    last: Mapped[int]


class UnconfirmedObjection(Base):
    """What somebody wrote whose contact is not confirmed yet: it stops nothing, and is forgotten after a day.

    `sealed` holds the code too. `tries` were made at this code, `sends` messages went out.
    """

    __tablename__ = "unconfirmed_objection"
    __table_args__ = (Index("ix_unconfirmed_objection_notice", "notice_id", "begun_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notice.id"))
    contact_blind: Mapped[str] = mapped_column(String(64), index=True, info=keys.blind("contact"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("unconfirmed_objection", "sealed"))
    tries: Mapped[int]
    sends: Mapped[int]
    sent_at: Mapped[datetime] = mapped_column(AwareDateTime)
    begun_at: Mapped[datetime] = mapped_column(AwareDateTime, index=True)


class Lead(Base):
    """A hint (线索) about a notice from somebody who is not known or no longer counts: it stops nothing.

    `text_blind` finds the same text of the same notice again, which counts in `times`. `note`: what came of looking.
    `county_id` is that of the case.
    """

    __tablename__ = "lead"
    __table_args__ = (
        UniqueConstraint("notice_id", "text_blind"),
        Index("ix_lead_waiting", "county_id", "id", **only(UNSETTLED)),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notice.id"))
    case_id: Mapped[str] = mapped_column(String(32), index=True)
    county_id: Mapped[str | None] = mapped_column(String(32))
    text_blind: Mapped[str] = mapped_column(String(64), info=keys.blind("lead"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("lead", "sealed"))
    times: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(AwareDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    settled_by: Mapped[str | None] = mapped_column(String(100))
    note: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("lead", "note"))
