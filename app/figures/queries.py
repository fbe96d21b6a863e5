"""Figures as pages and rules read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.figures.models import EVERYWHERE, Figure


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure with the code of the region it was entered for (None: everywhere)."""

    id: str
    key: str
    value: Decimal
    unit: str
    clause: str
    note: str | None
    valid_from: date
    valid_until: date | None
    scope: str
    region: str | None
    entered_by: str | None
    entered_at: datetime
    superseded_at: datetime | None

    def as_read(self) -> dict[str, Any]:
        """What a decision record keeps."""
        return {
            "key": self.key,
            "value": self.value,
            "region": self.region,
            "valid_from": self.valid_from,
            "clause": self.clause,
        }


_COLUMNS = (
    Figure.id,
    Figure.key,
    Figure.value,
    Figure.unit,
    Figure.clause,
    Figure.note,
    Figure.valid_from,
    Figure.valid_until,
    Figure.scope,
    Figure.region_code,
    Figure.entered_by,
    Figure.entered_at,
    Figure.superseded_at,
)


def in_force(session: Session, region_ids: Sequence[str], on: date) -> dict[str, FigureRow]:
    """By key, the figure that holds for a region on a day: the nearest region's, there the latest. One statement.

    `region_ids` is the region's chain, nearest first.
    """
    scopes = (*region_ids, EVERYWHERE)
    rows = session.execute(
        select(*_COLUMNS).where(
            Figure.scope.in_(scopes),
            Figure.valid_from <= on,
            or_(Figure.valid_until.is_(None), Figure.valid_until > on),
            Figure.superseded_at.is_(None),
        )
    )
    nearness = {scope: number for number, scope in enumerate(reversed(scopes))}
    found = sorted((FigureRow(*row) for row in rows), key=lambda row: (nearness[row.scope], row.valid_from))
    return {row.key: row for row in found}


def history(session: Session, key: str, region_ids: Sequence[str]) -> list[FigureRow]:
    """Every entry of a figure for a region's chain and everywhere, latest day first; corrected ones included."""
    rows = session.execute(
        select(*_COLUMNS)
        .where(Figure.key == key, Figure.scope.in_((*region_ids, EVERYWHERE)))
        .order_by(Figure.valid_from.desc(), Figure.entered_at.desc(), Figure.id.desc())
    )
    return [FigureRow(*row) for row in rows]
