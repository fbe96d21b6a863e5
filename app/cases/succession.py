"""Divisions that end (撤乡并镇): running cases and all that belongs to them go on where the division goes on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import audit
from app.cases import finding
from app.cases.models import CaseRequest, Incident, Owed
from app.cases.store import CASE
from app.core.actor import SYSTEM, Actor
from app.core.clock import local_date, midnight
from app.core.ids import new_id
from app.funds import carrying as funds
from app.identity import divisions
from app.identity import policy as identity_policy
from app.identity.divisions import Done, Move, Plan
from app.inbox import carrying as inbox
from app.jobs import operations as jobs
from app.jobs.operations import DueJob
from app.jobs.runner import Claim
from app.publicity import carrying as publicity
from app.publicity import leads
from app.registry import carrying as registry

CARRY = "regions.carry"
_COLUMNS = ("region_id", "province_id", "county_id", "township_id", "village_id")


def plan_import(session: Session, actor: Actor, content: bytes, now: datetime) -> Plan:
    """What a file of divisions would do, with all its faults. Raises NotYours, and Invalid (file) for no such file."""
    identity_policy.require_any(session, actor, "keep_people")
    reach = None if actor.kind == SYSTEM.kind else identity_policy.region_ids(actor, "keep_people")
    lines, faults = divisions.read_lines(content)
    standing = divisions.Standing.of(session)
    return divisions.plan(standing, lines, faults, reach, lambda ids: running(session, ids))


def import_regions(session: Session, actor: Actor, content: bytes, now: datetime) -> Done:
    """Bring in a file of divisions, all of it. Raises what `plan_import` does, and Invalid with every fault by row."""
    made, today = plan_import(session, actor, content, now), local_date(now)
    made.faults.refuse()
    done = divisions.apply(session, actor, made, now)
    carry(session, actor, divisions.moves_due(session, made, today), now)
    later = divisions.moves_later(made, today)
    jobs.enqueue_all(
        session,
        [jobs.NewJob(CARRY, {}, midnight(on), dedup=f"{CARRY}:{id}", reference=id) for id, on in later],
    )
    return done


def running(session: Session, region_ids: Collection[str]) -> dict[str, str]:
    """What still runs in divisions: 3 个在办案件、12 个在保对象."""
    if not region_ids:
        return {}
    mine = CASE.c.region_id.in_(region_ids) & CASE.c.closed_at.is_(None)
    counts = select(CASE.c.region_id, func.count()).where(mine).group_by(CASE.c.region_id)
    cases = dict(session.execute(counts).tuples().all())
    awards = registry.in_payment(session, region_ids)
    told: dict[str, list[str]] = {}
    for found, what in ((cases, "个在办案件"), (awards, "个在保对象")):
        for region_id, count in found.items():
            told.setdefault(region_id, []).append(f" {count} {what}")
    return {region_id: "、".join(parts) for region_id, parts in told.items()}


def carry(session: Session, actor: Actor, moves: Sequence[Move], now: datetime) -> None:
    """Running cases, their work, notices, money and awards go along. Cases are locked first, as everywhere."""
    cases = [_carry_cases(session, actor, move, now) for move in moves]
    for move, case_ids in zip(moves, cases, strict=True):
        moved = {
            "cases": len(case_ids),
            "work_items": inbox.carry(session, move, case_ids),
            "notices": publicity.carry(session, move),
            "orders": funds.carry(session, actor, move, now),
            "awards": registry.carry(session, move),
        }
        divisions.carry(session, actor, move, moved, now)


def _carry_cases(session: Session, actor: Actor, move: Move, now: datetime) -> list[str]:
    """Each running case keeps in its own chain that it went along."""
    head = select(CASE.c.id, CASE.c.audit_seq, CASE.c.audit_hash, CASE.c.version)
    mine = (CASE.c.region_id == move.old.nearest.id) & CASE.c.closed_at.is_(None)
    rows = session.execute(head.where(mine).order_by(CASE.c.filed_at, CASE.c.id).with_for_update()).all()
    told: Mapping[str, str] = {"before": move.old.nearest.code, "after": move.new.nearest.code}
    for row in rows:
        known = audit.Head(row.audit_seq, row.audit_hash)
        last = audit.append(session, f"case:{row.id}", "carried", actor, told, new_id(), now, previous=known)
        kept = {"audit_seq": last.seq, "audit_hash": last.hash, "version": row.version + 1}
        session.execute(update(CASE).where(CASE.c.id == row.id).values(**move.columns(*_COLUMNS), **kept))
    case_ids = [row.id for row in rows]
    county_id = move.columns("county_id")["county_id"]
    finding.carry(session, case_ids, county_id)
    leads.carry(session, case_ids, county_id)
    for table in (Incident, Owed, CaseRequest):
        session.execute(update(table).where(table.case_id.in_(case_ids)).values(county_id=county_id))
    return case_ids


def carry_due(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """The day on which a division ends has come."""
    move = divisions.move_of(session, job.reference or "")
    if move is not None:
        carry(session, SYSTEM, [move], now)
    claim()


HANDLERS = {CARRY: carry_due}
