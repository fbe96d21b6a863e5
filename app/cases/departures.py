"""Somebody is no longer covered by an award, by another programme (E3) or by death: what remains is calculated again.

A process of the award's programme whose start event says `follows="members"` does it, by a job of its own
(docs/adr/0005). Until it has, no batch pays the award.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.cases import awards
from app.cases.effects.awards import LEFT
from app.core.clock import local_date
from app.core.errors import Gone, NotEligible, NotFound
from app.definitions import queries as definitions
from app.definitions.bundle import Bundle
from app.definitions.errors import BundleError
from app.funds import queries as orders
from app.identity import queries as identity
from app.jobs.operations import DueJob
from app.jobs.runner import Claim, DatabaseHandler
from app.registry import members
from app.registry import operations as registry
from app.registry.queries import AwardState

ENDING, RECHECK = "ending", awards.PROCESSES[awards.RECHECK]


def _begin(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """Calculate the award again, or have people look where there is no process or no record to calculate from."""
    claim()
    try:
        award = registry.award_in_payment(session, job.reference or "")
    except (NotFound, Gone):
        return
    if awards.postponed(session, award.id, job, now):
        return
    if award.recount_since is None:
        return  # the case that told it has calculated already
    departure = _departure(session, award, job.payload)
    bundle = _bundle(session, award, now)
    by_people = RECHECK if departure["remaining"] else ENDING
    if bundle is None or not (bundle.following_members or by_people in bundle.processes):
        _end(session, award, departure, now)
        return
    for process in bundle.following_members or [by_people]:
        try:
            awards.begin(session, award.id, process, now, {"departure": departure})
        except NotEligible:
            awards.begin(session, award.id, RECHECK, now)


def _departure(session: Session, award: AwardState, told: dict[str, Any]) -> dict[str, Any]:
    """What the process reads: whom the award's last calculation counts and it covers no more, and since which month;
    what was paid for it and later."""
    covered = members.numbers_of(session, award.id)
    counted = [each["id_number"] for each in (award.facts.get("assessed") or {}).get("members") or []]
    left = [number for number in counted or [award.id_number] if number not in covered]
    remaining = len(set(covered.values()))
    since = award.recount_since or told["starts_on"]
    paid = orders.overpaid(session, since, award_id=award.id)
    return {**told, "left": left, "remaining": remaining, "overpaid": paid,
            "starts_on": since if remaining else told["starts_on"]}  # fmt: skip


def _bundle(session: Session, award: AwardState, now: datetime) -> Bundle | None:
    """The programme as it is deployed where the award is; none for what is paid here and was never deployed."""
    chain = identity.chain(session, award.region_id)
    try:
        return definitions.resolve(session, award.programme, chain.ids, local_date(now))
    except (NotFound, BundleError):
        return None


def _end(session: Session, award: AwardState, departure: dict[str, Any], now: datetime) -> None:
    if departure["remaining"] == 0:
        day = max(award.starts_on, departure["starts_on"])
        registry.end_award(session, award.id, on=day, reason=departure["reason"], now=now)


HANDLERS: dict[str, DatabaseHandler] = {LEFT: _begin}
