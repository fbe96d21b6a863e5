"""Staff who leave: what they still hold goes back to the office, in the transaction in which they leave."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, bindparam, select, update
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import SYSTEM, Actor
from app.core.clock import local_date
from app.db import Prepared
from app.identity import absence, appointed, roster, staff
from app.identity import policy as identity_policy
from app.identity.roster import Done, Plan
from app.inbox.queries import ITEM
from app.messages import operations as messages

_LEFT = (
    select(ITEM.c.id, ITEM.c.assignee_id, ITEM.c.candidate, ITEM.c.case_number)
    .where(ITEM.c.status == "open", ITEM.c.assignee_id.is_not(None))
    .where(~appointed.holds(ITEM.c.assignee_id, ITEM.c.position, ITEM.c.office_id, bindparam("on", type_=Date)))
    .order_by(ITEM.c.id)
    .with_for_update()
)
"""What is claimed by somebody who does not hold its position on the day `on`."""
_ALL_LEFT = Prepared(_LEFT)
_LEFT_BY = Prepared(_LEFT.where(ITEM.c.assignee_id.in_(bindparam("user_ids", expanding=True))))


def end_appointment(session: Session, actor: Actor, appointment_id: str, on: date, now: datetime) -> int:
    """As `staff.end_appointment`; how many claimed items went back."""
    user_id = staff.end_appointment(session, actor, appointment_id, on, now)
    return give_back(session, actor, now, [user_id])


def deactivate(session: Session, actor: Actor, user_id: str, now: datetime) -> int:
    """As `staff.deactivate_user`; how many claimed items went back."""
    staff.deactivate_user(session, actor, user_id, now)
    return give_back(session, actor, now, [user_id])


def move(
    session: Session, actor: Actor, appointment_id: str, office_id: str, position: str, on: date, now: datetime
) -> int:
    """From a day on the person holds another position, here or elsewhere, instead of this one.

    How many claimed items went back. Raises what ending and appointing raise.
    """
    user_id = staff.end_appointment(session, actor, appointment_id, on, now)
    staff.appoint(session, actor, user_id, office_id, position, now=now, valid_from=on)
    return give_back(session, actor, now, [user_id])


def plan_import(session: Session, actor: Actor, content: bytes, now: datetime) -> Plan:
    """What a file of people would do, with all its faults. Raises NotYours, and Invalid (file) for no such file."""
    identity_policy.require_any(session, actor, "keep_people")
    reach = None if actor.kind == SYSTEM.kind else identity_policy.region_ids(actor, "keep_people")
    return roster.plan(session, content, reach, local_date(now))


def import_staff(session: Session, actor: Actor, content: bytes, now: datetime) -> Done:
    """Bring in a file of people, all of it. Raises what `plan_import` does, and Invalid with every fault by row."""
    made = plan_import(session, actor, content, now)
    made.faults.refuse()
    done = roster.apply(session, actor, made, now)
    if done.leaving:
        give_back(session, actor, now, done.leaving)
    return done


def give_back(session: Session, actor: Actor, now: datetime, user_ids: Collection[str] | None = None) -> int:
    """Open items that are claimed by somebody who does not hold their position today wait for the office again.

    `user_ids`: only what these hold. How many.
    """
    given: dict[str, Any] = {"on": local_date(now)}
    rows = _ALL_LEFT.all(session, **given) if user_ids is None else _LEFT_BY.all(session, user_ids=user_ids, **given)
    if rows:
        mine = ITEM.c.id.in_([row.id for row in rows])
        session.execute(update(ITEM).where(mine).values(assignee_id=None, claimed_at=None))
        told = [{"case": row.case_number, "item": row.id, "from": row.assignee_id, "to": row.candidate} for row in rows]
        audit.append(session, staff.AUDIT_CHAIN, "work_given_back", actor, {"items": told}, None, now, shared=True)
    return len(rows)


def enter_absence(
    session: Session, actor: Actor, appointment_id: str, deputy_id: str, *,
    kind: str, first: date, last: date | None, now: datetime,
) -> None:  # fmt: skip
    """As `absence.enter`; the deputy and the person are told, where another entered it."""
    away = absence.enter(session, actor, appointment_id, deputy_id, kind=kind, first=first, last=last, now=now)
    _tell_both(session, actor, "deputy", away, now)


def end_absence(session: Session, actor: Actor, absence_id: str, now: datetime) -> int:
    """As `absence.end`; how many items that the deputy had claimed wait for the office again. Both are told."""
    away = absence.end(session, actor, absence_id, now)
    _tell_both(session, actor, "deputy_over", away, now)
    return give_back(session, actor, now, [away.deputy_id])


def _tell_both(session: Session, actor: Actor, kind: str, away: absence.Away, now: datetime) -> None:
    days = f"{away.valid_from}起" if away.last_day is None else f"{away.valid_from} 至 {away.last_day}"
    about = messages.About("", "", f"{away.name}的{away.title}工作，{days}")
    messages.tell(session, [away.deputy_id, away.user_id], kind, about, actor, now)
