"""Figures as pages and rules read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Table, bindparam, or_, select
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


class InForce(NamedTuple):
    """A figure as rules read it; `region` as in FigureRow."""

    key: str
    value: Decimal
    region: str | None
    valid_from: date
    clause: str

    def as_read(self) -> dict[str, Any]:
        """What a decision record keeps."""
        return self._asdict()


_FIGURE: Table = Figure.__table__  # type: ignore[assignment]
_COLUMNS = tuple(_FIGURE.c[field.name if field.name != "region" else "region_code"] for field in fields(FigureRow))
# Built once: every action reads it, and building it costs more than running it.
_IN_FORCE = select(
    _FIGURE.c.key, _FIGURE.c.value, _FIGURE.c.region_code, _FIGURE.c.valid_from, _FIGURE.c.clause, _FIGURE.c.scope
).where(
    _FIGURE.c.scope.in_(bindparam("scopes", expanding=True)),
    _FIGURE.c.valid_from <= bindparam("on"),
    or_(_FIGURE.c.valid_until.is_(None), _FIGURE.c.valid_until > bindparam("on")),
    _FIGURE.c.superseded_at.is_(None),
)


def in_force(session: Session, region_ids: Sequence[str], on: date) -> dict[str, InForce]:
    """By key, the figure that holds for a region on a day: the nearest region's, there the latest. One statement.

    `region_ids` is the region's chain, nearest first.
    """
    scopes = [*region_ids, EVERYWHERE]
    nearness = {scope: number for number, scope in enumerate(reversed(scopes))}
    rows = session.connection().execute(_IN_FORCE, {"scopes": scopes, "on": on})
    found = sorted([(nearness[scope], figure[3], InForce(*figure)) for *figure, scope in rows])
    return {figure.key: figure for _, _, figure in found}


def history(session: Session, key: str, region_ids: Sequence[str]) -> list[FigureRow]:
    """Every entry of a figure for a region's chain and everywhere, latest day first; corrected ones included."""
    rows = session.execute(
        select(*_COLUMNS)
        .where(_FIGURE.c.key == key, _FIGURE.c.scope.in_((*region_ids, EVERYWHERE)))
        .order_by(_FIGURE.c.valid_from.desc(), _FIGURE.c.entered_at.desc(), _FIGURE.c.id.desc())
    )
    return [FigureRow(*row) for row in rows]
