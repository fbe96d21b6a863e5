"""`figure.<key>` of expressions: read when it is needed, missing when it is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.figures import queries
from app.figures.catalogue import catalogue
from app.figures.errors import FigureMissing


class FigureReader(Mapping[str, Decimal]):
    """The figures in force for a region on a day, nearest region first; loaded in one query at the first read."""

    def __init__(self, session: Session, region_ids: Sequence[str], on: date, region_name: str) -> None:
        self._session, self._region_ids = session, tuple(region_ids)
        self._on, self._region_name = on, region_name
        self._found: Mapping[str, queries.InForce] | None = None
        self._told: dict[str, dict[str, Any]] = {}

    def __getitem__(self, key: str) -> Decimal:
        """Raises FigureMissing, which is no KeyError: a missing figure is never quietly null."""
        row = self._in_force.get(key)
        if row is None:
            raise FigureMissing(key, catalogue(self._session).title_of(key), self._region_name, self._on)
        return row.value

    def __contains__(self, key: object) -> bool:
        """Whether there is such a figure, entered or not."""
        return key in catalogue(self._session).figures or key in self._in_force

    def __iter__(self) -> Iterator[str]:
        return iter(self._in_force)

    def __len__(self) -> int:
        return len(self._in_force)

    def entries(self, keys: Iterable[str]) -> list[dict[str, Any]]:
        """Where figures come from: `{key, value, region, valid_from, clause, id, on}`, for those that are in force.

        region is a code, None for everywhere; id is the entry's, `on` the day that was asked for.
        """
        return [self._entry(key) for key in keys if key in self._in_force]

    def _entry(self, key: str) -> dict[str, Any]:
        if key not in self._told:
            self._told[key] = {**self._in_force[key]._asdict(), "on": self._on}
        return self._told[key]

    @property
    def _in_force(self) -> Mapping[str, queries.InForce]:
        if self._found is None:
            self._found = queries.in_force(self._session, self._region_ids, self._on)
        return self._found


class AssumedFigures(FigureReader):
    """The figures as they would be if an entry that waits were confirmed: for a preview."""

    def __init__(
        self, session: Session, region_ids: Sequence[str], on: date, region_name: str, entry: queries.FigureRow
    ) -> None:
        super().__init__(session, region_ids, on, region_name)
        if entry.scope not in self._region_ids or not _holds(entry, on):
            return
        found = dict(queries.in_force(session, region_ids, on))
        nearer = self._region_ids[: self._region_ids.index(entry.scope)]
        if not queries.is_entered(session, entry.key, nearer, on) and not _is_later(found.get(entry.key), entry):
            found[entry.key] = queries.InForce(
                entry.key, entry.value, entry.region, entry.valid_from, entry.clause, entry.id
            )
        self._found = found


def _holds(entry: queries.FigureRow, on: date) -> bool:
    return entry.valid_from <= on and (entry.valid_until is None or on < entry.valid_until)


def _is_later(known: queries.InForce | None, entry: queries.FigureRow) -> bool:
    """Whether what counts in the entry's own region began after it."""
    return known is not None and known.region == entry.region and known.valid_from > entry.valid_from


class OptionalFigures(Mapping[str, Decimal | None]):
    """`optional_figure.<key>`: the figure, or null where none is in force: for floors held where known."""

    def __init__(self, figures: FigureReader) -> None:
        self._figures = figures

    def __getitem__(self, key: str) -> Decimal | None:
        try:
            return self._figures[key]
        except FigureMissing:
            return None

    def __contains__(self, key: object) -> bool:
        return key in self._figures

    def __iter__(self) -> Iterator[str]:
        return iter(self._figures)

    def __len__(self) -> int:
        return len(self._figures)
