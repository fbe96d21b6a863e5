"""What was brought in: the list, and one with its totals, its differences and how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.actor import SYSTEM, Actor
from app.core.errors import NotFound
from app.core.exact_json import load_json
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.takeover.models import Takeover, TakeoverPart
from app.takeover.operations import CONFIRM, ENTER


@dataclass(frozen=True, slots=True)
class Row:
    """One that was tried: `lines` are to be written, `done` of them were looked at, `written` are in."""

    id: str
    region_id: str
    status: str
    entered_by: str | None
    entered_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    lines: int
    done: int
    written: int

    @property
    def is_over(self) -> bool:
        return self.done == self.lines


@dataclass(frozen=True, slots=True)
class Details:
    """`told`: `{new, same, changed, changes, warnings, warned, totals}`; `refused`: (row, name, why)."""

    row: Row
    told: dict[str, Any]
    refused: list[tuple[int, str, str]]


def rows(session: Session, actor: Actor, limit: int = 20) -> list[Row]:
    """The newest of the actor's regions. Raises NotYours."""
    regions = reached(session, actor)
    query = _rows().order_by(Takeover.id.desc()).limit(limit)
    if actor.kind != SYSTEM.kind:
        query = query.where(Takeover.region_id.in_(regions))
    return [Row(*row) for row in session.execute(query)]


def details(session: Session, actor: Actor, takeover_id: str) -> Details:
    """Raises NotFound, NotYours."""
    found = session.execute(_rows().add_columns(Takeover.told).where(Takeover.id == takeover_id)).one_or_none()
    if found is None:
        raise NotFound("没有这次导入，请刷新列表")
    *values, told = found
    row, vault = Row(*values), session.info["vault"]
    chain = identity.chain(session, row.region_id)
    right = CONFIRM if identity_policy.covers(actor, chain, CONFIRM) else ENTER
    identity_policy.require_covers(session, actor, chain, right)
    parts = session.execute(
        select(TakeoverPart.id, TakeoverPart.refused)
        .where(TakeoverPart.takeover_id == takeover_id, TakeoverPart.refused.is_not(None))
        .order_by(TakeoverPart.place)
    )
    refused = [
        tuple(each) for id, sealed in parts for each in load_json(vault.open(sealed, "takeover_part", "refused", id))
    ]
    return Details(row, load_json(vault.open(told, "takeover", "told", takeover_id)), refused)


def reached(session: Session, actor: Actor) -> Sequence[str]:
    """The regions for which the actor may bring in awards or confirm it. Raises NotYours where there is none."""
    found = identity_policy.region_ids(actor, ENTER) | identity_policy.region_ids(actor, CONFIRM)
    if not found:
        identity_policy.require_any(session, actor, ENTER)
    return sorted(found)


def _rows() -> Any:
    parts = select(
        TakeoverPart.takeover_id,
        func.sum(TakeoverPart.count).label("lines"),
        func.coalesce(func.sum(TakeoverPart.count).filter(TakeoverPart.done_at.is_not(None)), 0).label("done"),
        func.coalesce(func.sum(TakeoverPart.written), 0).label("written"),
    ).group_by(TakeoverPart.takeover_id).subquery()  # fmt: skip
    columns = ("id", "region_id", "status", "entered_by", "entered_at", "decided_by", "decided_at")
    sums = (parts.c.lines, parts.c.done, parts.c.written)
    return select(*(getattr(Takeover, name) for name in columns), *sums).join(parts, parts.c.takeover_id == Takeover.id)
