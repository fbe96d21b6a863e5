"""Tables of regions, offices and people.

Everything dated holds from `valid_from` (None: always) up to, not including, `valid_until` (None: still).
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
from app.db import AwareDateTime, Base, keys, only


class Region(Base):
    """A division as it stood for a time. A county that moves to another city becomes a new row; the old one names it.

    The level columns hold the ancestors and the row itself, so a subtree is one comparison.
    """

    __tablename__ = "region"
    __table_args__ = (
        UniqueConstraint("code", "valid_from"),
        Index("uq_region_code_always", "code", unique=True, **only("valid_from IS NULL")),
        CheckConstraint("level IN ('province','city','county','township','village')", name="level"),
        Index("ix_region_level", "level", "code"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(12), index=True)
    name: Mapped[str] = mapped_column(String(60))
    level: Mapped[str] = mapped_column(String(10))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("region.id"), index=True)
    province_id: Mapped[str | None] = mapped_column(String(32), index=True)
    city_id: Mapped[str | None] = mapped_column(String(32), index=True)
    county_id: Mapped[str | None] = mapped_column(String(32), index=True)
    township_id: Mapped[str | None] = mapped_column(String(32), index=True)
    successor_id: Mapped[str | None] = mapped_column(ForeignKey("region.id"))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)


class Office(Base):
    """A place of work. Each region has one office of its level; institutions (供养服务机构) lie in a county."""

    __tablename__ = "office"
    __table_args__ = (
        UniqueConstraint("region_id", "kind", "name"),
        Index("uq_office_region_own", "region_id", unique=True, **only("kind <> 'institution'")),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    region_id: Mapped[str] = mapped_column(ForeignKey("region.id"))
    county_id: Mapped[str | None] = mapped_column(String(32), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(80))
    short_name: Mapped[str] = mapped_column(String(20))
    phone: Mapped[str | None] = mapped_column(String(30))


class User(Base):
    """A person of the staff. Without a password hash nobody can log in as that person."""

    __tablename__ = "user_account"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str | None] = mapped_column(String(30))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default=false())
    password_changed_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(AwareDateTime)


class FormerPassword(Base):
    """The hash of a password that a person used `until` it was changed, so that it is not used again."""

    __tablename__ = "former_password"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    until: Mapped[datetime] = mapped_column(AwareDateTime)


class LoginSession(Base):
    """A browser's session; only the SHA-256 of its key is kept. `seen_at` is true to the minute."""

    __tablename__ = "login_session"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(AwareDateTime)
    seen_at: Mapped[datetime] = mapped_column(AwareDateTime)
    expires_at: Mapped[datetime] = mapped_column(AwareDateTime, index=True)
    address: Mapped[str] = mapped_column(String(45))
    agent: Mapped[str] = mapped_column(String(200))
    factor_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class SecondFactor(Base):
    """A person's TOTP secret, sealed; it counts once it is confirmed. `last_step` is the newest step that was used.

    `id` is the person's.
    """

    __tablename__ = "second_factor"

    id: Mapped[str] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary, info=keys.sealed("second_factor", "secret"))
    created_at: Mapped[datetime] = mapped_column(AwareDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    last_step: Mapped[int | None] = mapped_column(BigInteger)


class RecoveryCode(Base):
    """A code that lets in once without the telephone; only its SHA-256 is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class FactorPosition(Base):
    """A position whose holders need a second factor."""

    __tablename__ = "factor_position"

    position: Mapped[str] = mapped_column(String(40), primary_key=True)


class Appointment(Base):
    """A position that a person holds at an office for a time."""

    __tablename__ = "appointment"
    __table_args__ = (Index("ix_appointment_candidate", "office_id", "position"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"), index=True)
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    position: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)


class Absence(Base):
    """Somebody is away, or has a standing deputy: on these days the deputy does what is addressed to the position.

    `kind` is one of `absence.KINDS`; `valid_until` is the day of the return, None while nobody knows it.
    """

    __tablename__ = "absence"
    __table_args__ = (Index("ix_absence_office", "office_id", "valid_until"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"), index=True)
    deputy_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"), index=True)
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    position: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(16))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    entered_by: Mapped[str | None] = mapped_column(String(32))
    entered_at: Mapped[datetime] = mapped_column(AwareDateTime)


class PositionCapability(Base):
    """What a position may do. Whoever took it away leaves the row, so that seeding does not give it back."""

    __tablename__ = "capability"

    position: Mapped[str] = mapped_column(String(40), primary_key=True)
    capability: Mapped[str] = mapped_column(String(40), primary_key=True)
    granted: Mapped[bool] = mapped_column(default=True)


class ApiToken(Base):
    """A bearer token of a person; only its SHA-256 is kept."""

    __tablename__ = "api_token"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"), index=True)
    label: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(AwareDateTime)
    expires_at: Mapped[datetime] = mapped_column(AwareDateTime)
    reads_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    used_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class LoginAttempt(Base):
    """One try to log in; failed until the password was checked, so that simultaneous tries count too."""

    __tablename__ = "login_attempt"
    __table_args__ = (Index("ix_login_attempt_username_at", "username", "at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(String(60))
    address: Mapped[str] = mapped_column(String(45), index=True)
    at: Mapped[datetime] = mapped_column(AwareDateTime, index=True)
    succeeded: Mapped[bool] = mapped_column(default=False)


class FamilyTie(Base):
    """A tie that keeps a person of the staff out of somebody's case (回避); the other side is a blind index."""

    __tablename__ = "family_tie"
    __table_args__ = (UniqueConstraint("user_id", "person_blind"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"))
    person_blind: Mapped[str] = mapped_column(String(64), index=True, info=keys.blind("person"))
    relation: Mapped[str] = mapped_column(String(20))
    declared_on: Mapped[date] = mapped_column(Date)
