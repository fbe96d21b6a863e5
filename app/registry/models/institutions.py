"""Tables of institutions: beds, the account to which their money goes, stars, and who waits for a place."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
from app.db import AwareDateTime, Base, keys, only

PENDING, IN_FORCE, SUPERSEDED, REJECTED = "pending", "in_force", "superseded", "rejected"


class Institution(Base):
    """A house that cares for people (供养服务机构). `beds` and `free` are None where nobody said how many."""

    __tablename__ = "institution"
    __table_args__ = (
        UniqueConstraint("county_id", "name"),
        CheckConstraint("free IS NULL OR (free >= 0 AND free <= beds)", name="places"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(12))
    county_id: Mapped[str] = mapped_column(ForeignKey("region.id"))
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"), unique=True)
    beds: Mapped[int | None]
    free: Mapped[int | None]
    account_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=keys.sealed("institution", "account"))
    recorded_at: Mapped[datetime] = mapped_column(AwareDateTime)
    # The case that registered it; one that is withdrawn again is registered nowhere.
    case_id: Mapped[str | None] = mapped_column(String(32))
    case_seq: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class InstitutionAccount(Base):
    """An account that somebody entered for an institution. It counts once another person has confirmed it.

    What counts stands sealed at the institution; the rows are its history. `basis` says from where the number is,
    `decision` why it was sent back. One that a story or a demo world takes for granted was entered by nobody.
    """

    __tablename__ = "institution_account"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'in_force', 'superseded', 'rejected')", name="state"),
        CheckConstraint("state NOT IN ('in_force', 'superseded') OR decided_by <> entered_by", name="two_people"),
        Index("ix_institution_account_institution", "institution_id"),
        Index("uq_institution_account_pending", "institution_id", unique=True, **only("state = 'pending'")),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey("institution.id"))
    number: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("institution_account", "number"))
    basis: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(12))
    entered_by: Mapped[str | None] = mapped_column(String(32))
    entered_at: Mapped[datetime] = mapped_column(AwareDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(32))
    decided_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    decision: Mapped[str | None] = mapped_column(String(200))


class InstitutionRating(Base):
    """Stars that hold from a day until the next rating does (E17); of two of one day the later recorded one."""

    __tablename__ = "institution_rating"
    __table_args__ = (CheckConstraint("stars BETWEEN 1 AND 3", name="stars"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey("institution.id"), index=True)
    stars: Mapped[int]
    rated_from: Mapped[date] = mapped_column(Date)
    # The case that decided it; one that is taken back holds no more.
    case_id: Mapped[str | None] = mapped_column(String(32), index=True)
    case_seq: Mapped[int | None]
    recorded_at: Mapped[datetime] = mapped_column(AwareDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class HeldPlace(Base):
    """A bed that a case keeps from the placement on. `state`: held, used (the award moved in) or freed."""

    __tablename__ = "held_place"
    __table_args__ = (CheckConstraint("state IN ('held', 'used', 'freed')", name="state"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey("institution.id"))
    case_id: Mapped[str] = mapped_column(String(32), index=True)
    case_seq: Mapped[int]
    state: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(AwareDateTime)


class PlaceInLine(Base):
    """A case in the line of its county from the placement on. `state`: waits, taken (over by the award) or left."""

    __tablename__ = "place_in_line"
    __table_args__ = (
        CheckConstraint("state IN ('waits', 'taken', 'left')", name="state"),
        Index("ix_place_in_line_county", "county_id", "number"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    county_id: Mapped[str] = mapped_column(ForeignKey("region.id"))
    case_id: Mapped[str] = mapped_column(String(32), index=True)
    case_seq: Mapped[int]
    programme: Mapped[str] = mapped_column(String(60))
    region_id: Mapped[str] = mapped_column(ForeignKey("region.id"))
    name: Mapped[str] = mapped_column(String(100))
    rank: Mapped[int]
    number: Mapped[int]
    since: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(AwareDateTime)
