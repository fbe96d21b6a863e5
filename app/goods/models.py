"""Stores of goods. Kinds and units are what people enter; nothing can go below zero, by constraint."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import AwareDateTime, Base


class GoodsStock(Base):
    """How many units of a kind the store of a region (township, county) holds. A kind has one unit in a county."""

    __tablename__ = "goods_stock"
    __table_args__ = (
        UniqueConstraint("region_id", "name"),
        Index("ix_goods_stock_county", "county_id", "name"),
        CheckConstraint("on_hand >= 0", name="not_overdrawn"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    region_id: Mapped[str] = mapped_column(String(32))
    county_id: Mapped[str | None] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(30))
    unit: Mapped[str] = mapped_column(String(10))
    on_hand: Mapped[int]


class GoodsEntry(Base):
    """One movement of a stock: `received`, `issued` (to `receiver`, for a case), `returned`, `corrected`, `counted`.

    `quantity` is signed: what a stock holds is the sum of its entries. Entries are never changed: one that is wrong
    gets a counter-entry, which `counters` it.
    """

    __tablename__ = "goods_entry"
    __table_args__ = (
        CheckConstraint("kind IN ('received', 'issued', 'returned', 'corrected', 'counted')", name="kind"),
        CheckConstraint("quantity <> 0 OR kind = 'counted'", name="moved"),
        Index("ix_goods_entry_stock", "stock_id", "id"),
        Index("ix_goods_entry_case", "case_id"),
        Index("ix_goods_entry_counters", "counters"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    stock_id: Mapped[str] = mapped_column(ForeignKey("goods_stock.id"))
    kind: Mapped[str] = mapped_column(String(10))
    quantity: Mapped[int]
    note: Mapped[str] = mapped_column(String(200))
    counters: Mapped[str | None] = mapped_column(ForeignKey("goods_entry.id"))
    case_id: Mapped[str | None] = mapped_column(String(32))
    case_seq: Mapped[int | None]
    case_number: Mapped[str | None] = mapped_column(String(40))
    programme: Mapped[str | None] = mapped_column(String(64))
    receiver: Mapped[str | None] = mapped_column(String(100))
    slip: Mapped[str | None] = mapped_column(String(100))
    parts: Mapped[int | None]
    day: Mapped[date]
    actor_id: Mapped[str | None] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(AwareDateTime)
