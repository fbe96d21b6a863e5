"""Declarative base with constraint names that migrations and error mapping can rely on."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from app.core.clock import require_aware

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables share this metadata."""

    metadata = MetaData(naming_convention=NAMING)


def utc(moment: datetime) -> datetime:
    """The same moment in UTC; naive values are refused."""
    return require_aware(moment).astimezone(UTC)
