"""Entries of figures as lists, pages and machines show them, people by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from app.core.clock import local_date
from app.figures.catalogue import catalogue
from app.figures.models import DEMO, IN_FORCE, PENDING, PRODUCT, REJECTED, STORY, SUPERSEDED
from app.figures.queries import FigureRow
from app.identity import appointed
from app.identity import queries as identity

STATES: Mapping[str, str] = MappingProxyType(
    {PENDING: "待确认", IN_FORCE: "有效", SUPERSEDED: "已被取代", REJECTED: "已退回"}
)
_ORIGINS = {PRODUCT: "随产品安装", DEMO: "演示数据", STORY: "故事设定"}


@dataclass(frozen=True, slots=True)
class Told:
    """`display` is the value with its unit (360 元); `since` and `until` bound its days, the second excluded.

    `place` is the name of the region. `entered_by` and `decided_by` are names; None where nobody did.
    """

    id: str
    key: str
    title: str
    value: Decimal
    unit: str
    display: str
    region: str | None
    place: str
    since: date
    until: date | None
    state: str
    origin: str
    clause: str
    reason: str | None
    entered_by: str | None
    entered_on: date
    decided_by: str | None
    decided_on: date | None
    decision: str | None

    @property
    def state_title(self) -> str:
        return STATES[self.state]

    @property
    def who(self) -> str:
        """Who brought it, and who decided on it."""
        told = _ORIGINS.get(self.origin) or f"{self.entered_by or '随发布版'} {self.entered_on} 录入"
        if self.decided_by is None:
            return told
        return f"{told}，{self.decided_by} {self.decided_on} {'退回' if self.state == REJECTED else '确认'}"

    def as_dict(self) -> dict[str, Any]:
        """For machines; the days are called `from` and `until`, as they are entered."""
        told = asdict(self)
        return {"from" if name == "since" else name: value for name, value in told.items()}


def told(session: Session, rows: Sequence[FigureRow]) -> list[Told]:
    """The rows with titles and names; two statements for the names."""
    known = catalogue(session)
    places = identity.region_names(session, {row.scope for row in rows})
    people = appointed.user_names(session, [who for row in rows for who in (row.entered_by, row.decided_by) if who])

    def name(user_id: str | None) -> str | None:
        return None if user_id is None else people.get(user_id, user_id)

    def display(row: FigureRow) -> str:
        entry = known.figures.get(row.key)
        return entry.display(row.value) if entry else f"{row.value:f}"

    return [
        Told(
            id=row.id,
            key=row.key,
            title=known.title_of(row.key),
            value=row.value,
            unit=row.unit,
            display=display(row),
            region=row.region,
            place=places.get(row.scope, "全国"),
            since=row.valid_from,
            until=row.valid_until,
            state=row.state,
            origin=row.origin,
            clause=row.clause,
            reason=row.reason,
            entered_by=name(row.entered_by),
            entered_on=local_date(row.entered_at),
            decided_by=name(row.decided_by),
            decided_on=None if row.decided_at is None else local_date(row.decided_at),
            decision=row.decision,
        )
        for row in rows
    ]
