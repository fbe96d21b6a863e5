"""Work of cases and awards that no task stands for: incidents, what is owed, what is due and has not begun."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Select, exists, func, literal, literal_column

from app.cases import obligations
from app.cases.lists import unresolved, visible
from app.cases.models import Case, CaseRequest, Incident, Owed
from app.cases.policy import OBJECTIONS
from app.cases.requests import ACCOUNT, APPEAL
from app.core.actor import Actor
from app.db.duties import duty
from app.identity import policy as identity_policy
from app.identity.reach import near
from app.publicity.leads import LEAD
from app.registry.lookups import AWARD, PERSON
from app.registry.queries import IN_PAYMENT

INCIDENT, OWED, RECHECK, VISIT, HINT, REQUEST = "incident", "owed", "recheck", "visit", "lead", "request"
REQUESTS = {ACCOUNT: "更正收款账户", APPEAL: "申诉"}


def incidents(actor: Actor) -> Select[tuple[object, ...]]:
    """Steps that failed, in the regions where the actor mends them."""
    found = duty(
        INCIDENT, id=Incident.id, title=func.substr(Incident.message, 1, 100), subject=Case.applicant_name,
        programme=Case.programme, number=Case.number, case_id=Case.id, township_id=Case.township_id,
        village_id=Case.village_id, arrived_at=Incident.raised_at,
    )  # fmt: skip
    found = found.select_from(Incident).join(Case, Case.id == Incident.case_id)
    return found.where(*unresolved(actor))


def owed(actor: Actor) -> Select[tuple[object, ...]]:
    """What has to be supplied after the fact (B2) and what is claimed back, where the actor steers cases."""
    found = duty(
        OWED, id=Owed.id, title=Owed.title, subject=Case.applicant_name, programme=Case.programme, number=Case.number,
        case_id=Case.id, township_id=Case.township_id, village_id=Case.village_id, due_on=obligations.DUE,
        arrived_at=Owed.since,
    )  # fmt: skip
    found = found.select_from(Owed).join(Case, Case.id == Owed.case_id)
    return found.where(*obligations.open_to(actor, "steer_cases"))


def leads(actor: Actor) -> Select[tuple[object, ...]]:
    """What was reported of a notice and nobody has looked into, where the actor handles objections."""
    found = duty(
        HINT, id=LEAD.c.id, title=literal("公示线索待核实"), subject=Case.applicant_name, programme=Case.programme,
        number=Case.number, case_id=Case.id, township_id=Case.township_id, village_id=Case.village_id,
        arrived_at=LEAD.c.received_at,
    )  # fmt: skip
    found = found.select_from(LEAD).join(Case, Case.id == LEAD.c.case_id)
    return found.where(
        LEAD.c.settled_at.is_(None), near(actor, OBJECTIONS, LEAD.c.county_id), visible(actor, OBJECTIONS)
    )


def requests(actor: Actor, kind: str, capability: str) -> Select[tuple[object, ...]]:
    """What applicants ask of the office and nobody answered, where the actor may."""
    found = duty(
        REQUEST, id=CaseRequest.id, title=literal(REQUESTS[kind]), subject=Case.applicant_name,
        programme=Case.programme, number=Case.number, case_id=Case.id, township_id=Case.township_id,
        village_id=Case.village_id, arrived_at=CaseRequest.asked_at,
    )  # fmt: skip
    found = found.select_from(CaseRequest).join(Case, Case.id == CaseRequest.case_id)
    waiting = CaseRequest.status == literal_column("'waiting'")
    mine = near(actor, capability, CaseRequest.county_id), visible(actor, capability)
    return found.where(waiting, CaseRequest.kind == kind, *mine)


def due_awards(actor: Actor, today: date) -> list[Select[tuple[object, ...]]]:
    """Re-checks (D6, E13) and visits (E11) of the actor's own township or village that are due and have not begun.

    One statement per place and kind, each a range of one index.
    """
    regions = identity_policy.reached(actor, "start_processes")
    places = [AWARD.c.township_id if region.level == "township" else AWARD.c.region_id for region in regions]
    begun = exists().where(Case.award_id == AWARD.c.id, Case.closed_at.is_(None))
    kinds = ((RECHECK, "复核到期", AWARD.c.recheck_on), (VISIT, "探访到期", AWARD.c.visit_on))
    return [
        duty(
            kind, id=AWARD.c.id, title=literal(title), subject=PERSON.c.name, programme=AWARD.c.programme,
            number=AWARD.c.case_number, region_id=AWARD.c.region_id, due_on=column, amount=AWARD.c.amount,
        )
        .select_from(AWARD.join(PERSON, PERSON.c.id == AWARD.c.person_id))
        .where(place == region.id, AWARD.c.status == IN_PAYMENT, column <= today, ~begun)
        for kind, title, column in kinds
        for place, region in zip(places, regions, strict=True)
    ]  # fmt: skip
