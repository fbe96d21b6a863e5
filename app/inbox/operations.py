"""What people do with work items besides completing them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import Actor
from app.core.clock import SHANGHAI, local_date
from app.core.errors import Gone, NotFound, NotYours, Taken
from app.db import rows_changed
from app.drafts import operations as drafts
from app.drafts.queries import owner_of as whose
from app.drafts.queries import task
from app.identity import appointed
from app.identity.positions import title_of
from app.inbox.models import WorkItem
from app.inbox.queries import item

COPY = "copy"


def require_candidate(row: Any, actor: Actor) -> None:
    """Raises NotYours when the item is addressed to somebody else."""
    if row.candidate not in actor.candidates:
        raise NotYours(f"这项工作由{title_of(row.position)}办理，您没有这个岗位或不在这个地区")


def require_open(session: Session, row: Any, actor: Actor) -> None:
    """Raises Gone or Taken, saying who did what and when."""
    if row.status != "open":
        who = f"{row.closed_by_name}于{_moment(row.closed_at)}" if row.closed_by_name else f"于{_moment(row.closed_at)}"
        raise Gone(f"这项工作已由{who}办结或收回，请刷新待办")
    if row.assignee_id not in (None, actor.user_id) and not actor.stands_in_for(row.assignee_id, row.candidate):
        holder = appointed.user_names(session, [row.assignee_id]).get(row.assignee_id, "他人")
        raise Taken(f"这项工作已由{holder}于{_moment(row.claimed_at)}签收，如需由您办理，请先请其放回或转办")


def load(session: Session, actor: Actor, item_id: str) -> Any:
    """The open item that the actor may act on; raises NotFound, NotYours, Gone or Taken, in this order."""
    row = item(session, item_id)
    if row is None:
        raise NotFound("没有这项工作，请刷新待办")
    require_candidate(row, actor)
    require_open(session, row, actor)
    return row


def claim(session: Session, actor: Actor, item_id: str, now: datetime) -> None:
    """Sign for an item, so that others leave it alone."""
    row = load(session, actor, item_id)
    if row.assignee_id == actor.user_id:
        return
    free = (
        (WorkItem.id == item_id)
        & (WorkItem.status == "open")
        & WorkItem.assignee_id.is_not_distinct_from(
            row.assignee_id  # nobody, or whom the actor stands in for
        )
    )
    claimed = update(WorkItem).where(free).values(assignee_id=actor.user_id, claimed_at=now)
    if rows_changed(session, claimed) == 0:
        load(session, actor, item_id)
        return
    tell(session, row, "claimed", actor, now)


def unclaim(session: Session, actor: Actor, item_id: str, now: datetime) -> None:
    """Give an item back to everybody who holds the position."""
    row = load(session, actor, item_id)
    session.execute(update(WorkItem).where(WorkItem.id == item_id).values(assignee_id=None, claimed_at=None))
    tell(session, row, "released", actor, now)


def holder(session: Session, item_id: str) -> str | None:
    """Who has signed for an item."""
    row = item(session, item_id)
    return row.assignee_id if row is not None else None


def case_of(session: Session, item_id: str) -> str:
    """The case of an item. Raises NotFound."""
    row = item(session, item_id)
    if row is None:
        raise NotFound("没有这项工作，请刷新待办")
    return str(row.case_id)


def give(session: Session, row: Any, user_id: str | None, now: datetime) -> None:
    """Make somebody the one who signed for an open item, or nobody. Raises Gone, NotYours.

    Only who holds its position at its office can be. The caller says who may do that, and writes the audit.
    """
    if user_id and user_id not in {each.user_id for each in appointed.holders(session, row.candidate, local_date(now))}:
        raise NotYours(f"只能交给同一单位、同一岗位（{title_of(row.position)}）的人，请重新选择")
    mine = (WorkItem.id == row.id) & (WorkItem.status == "open")
    signed = {"assignee_id": user_id, "claimed_at": now if user_id else None}
    if rows_changed(session, update(WorkItem).where(mine).values(signed)) != 1:
        raise Gone("这项工作刚刚被他人办结或收回，请刷新待办")


def take_draft(session: Session, actor: Actor, item_id: str, draft_id: str, now: datetime) -> None:
    """Copy a colleague's draft, or one's own of another tab, into the own form. Raises NotFound."""
    row = load(session, actor, item_id)
    place = drafts.Place(whose(actor), actor.name, task(item_id))
    taken = drafts.take(session, place, draft_id, now)
    if taken.owner != place.owner:
        tell(session, row, "draft_taken_over", actor, now, of=taken.owner_name)


def acknowledge(session: Session, actor: Actor, item_id: str, now: datetime) -> None:
    """A copy (知会) was read. Raises Gone for work that must be done, not read."""
    row = load(session, actor, item_id)
    if row.kind != COPY:
        raise Gone("这项工作需要办理，不能标为已阅，请打开办理")
    name = actor.acting({row.candidate}).name
    values = {"status": "done", "closed_at": now, "closed_by": actor.user_id, "closed_by_name": name}
    session.execute(update(WorkItem).where(WorkItem.id == item_id, WorkItem.status == "open").values(values))


def tell(session: Session, row: Any, kind: str, actor: Actor, now: datetime, **told: Any) -> None:
    """In the item's own chain: its case is not locked for it."""
    told = {"case": row.case_id, "element": row.element_id, **told}
    named = actor.acting({row.candidate}, row.assignee_id)
    audit.append(session, f"work_item:{row.id}", kind, named, told, None, now, shared=True)


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else "此前"


def take_back_copies(session: Session, case_id: str, since: int, now: datetime) -> int:
    """Take away the unread copies (知会) that the case sent at audit number `since` and later; how many."""
    unread = (WorkItem.case_id == case_id) & (WorkItem.kind == COPY) & (WorkItem.status == "open")
    mine = unread & (WorkItem.created_seq >= since)
    return rows_changed(session, update(WorkItem).where(mine).values(status="cancelled", closed_at=now))
