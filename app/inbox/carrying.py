"""Open work goes along when a division ends in another."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.db import rows_changed
from app.identity.divisions import Move
from app.inbox.queries import ITEM

_COLUMNS = ("county_id", "township_id", "village_id")


def carry(session: Session, move: Move, case_ids: Sequence[str]) -> int:
    """Readdress the open items of these cases to the offices that go on; how many had another office."""
    mine = ITEM.c.case_id.in_(case_ids) & (ITEM.c.status == "open")
    session.execute(update(ITEM).where(mine).values(move.columns(*_COLUMNS)))
    moved = 0
    for before, after in move.offices:
        address = {"office_id": after.id, "candidate": ITEM.c.position.concat(f"@{after.id}")}
        moved += rows_changed(session, update(ITEM).where(mine, ITEM.c.office_id == before.id).values(address))
    return moved
