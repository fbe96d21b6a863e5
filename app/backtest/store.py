"""Rows of back-tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Table, delete, insert, select, update
from sqlalchemy.orm import Session

from app.backtest.models import BacktestCase, BacktestRelease, BacktestRun
from app.backtest.names import RUNNING, WAITING
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


def begin(session: Session, run_id: str, cases: int) -> None:
    """A run starts, or starts again from nothing."""
    session.execute(delete(CASE).where(CASE.c.run_id == run_id))
    write(session, run_id, state=RUNNING, cases=cases, replayed=0)


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
