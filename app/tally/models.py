"""The table of counts."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import AwareDateTime, Base, Money


class Tally(Base):
    """What one month had of a kind, in a township and a programme; "" where a case lies in no township.

    `kind`: `received` and `closed` cases (`key`: process, and outcome), `step` (tasks done, by element), `ordered`,
    `paid` and `returned` money (by source); of the month of the count also `running` cases, `open` and `overdue` tasks
    (by element). `days`: working days that `count` took together; `given`: what the law gave the `limited` ones of
    them; `late`: of these, done after their day.
    """

    __tablename__ = "tally"
    __table_args__ = (
        CheckConstraint("count > 0", name="count"),
        Index("ix_tally_township", "township_id", "month"),
    )

    county_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    township_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    programme: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    count: Mapped[int]
    days: Mapped[int]
    limited: Mapped[int]
    given: Mapped[int]
    late: Mapped[int]
    amount: Mapped[Decimal] = mapped_column(Money)


class TallyRun(Base):
    """When everything was counted last."""

    __tablename__ = "tally_run"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(AwareDateTime)
