"""Back-tests (回测) as they are kept: what was asked, how far it is, what came out, case by case."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import new_id
from app.db import AwareDateTime, Base, Json, Money


class BacktestRun(Base):
    """One back-test of exactly the content with this hash. `change_id` is the change that it was asked for.

    `counts`: cases by kind (`names.KINDS`, and unchanged), `ways`: by what became of their way (`names.WAYS`).
    `before`, `after`: what all granted cases are paid a month. `steps`: how long each took (`totals.Totals`).
    `reached`: the last case of the last page that is noted, where a run goes on that was interrupted.
    """

    __tablename__ = "backtest_run"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'stopped', 'failed')", name="state"),
        Index("ix_backtest_run_change", "change_id", "asked_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    change_id: Mapped[str] = mapped_column(String(32))
    content_hash: Mapped[str] = mapped_column(String(64))
    since: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(8))
    is_stopped: Mapped[bool]
    cases: Mapped[int] = mapped_column(Integer)
    replayed: Mapped[int] = mapped_column(Integer)
    decisions: Mapped[int] = mapped_column(Integer)
    human_steps: Mapped[int] = mapped_column(Integer, server_default="0")
    counts: Mapped[Any] = mapped_column(Json)
    ways: Mapped[Any | None] = mapped_column(Json)
    steps: Mapped[Any | None] = mapped_column(Json)
    reached: Mapped[Any | None] = mapped_column(Json)
    before: Mapped[Decimal] = mapped_column(Money)
    after: Mapped[Decimal] = mapped_column(Money)
    fault: Mapped[str | None] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime] = mapped_column(AwareDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(AwareDateTime)


class BacktestCase(Base):
    """A case that is not as it was, or (`names.WAYS`) goes another way. It tells of the rules alone; `number` is empty
    for an answer at the door."""

    __tablename__ = "backtest_case"
    __table_args__ = (Index("ix_backtest_case_kind", "run_id", "kind", "place_in_run"),)

    run_id: Mapped[str] = mapped_column(ForeignKey("backtest_run.id"), primary_key=True)
    place_in_run: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16))
    place: Mapped[str] = mapped_column(String(200))
    decision: Mapped[str] = mapped_column(String(128))
    was: Mapped[str] = mapped_column(Text)
    now: Mapped[str] = mapped_column(Text)
    table: Mapped[str] = mapped_column("decision_table", String(200))
    row: Mapped[int] = mapped_column("table_row", Integer)
    clause: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text)
    before: Mapped[Decimal | None] = mapped_column(Money)
    after: Mapped[Decimal | None] = mapped_column(Money)


class BacktestRelease(Base):
    """The back-test that stood when a release was submitted for approval."""

    __tablename__ = "backtest_release"

    release_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("backtest_run.id"))
