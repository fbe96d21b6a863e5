"""Floors (底线) that the law sets to what may be entered (D12, E8, E20), as the catalogue states them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app.core.errors import Invalid
from app.figures.entries import Entry
from app.figures.errors import FigureMissing
from app.figures.reader import FigureReader
from app.identity.queries import RegionChain


class Floor(NamedTuple):
    """One floor held against a value. `kept` is None where the figure it rests on is `missing` (its title and key)."""

    clause: str
    message: str
    refuses: bool
    kept: bool | None
    missing: str | None = None

    @property
    def told(self) -> str:
        """What to tell who enters the value, where the floor is not kept."""
        if self.kept is None:
            return f"未能核对“{self.message}”：缺少{self.missing}"
        return f"{self.message}（{self.clause}）"

    @property
    def refusal(self) -> Invalid | None:
        """Raised for a value that may not be entered; None where the floor does not forbid it."""
        if not self.refuses or self.kept is not False:
            return None
        told = f"{self.told}。请按底线改正数值；底线所依据的标准有误的，请先更正那一项"
        return Invalid({"value": told}, clause=self.clause)


def assess(session: Session, entry: Entry, value: Decimal, chain: RegionChain, valid_from: date) -> list[Floor]:
    """Every floor that applies to a value of a region from a day, read with the figures in force on that day."""
    codes = frozenset(ref.code for ref in chain.refs)
    scope: Mapping[str, Any] = {
        "value": value,
        "month12": value * 12,
        "figure": FigureReader(session, chain.ids, valid_from, chain.full_name),
    }
    floors = []
    for check in entry.checks:
        if not check.applies(codes, valid_from):
            continue
        try:
            kept = check.expect.evaluate(scope) is True
        except FigureMissing as missing:
            named = f"“{missing.title}”（{missing.key}）"
            floors.append(Floor(check.clause, check.message, check.refuses, None, named))
        else:
            floors.append(Floor(check.clause, check.message, check.refuses, kept))
    return floors


def require(session: Session, entry: Entry, value: Decimal, chain: RegionChain, valid_from: date) -> tuple[str, ...]:
    """What to tell of floors that advise or could not be held. Raises Invalid (`value`): one that refuses fails."""
    floors = [floor for floor in assess(session, entry, value, chain, valid_from) if not floor.kept]
    for floor in floors:
        if floor.refusal is not None:
            raise floor.refusal
    return tuple(floor.told for floor in floors)
