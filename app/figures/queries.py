"""Figures as pages and rules read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import ColumnElement, Table, bindparam, or_, select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.db import stamps
from app.figures.models import EVERYWHERE, IN_FORCE, PENDING, PRODUCT, Figure
from app.figures.store import STAMP
from app.identity import queries as identity


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure with the code of the region it was entered for (None: everywhere). Columns as in `models.Figure`."""

    id: str
    key: str
    value: Decimal
    unit: str
    clause: str
    reason: str | None
    valid_from: date
    valid_until: date | None
    scope: str
    region: str | None
    state: str
    origin: str
    entered_by: str | None
    entered_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision: str | None
    superseded_at: datetime | None


class InForce(NamedTuple):
    """A figure as rules read it; `id` is its entry, `region` as in FigureRow."""

    key: str
    value: Decimal
    region: str | None
    valid_from: date
    clause: str
    id: str


class _Span(NamedTuple):
    until: date
    figure: InForce


_FIGURE: Table = Figure.__table__  # type: ignore[assignment]
_COLUMNS = tuple(_FIGURE.c[field.name if field.name != "region" else "region_code"] for field in fields(FigureRow))
_LATEST_FIRST = (_FIGURE.c.key, _FIGURE.c.valid_from.desc(), _FIGURE.c.entered_at.desc(), _FIGURE.c.id.desc())
# Built once: building a hot statement costs more than running it.
_SCOPES = select(_FIGURE.c.scope).where(_FIGURE.c.state == IN_FORCE).distinct()
_COUNTING = select(
    _FIGURE.c.scope, _FIGURE.c.valid_until, *(_FIGURE.c[name] for name in ("key", "value", "region_code", "valid_from",
    "clause", "id")),
).where(_FIGURE.c.scope.in_(bindparam("scopes", expanding=True)), _FIGURE.c.state == IN_FORCE)  # fmt: skip
_scopes: stamps.Stamped[frozenset[str]] = stamps.Stamped(STAMP)
_spans: stamps.Stamped[tuple[_Span, ...]] = stamps.Stamped(STAMP, entries=128)
_by_key: stamps.Stamped[Mapping[str, InForce]] = stamps.Stamped(STAMP, entries=128)


def in_force(session: Session, region_ids: Sequence[str], on: date) -> Mapping[str, InForce]:
    """By key, the figure that holds for a region on a day: the nearest region's, there the latest.

    `region_ids` is the region's chain, nearest first. A process keeps what it read until somebody changes a figure;
    villages that have none of their own share what their county has.
    """
    known = _scopes.get(session, "", lambda: frozenset(session.connection().execute(_SCOPES).scalars()))
    scopes = tuple(scope for scope in (*region_ids, EVERYWHERE) if scope in known)
    return _by_key.get(session, (scopes, on), lambda: _on(session, scopes, on))


def _on(session: Session, scopes: tuple[str, ...], day: date) -> dict[str, InForce]:
    spans = _spans.get(session, scopes, lambda: _load(session, scopes))
    return {each.figure.key: each.figure for each in spans if each.figure.valid_from <= day < each.until}


def is_entered(session: Session, key: str, region_ids: Sequence[str], on: date) -> bool:
    """Whether one of these regions has a figure of its own on a day."""
    return any(
        each.figure.key == key and each.figure.valid_from <= on < each.until for each in _load(session, region_ids)
    )


def _load(session: Session, scopes: Sequence[str]) -> tuple[_Span, ...]:
    """What counts in these scopes (nearest first) on any day; what wins comes last."""
    nearness = {scope: number for number, scope in enumerate(reversed(scopes))}
    rows = session.connection().execute(_COUNTING, {"scopes": scopes})
    found = sorted((nearness[scope], figure[3], until or date.max, figure) for scope, until, *figure in rows)
    return tuple(_Span(until, InForce(*figure)) for _, _, until, figure in found)


def find(session: Session, figure_id: str) -> FigureRow:
    """One figure. Raises NotFound."""
    row = session.execute(select(*_COLUMNS).where(_FIGURE.c.id == figure_id)).one_or_none()
    if row is None:
        raise NotFound(f"没有编号为 {figure_id} 的标准记录，请用 doudi figure list 核对")
    return FigureRow(*row)


def history(session: Session, key: str | None = None, region_ids: Sequence[str] | None = None) -> list[FigureRow]:
    """Every entry of a figure (None: of all), pending, rejected and superseded ones too, by key, latest day first.

    `region_ids` keeps those of a region's chain and everywhere.
    """
    wanted = [] if key is None else [_FIGURE.c.key == key]
    if region_ids is not None:
        wanted.append(_FIGURE.c.scope.in_((*region_ids, EVERYWHERE)))
    return _rows(session, wanted)


def coming(session: Session, region_ids: Sequence[str], on: date, key: str | None = None) -> list[FigureRow]:
    """What is decided for a region's chain or everywhere and begins after a day, of one figure or all; next first."""
    wanted = [_FIGURE.c.scope.in_((*region_ids, EVERYWHERE)), _FIGURE.c.state == IN_FORCE, _FIGURE.c.valid_from > on]
    return _rows(session, [*wanted, *([] if key is None else [_FIGURE.c.key == key])])[::-1]


def entered(session: Session, region_ids: Sequence[str]) -> list[FigureRow]:
    """What counts, today or on another day, for a region's chain besides what the product brought."""
    mine = (_FIGURE.c.scope.in_(region_ids), _FIGURE.c.state == IN_FORCE, _FIGURE.c.origin != PRODUCT)
    return _rows(session, mine)


def history_in(session: Session, key: str, chains: Iterable[identity.RegionChain]) -> list[FigureRow]:
    """Every entry of a figure for these regions, those above them and all that lie below, latest day first."""
    scopes = [_FIGURE.c.scope == EVERYWHERE]
    for chain in chains:
        scopes += [_FIGURE.c.scope.in_(chain.ids), _FIGURE.c.scope.in_(identity.ids_within(chain.nearest))]
    return _rows(session, [_FIGURE.c.key == key, or_(*scopes)])


def counting(session: Session) -> list[FigureRow]:
    """Every entry that counts anywhere on any day."""
    return _rows(session, [_FIGURE.c.state == IN_FORCE])


def pending(session: Session, regions: Iterable[identity.RegionRef]) -> list[FigureRow]:
    """What waits for a second person in any of these regions and below."""
    inside = [_FIGURE.c.scope.in_(identity.ids_within(region)) for region in regions]
    return _rows(session, [_FIGURE.c.state == PENDING, or_(*inside)]) if inside else []


def _rows(session: Session, wanted: Iterable[ColumnElement[bool]]) -> list[FigureRow]:
    return [FigureRow(*row) for row in session.execute(select(*_COLUMNS).where(*wanted).order_by(*_LATEST_FIRST))]
