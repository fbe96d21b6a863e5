"""The life of a figure: entered by one person and, where it changes money, counting once another has confirmed it.

Every act is on the audit chain "figures". Whoever changes figures waits for the others (`store.take_turn`), so that of
two at once the second sees what the first did.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import Actor
from app.core.clock import local_date, midnight
from app.core.errors import Duplicate, Gone, NotFound, NotYours
from app.figures import entering, floors, store
from app.figures.catalogue import catalogue
from app.figures.models import IN_FORCE, PENDING, PEOPLE, REJECTED, SUPERSEDED
from app.figures.store import FIGURE
from app.identity import appointed, policy
from app.identity import queries as identity
from app.jobs import operations as jobs

AUDIT_CHAIN = "figures"
CHANGED = "figure.changed"
"""The job of the day on which another value begins to hold: `reference` is the figure. Awards follow it (D15)."""
ENTERS, CONFIRMS = "enter_figures", "confirm_figures"
_DECIDED = {IN_FORCE: "已经确认", SUPERSEDED: "已经确认，后来又被取代", REJECTED: "已经被退回"}


@dataclass(frozen=True, slots=True)
class Entered:
    """`counts` is False while it waits for a second person. `notes`: advice, and floors that could not be held."""

    id: str
    counts: bool
    notes: tuple[str, ...] = ()


def propose(
    session: Session,
    actor: Actor,
    key: str,
    region_code: str,
    value: Any,
    *,
    valid_from: date,
    reason: str,
    now: datetime,
    valid_until: date | None = None,
    clause: str | None = None,
    always_waits: bool = False,
) -> Entered:
    """Enter a figure for a region and everything below it, from a day on.

    What the catalogue has confirmed, or `always_waits`, waits for `confirm`; the rest counts at once and takes the
    place of another entry of its key, region and day. `clause` defaults to the catalogue's. Raises NotYours (the actor
    may not enter figures for the region), Duplicate (one of this key, region and day waits already), Invalid (`key`,
    `region`, `value`, `from`, `until`, `clause`, `reason`; a floor that is not kept, with its clause).
    """
    store.take_turn(session)
    known = catalogue(session)
    entry = entering.entry_of(known, key)
    given = entering.Given(key, value, valid_from, valid_until, clause, reason)
    number = entering.require_sound(known, entry, given)
    chain = identity.chain_by_code(session, region_code, local_date(now))
    policy.require_covers(session, actor, chain, ENTERS)
    _require_none_waits(session, key, chain.nearest.id, valid_from)
    notes = floors.require(session, entry, number, chain, valid_from)
    row = store.row_of(
        entry, chain.nearest, number, valid_from, now,
        valid_until=valid_until, clause=clause or entry.clause, reason=reason.strip(), origin=PEOPLE,
        state=PENDING if always_waits or entry.is_confirmed else IN_FORCE, entered_by=actor.user_id,
    )  # fmt: skip
    _write(session, actor, row, region_code, now)
    return Entered(row["id"], row["state"] == IN_FORCE, notes)


def _write(session: Session, actor: Actor, row: dict[str, Any], region_code: str, now: datetime) -> None:
    counts = row["state"] == IN_FORCE
    store.write(session, row)
    if counts:
        _announce(session, row, now)
    told = {name: row[name] for name in ("key", "value", "valid_from", "valid_until", "clause", "reason")}
    kind = "figure_entered" if counts else "figure_proposed"
    _tell(session, actor, kind, row["id"], now, region=region_code, **told)


def assess(
    session: Session, actor: Actor, key: str, region_code: str, value: Any, *, valid_from: date, now: datetime
) -> list[floors.Floor]:
    """The floors held against a value that is still being typed (D12, E8, E20); nothing is entered.

    Raises as `propose` does for `key`, `region` and `value`, and NotYours.
    """
    known = catalogue(session)
    entry = entering.entry_of(known, key)
    number = entering.require_possible(entry, value)
    chain = identity.chain_by_code(session, region_code, local_date(now))
    policy.require_covers(session, actor, chain, ENTERS)
    return floors.assess(session, entry, number, chain, valid_from)


def confirm(session: Session, actor: Actor, figure_id: str, *, now: datetime) -> Entered:
    """Let an entry that waits count. Of two at once, one gets Gone.

    The floors are held again: what they rest on may have changed. Raises NotFound, NotYours (no right there, or one's
    own entry), Gone (decided already), Invalid (`value`).
    """
    store.take_turn(session)
    found, chain = _open(session, figure_id)
    policy.require_covers(session, actor, chain, CONFIRMS)
    _require_waiting(session, found)
    if actor.user_id is None or actor.user_id == found.entered_by:
        raise NotYours("录入的人不能自己确认，请由另一位有确认权限的人确认")
    entry = entering.entry_of(catalogue(session), found.key)
    notes = floors.require(session, entry, found.value, chain, found.valid_from)
    store.supersede(session, now, found.key, found.scope, FIGURE.c.valid_from == found.valid_from)
    _decide(session, actor, found, IN_FORCE, now)
    _announce(session, found._mapping, now)
    _tell(session, actor, "figure_confirmed", figure_id, now, key=found.key, value=found.value)
    return Entered(figure_id, True, notes)


def reject(session: Session, actor: Actor, figure_id: str, reason: str, *, now: datetime) -> None:
    """Send back an entry that waits; who entered it may take it back too.

    Raises NotFound, NotYours, Gone (decided already), Invalid (`reason`).
    """
    store.take_turn(session)
    found, chain = _open(session, figure_id)
    if actor.user_id is None or actor.user_id != found.entered_by:
        policy.require_covers(session, actor, chain, CONFIRMS)
    _require_waiting(session, found)
    reason = entering.require_reason(reason)
    _decide(session, actor, found, REJECTED, now, decision=reason)
    _tell(session, actor, "figure_rejected", figure_id, now, key=found.key, value=found.value, reason=reason)


def waits(session: Session, figure_id: str) -> bool:
    """Whether nobody has decided on an entry yet."""
    return session.scalar(select(FIGURE.c.state).where(FIGURE.c.id == figure_id)) == PENDING


def _require_none_waits(session: Session, key: str, scope: str, valid_from: date) -> None:
    same = (FIGURE.c.key == key) & (FIGURE.c.scope == scope) & (FIGURE.c.valid_from == valid_from)
    waiting = session.scalar(select(FIGURE.c.id).where(same, FIGURE.c.state == PENDING))
    if waiting is not None:
        raise Duplicate(f"同一标准、地区和生效日期已有一条等待确认（{waiting}），请先确认或退回它")


def _open(session: Session, figure_id: str) -> tuple[Any, identity.RegionChain]:
    """The row, and the region that it is for; what holds everywhere only the product brings."""
    found = session.execute(select(FIGURE).where(FIGURE.c.id == figure_id)).one_or_none()
    if found is None or found.region_id is None:
        raise NotFound(f"没有编号为 {figure_id} 的标准记录，请用 doudi figure list 核对")
    return found, identity.chain(session, found.region_id)


def _require_waiting(session: Session, found: Any) -> None:
    if found.state == PENDING:
        return
    decider = appointed.user_names(session, [found.decided_by]).get(found.decided_by) if found.decided_by else None
    by = f"由{decider}" if decider else ""
    raise Gone(f"这条记录{by}{_DECIDED[found.state]}，不用再办；要改请重新录入")


def _decide(session: Session, actor: Actor, found: Any, state: str, now: datetime, decision: str | None = None) -> None:
    mine = update(FIGURE).where(FIGURE.c.id == found.id)
    decided = {"decided_by": actor.user_id, "decided_at": now, "decision": decision}
    session.connection().execute(mine.values(state=state, **decided))


def _announce(session: Session, row: Any, now: datetime) -> None:
    """Work for the days from which another value holds; days that have passed are caught up with now."""
    today = local_date(now)
    days = {max(day, today) for day in (row["valid_from"], row["valid_until"]) if day is not None}
    for day in sorted(days):
        name = f"{CHANGED}:{row['id']}:{day}"
        jobs.enqueue(session, CHANGED, {}, max(midnight(day), now), name, priority=jobs.BULK, reference=row["id"])


def _tell(session: Session, actor: Actor, kind: str, figure_id: str, now: datetime, **told: Any) -> None:
    audit.append(session, AUDIT_CHAIN, kind, actor, told, figure_id, now, shared=True)
