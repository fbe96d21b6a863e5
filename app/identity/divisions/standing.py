"""The divisions and their offices as they stand, read whole: a province has some thousands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.identity.models import Office, Region
from app.identity.positions import CODE_LENGTHS, INSTITUTION
from app.identity.queries import in_force, region_by_code, within

LEVEL_COLUMNS = ("province_id", "city_id", "county_id", "township_id")


class Stands(NamedTuple):
    """A division with its own office, where it has one."""

    id: str
    code: str
    name: str
    level: str
    parent_id: str | None
    province_id: str | None
    city_id: str | None
    county_id: str | None
    township_id: str | None
    valid_from: date | None
    valid_until: date | None
    successor_id: str | None
    office_id: str | None
    office: str | None
    short: str | None
    phone: str | None


_COLUMNS = [getattr(Region, name) for name in Stands._fields[:12]]
_STANDING = (
    select(*_COLUMNS, Office.id, Office.name, Office.short_name, Office.phone)
    .outerjoin(Office, (Office.region_id == Region.id) & (Office.kind != INSTITUTION))
    .order_by(Region.code, Region.valid_from)
)


@dataclass
class Standing:
    """All divisions by id, and by code in the order in which they stood."""

    by_id: dict[str, Stands] = field(default_factory=dict)
    by_code: dict[str, list[Stands]] = field(default_factory=dict)
    below: dict[str | None, list[Stands]] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session) -> Standing:
        found = cls()
        for row in session.connection().execute(_STANDING):
            stands = Stands(*row)
            found.by_id[stands.id] = stands
            found.by_code.setdefault(stands.code, []).append(stands)
            found.below.setdefault(stands.parent_id, []).append(stands)
        return found

    def latest(self, code: str) -> Stands | None:
        """The one of this code that stands without an end, or else that ended last."""
        rows = self.by_code.get(code, [])
        return max(rows, key=lambda row: row.valid_until or date.max, default=None)


def find(
    session: Session, on: date, *, code: str | None = None, text: str = "", after: str = "", limit: int | None = None
) -> Sequence[Stands]:
    """Divisions that stand on a day, by code: those within one, and with a text in name or code. Raises NotFound."""
    query = _STANDING.where(in_force(Region, on), Region.code > after)
    if code:
        query = query.where(within(region_by_code(session, code, on)))
    if text:
        query = query.where(or_(Region.name.contains(text, autoescape=True), Region.code.startswith(text)))
    return [Stands(*row) for row in session.connection().execute(query.limit(limit))]


def export_rows(session: Session, rows: Iterable[Stands]) -> list[list[str]]:
    """Rows of a file (`COLUMNS`) which, brought in again, changes nothing."""
    rows = list(rows)
    named = {row.parent_id for row in rows} | {row.successor_id for row in rows}
    codes = dict(session.execute(select(Region.id, Region.code).where(Region.id.in_(named - {None}))).tuples().all())
    return [_cells(row, codes.get(row.parent_id or "", ""), codes.get(row.successor_id or "", "")) for row in rows]


def _cells(row: Stands, parent: str, successor: str) -> list[str]:
    told = "" if row.code.startswith(parent) else _whole(parent)
    days = [day.isoformat() if day else "" for day in (row.valid_from, row.valid_until)]
    return [_whole(row.code), row.name, told, *days, _whole(successor) if successor else "",
            row.office or "", row.short or "", row.phone or ""]  # fmt: skip


def _whole(code: str) -> str:
    return code.ljust(CODE_LENGTHS["village"], "0")
