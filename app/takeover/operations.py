"""Bringing in what an office already pays: tried by one person, confirmed by another, written in parts by jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import SYSTEM, Actor
from app.core.clock import local_date
from app.core.errors import Gone, NotFound, NotYours
from app.core.exact_json import dump_json
from app.core.ids import new_id
from app.definitions import queries as definitions
from app.definitions.bundle import Bundle
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.jobs import operations as jobs
from app.takeover import file, planning, sums
from app.takeover.lines import Line
from app.takeover.models import CONFIRMED, DROPPED, PROPOSED, Takeover, TakeoverPart
from app.takeover.planning import Plan
from app.takeover.standing import chunks
from app.takeover.writing import WRITE

ENTER, CONFIRM = "take_over_awards", "confirm_takeovers"
PART = 200
"""Awards in one job: short enough that nobody waits for its locks."""
SHOWN = 2000
TOLD_EVERY = 1000
Tell = Callable[[int, int], None]


def plan(
    session: Session, actor: Actor, contents: Sequence[bytes], now: datetime, tell: Tell = lambda done, total: None
) -> Plan:
    """What files would bring in, with all their faults and warnings; nothing is written.

    `tell` is told now and then how many of how many lines were compared. Raises NotYours, and Invalid (file) for what
    is no such file.
    """
    reach = None if actor.kind == SYSTEM.kind else _reach(session, actor)
    made = planning.plan(session, contents, _bundles(session, actor, now), reach, local_date(now))
    if not len(made.findings) and made.lines:
        tell(0, len(made.lines))
        sums.compare(session, _told(made.lines, tell), made.findings, now)
    return made


def _told(lines: Sequence[Line], tell: Tell) -> Iterator[Line]:
    for number, line in enumerate(lines, 1):
        yield line
        if number % TOLD_EVERY == 0 or number == len(lines):
            tell(number, len(lines))


def propose(session: Session, actor: Actor, made: Plan, now: datetime) -> str | None:
    """Keep a plan without faults until somebody else confirms it; its id, None where it changes nothing.

    Raises Invalid where there is a fault.
    """
    made.refuse()
    if not made.lines:
        return None
    takeover_id, vault = new_id(), session.info["vault"]
    told = {
        "new": made.new, "same": made.same, "changed": made.changed[:SHOWN], "changes": len(made.changed),
        "warnings": made.findings.warnings[:SHOWN], "warned": len(made.findings.warnings),
        "totals": planning.as_rows(made.totals),
    }  # fmt: skip
    row = {
        "id": takeover_id, "region_id": home(session, actor), "status": PROPOSED, "entered_by": actor.user_id,
        "entered_at": now, "told": vault.seal(dump_json(told).encode(), "takeover", "told", takeover_id),
    }  # fmt: skip
    session.execute(insert(Takeover).values(row))
    parts = [_part(vault, takeover_id, place, lines) for place, lines in enumerate(chunks(made.lines, PART))]
    session.execute(insert(TakeoverPart), parts)
    counts = {"new": made.new, "changed": len(made.changed), "same": made.same, "totals": told["totals"]}
    _tell(session, takeover_id, "proposed", actor, now, **counts)
    return takeover_id


def confirm(session: Session, actor: Actor, takeover_id: str, now: datetime) -> None:
    """Let it be written, by another person than the one who entered it. Raises NotFound, NotYours, Gone."""
    found = _locked(session, actor, takeover_id, CONFIRM)
    if found.entered_by == actor.user_id:
        raise NotYours("导入须由另一人确认，不能确认自己录入的")
    _decide(session, actor, found, CONFIRMED, now)
    parts = session.scalars(select(TakeoverPart.id).where(TakeoverPart.takeover_id == takeover_id)).all()
    jobs.enqueue_all(
        session, [jobs.NewJob(WRITE, {}, now, f"{WRITE}:{each}", None, jobs.BULK, reference=each) for each in parts]
    )


def drop(session: Session, actor: Actor, takeover_id: str, now: datetime) -> None:
    """Give it up: by who may confirm it, or who may enter it. Raises NotFound, NotYours, Gone."""
    right = CONFIRM if identity_policy.may(actor, CONFIRM) else ENTER
    found = _locked(session, actor, takeover_id, right)
    _decide(session, actor, found, DROPPED, now)
    session.execute(update(TakeoverPart).where(TakeoverPart.takeover_id == takeover_id).values(lines=None))


def empty_file(session: Session, actor: Actor, now: datetime) -> bytes:
    """The workbook to fill in, with the columns that the programmes of the actor's regions ask for. Raises NotYours."""
    bundles = _bundles(session, actor, now)
    return file.template(bundles)


def home(session: Session, actor: Actor) -> str:
    """The region whose people confirm: the widest for which the actor may bring in awards."""
    chains = [identity.chain(session, region_id) for region_id in sorted(_reach(session, actor))]
    return min(chains, key=lambda chain: (len(chain.refs), chain.nearest.code)).nearest.id


def _bundles(session: Session, actor: Actor, now: datetime) -> list[Bundle]:
    """The releases that hold somewhere in the regions for which the actor may bring in awards. Raises NotYours."""
    found: dict[str, Bundle] = {}
    for region_id in sorted(_reach(session, actor)):
        for each in definitions.reaching(session, identity.chain(session, region_id), local_date(now)):
            found[each.release_id or each.content_hash] = each
    return list(found.values())


def _reach(session: Session, actor: Actor) -> frozenset[str]:
    identity_policy.require_any(session, actor, ENTER)
    return identity_policy.region_ids(actor, ENTER)


def _part(vault: Any, takeover_id: str, place: int, lines: Sequence[Any]) -> dict[str, Any]:
    part_id = new_id()
    kept = dump_json([line.as_kept() for line in lines]).encode()
    return {"id": part_id, "takeover_id": takeover_id, "place": place, "count": len(lines),
            "lines": vault.seal(kept, "takeover_part", "lines", part_id)}  # fmt: skip


def _locked(session: Session, actor: Actor, takeover_id: str, right: str) -> Takeover:
    found = session.scalar(select(Takeover).where(Takeover.id == takeover_id).with_for_update())
    if found is None:
        raise NotFound("没有这次导入，请刷新列表")
    identity_policy.require_covers(session, actor, identity.chain(session, found.region_id), right)
    return found


def _decide(session: Session, actor: Actor, found: Takeover, status: str, now: datetime) -> None:
    if found.status != PROPOSED:
        raise Gone("这次导入已经确认或者作废，请刷新页面")
    found.status, found.decided_by, found.decided_at = status, actor.user_id, now
    session.flush()
    _tell(session, found.id, status, actor, now)


def _tell(session: Session, takeover_id: str, kind: str, actor: Actor, now: datetime, **told: Any) -> None:
    audit.append(session, f"takeover:{takeover_id}", kind, actor, told, None, now, shared=True)
