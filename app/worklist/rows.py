"""One row of the list of work, whatever it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.core.priorities import ORDINARY, RANKS, URGENT
from app.inbox.queries import NO_DUE_DAY


@dataclass(frozen=True, slots=True)
class Row:
    """`kind` says where it is done, `id` of what. `more`: there are more of the kind than are shown.

    `timed`: a legal clock measures it; where it has no day all the same, the clock stands still.
    """

    kind: str
    id: str
    title: str
    subject: str
    programme: str
    step: str
    number: str
    case_id: str
    office_id: str
    position: str
    township_id: str | None
    village_id: str | None
    region_id: str | None
    due_on: date | None
    amount: Decimal | None
    arrived_at: datetime | None
    rank: int = RANKS[ORDINARY]
    status: str = "open"
    assignee_id: str | None = None
    claimed_at: datetime | None = None
    mine: bool = False
    closed_at: datetime | None = None
    count: int | None = None
    more: bool = False
    timed: bool = False

    @property
    def urgent(self) -> bool:
        return self.rank == RANKS[URGENT]

    @property
    def sort_on(self) -> date:
        return self.due_on or NO_DUE_DAY

    @property
    def place(self) -> tuple[int, date, str]:
        """Where it stands in a list that is sorted by what is due."""
        return self.rank, self.sort_on, self.id


def of_item(item: Any, candidates: frozenset[str]) -> Row:
    """A work item."""
    return Row(
        kind=item.kind, id=item.id, title=item.title, subject=item.subject, programme=item.programme,
        step=item.element_id, number=item.case_number, case_id=item.case_id, office_id=item.office_id,
        position=item.position, township_id=item.township_id, village_id=item.village_id, region_id=None,
        due_on=item.due_on, amount=item.amount, arrived_at=item.created_at, rank=item.rank, status=item.status,
        assignee_id=item.assignee_id, claimed_at=item.claimed_at, mine=item.candidate in candidates,
        closed_at=item.closed_at, timed=item.clock_id is not None,
    )  # fmt: skip


def of_duty(found: Any, *, more: bool) -> Row:
    """Work that no item stands for."""
    return Row(
        kind=found.kind, id=found.id, title=found.title or "", subject=found.subject or "", step="", office_id="",
        programme=found.programme or "", number=found.number or "", case_id=found.case_id or "", position="",
        township_id=found.township_id, village_id=found.village_id, region_id=found.region_id, due_on=found.due_on,
        amount=found.amount, arrived_at=found.arrived_at, count=found.count, mine=True, more=more,
    )  # fmt: skip
