"""The table of figures. What a row says is never changed: a correction is a new row that supersedes the old one."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Date, Dialect, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from app.core.ids import new_id
from app.db import AwareDateTime, Base, only

EVERYWHERE = "*"
PENDING, IN_FORCE, SUPERSEDED, REJECTED = "pending", "in_force", "superseded", "rejected"
PRODUCT, DEMO, STORY, PEOPLE = "product", "demo", "story", "people"
_PLACE = ("key", "scope", "valid_from")
_COUNTS, _WAITS = text("state = 'in_force'"), text("state = 'pending'")


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal as its exact text: a share of 0.35 stays 0.35 on every database."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else f"{value:f}"

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class CatalogueEntry(Base):
    """A figure key, a document or a clause. A row is never changed: another content is a new row that supersedes it.

    `place` is the code of the region that owns it ("": what the product brings). `seeded`: nobody but the product
    wrote it, and a newer seed may take its place. `content` is canonical JSON.
    """

    __tablename__ = "catalogue_entry"
    __table_args__ = (Index("uq_catalogue_entry_in_use", "kind", "key", unique=True, **only("superseded_at IS NULL")),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(60))
    place: Mapped[str] = mapped_column(String(12))
    position: Mapped[int]
    content: Mapped[str] = mapped_column(Text)
    seeded: Mapped[bool] = mapped_column(default=False)
    release_id: Mapped[str | None] = mapped_column(String(32))
    entered_at: Mapped[datetime] = mapped_column(AwareDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class Figure(Base):
    """A number of policy that holds for a region and everything below it from a day on.

    `scope` is the region's id, or `*` for everywhere (`region_id` None). It holds from `valid_from` up to, not
    including, `valid_until`, or until a row of a later day or a nearer region. Only rows `in_force` are ever read by a
    rule. `origin` says who brought it: the product, the demo world, a story, or people. `decided_by` confirmed or
    rejected it; what counts at once has none. `decision` is why it was rejected.
    """

    __tablename__ = "figure"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'in_force', 'superseded', 'rejected')", name="state"),
        CheckConstraint("origin IN ('product', 'demo', 'story', 'people')", name="origin"),
        CheckConstraint("state = 'rejected' OR decided_by <> entered_by", name="two_people"),
        Index("uq_figure_in_force", *_PLACE, unique=True, **only(_COUNTS)),
        Index("uq_figure_pending", *_PLACE, unique=True, **only(_WAITS)),
        Index("ix_figure_scope", "scope"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(60))
    region_id: Mapped[str | None] = mapped_column(ForeignKey("region.id"))
    region_code: Mapped[str | None] = mapped_column(String(12))
    scope: Mapped[str] = mapped_column(String(32))
    value: Mapped[Decimal] = mapped_column(ExactDecimal)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    unit: Mapped[str] = mapped_column(String(16))
    clause: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(500))
    origin: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10))
    entered_by: Mapped[str | None] = mapped_column(String(32))
    entered_at: Mapped[datetime] = mapped_column(AwareDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(32))
    decided_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
    decision: Mapped[str | None] = mapped_column(String(500))
    superseded_at: Mapped[datetime | None] = mapped_column(AwareDateTime)
