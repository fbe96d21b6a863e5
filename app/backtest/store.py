"""Rows of back-tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Table, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.backtest.models import BacktestCase, BacktestRelease, BacktestRun
from app.backtest.names import RUNNING, WAITING
from app.backtest.totals import Totals, steps_as_json, steps_of
from app.core.errors import NotFound
from app.core.money import to_money

RUN: Table = BacktestRun.__table__  # type: ignore[assignment]
CASE: Table = BacktestCase.__table__  # type: ignore[assignment]
RELEASE: Table = BacktestRelease.__table__  # type: ignore[assignment]
UNDER_WAY = (WAITING, RUNNING)


def found(session: Session, run_id: str) -> Row[Any]:
    """One run. Raises NotFound."""
    row = session.execute(select(RUN).where(RUN.c.id == run_id)).one_or_none()
    if row is None:
        raise NotFound("没有这次回测，请从变更页面重新进入")
    return row


def of_change(session: Session, change_id: str) -> Row[Any] | None:
    """The newest run of a change."""
    mine = select(RUN).where(RUN.c.change_id == change_id)
    return session.execute(mine.order_by(RUN.c.asked_at.desc(), RUN.c.id.desc()).limit(1)).one_or_none()


def begin(session: Session, run_id: str, content_hash: str) -> None:
    """A run of this content starts, or starts again from nothing."""
    session.execute(delete(CASE).where(CASE.c.run_id == run_id))
    write(session, run_id, state=RUNNING, content_hash=content_hash, replayed=0, reached=None)


def note(session: Session, run_id: str, totals: Totals, reached: Sequence[str]) -> None:
    """How far a run is, and what it came to until there."""
    write(session, run_id, cases=totals.cases, replayed=totals.looked_at, decisions=totals.decisions,
          counts=dict(totals.counts), before=to_money(totals.before), after=to_money(totals.after),
          human_steps=totals.human_steps, ways=dict(totals.ways), steps=steps_as_json(totals.steps),
          reached=list(reached))  # fmt: skip


def totals_of(row: Row[Any]) -> Totals:
    """What a run came to until now."""
    return Totals(row.cases, row.replayed, row.decisions, Counter(row.counts), row.before, row.after,
                  Counter(row.ways or {}), row.human_steps, steps_of(row.steps or []))  # fmt: skip


def lines_of(session: Session, run_id: str) -> int:
    """How many lines a run has."""
    return session.scalar(select(func.count()).select_from(CASE).where(CASE.c.run_id == run_id)) or 0


def write(session: Session, run_id: str, **values: Any) -> None:
    """Write columns of a run."""
    session.execute(update(RUN).where(RUN.c.id == run_id).values(**values))


def add(session: Session, run_id: str, first: int, lines: Sequence[dict[str, Any]]) -> None:
    """Lines of a run, numbered from `first`."""
    rows = [
        {**line, "run_id": run_id, "place_in_run": first + at, "before": _money(line["before"]),
         "after": _money(line["after"]), "clause": line["clause"][:200], "table": line["table"][:200],
         "place": line["place"][:200]}
        for at, line in enumerate(lines)
    ]  # fmt: skip
    if rows:
        session.execute(insert(BacktestCase), rows)


def end(session: Session, run_id: str, state: str, fault: str | None, now: datetime) -> None:
    """A run is over."""
    write(session, run_id, state=state, fault=fault, ended_at=now)


def _money(text: str | None) -> Decimal | None:
    return None if text is None else to_money(text)
