"""An application comes in, or a process on an award begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any

from sqlalchemy import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import audit, engine
from app.cases import door, finding, guards, informing, persist, repeated, standing_decisions, store, tasks
from app.cases.action import Action, CaseHead
from app.cases.effects import EFFECTS
from app.cases.errors import NoOffice
from app.cases.incidents import raise_incident
from app.cases.instance import Instance
from app.cases.models import CaseNumber
from app.cases.operations import lifecycle
from app.cases.store import CASE, HEAD
from app.cases.variables import application_facts
from app.core import id_number
from app.core.actor import APPLICANT, SYSTEM, Actor
from app.core.clock import local_date
from app.core.errors import Invalid, NotEligible, NotFound, NotYours, Rejection
from app.core.ids import new_id, random_code
from app.db import Prepared, training
from app.definitions.bundle import Bundle
from app.definitions.queries import resolve, resolve_open
from app.documents import codes
from app.documents.operations import next_in_sequence
from app.forms import Cleaned
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.identity.positions import LEVELS, POSITIONS
from app.registry import operations as registry

FILE = "file_applications"
_INSERT = Prepared(insert(CASE))
_OF_HEAD = attrgetter(*HEAD)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the applicant takes home; the query code is stored hashed and shown once."""

    case_id: str
    number: str
    query_code: str


def apply(
    session: Session,
    actor: Actor,
    programme: str,
    region_code: str,
    data: Mapping[str, Any],
    now: datetime,
    *,
    again: str | None = None,
) -> Receipt:
    """Take in an application.

    `again`: why the same person applies once more within days; None where nobody can be asked.

    Raises NotFound (no such programme here), NotYours (staff of elsewhere), Invalid (fields), NotEligible (before the
    first day, after a stop, or a rule that needs no judgement and `insist` is not set), Repeated. A figure that is
    missing makes the case wait as an incident.
    """
    today = local_date(now)
    chain = identity.chain_of_code(session, region_code, today)
    bundle = resolve_open(session, programme, chain.ids, today)
    _require_may_file(session, actor, bundle, chain)
    cleaned, wrong = bundle.application_form.judged(data, today=today)
    begin = partial(_open, session, actor, bundle, "main", chain, cleaned, now)
    if wrong:
        raise guards.told_with(wrong, lambda: _typed_rules(begin()))
    action = begin()
    _require_new(action, again)
    _require_offices(action)
    try:
        action.variables["case"]["failing_rules"] = _failing_rules(action, action.diagram.start)
    except Rejection as refusal:
        door.record(action, refusal)
        raise
    except SQLAlchemyError:
        raise
    except Exception as failure:
        return _file(action, failure=failure)
    return _file(action)


def _require_may_file(session: Session, actor: Actor, bundle: Bundle, chain: identity.RegionChain) -> None:
    """Raises NotYours for staff of elsewhere, and for applicants where offices alone apply."""
    if actor.is_staff:
        identity_policy.require_covers(session, actor, chain, FILE)
    elif bundle.by_office and actor.kind == APPLICANT.kind:
        raise NotYours(f"“{bundle.title}”由经办单位办理，不受理个人申请，请向县级民政部门咨询")


def _require_new(action: Action, again: str | None) -> None:
    """Raises Repeated where the person has applied already and nobody says why there should be another case."""
    if again is None:
        return
    found = repeated.earlier(action.session, action.bundle, action.case.applicant_blind, action.now)
    if found and not again.strip():
        raise repeated.Repeated(found)
    if found:
        lifecycle.require_reason(again)
        action.note("again", reason=again.strip(), numbers=[each.number for each in found])


def start_award_case(
    session: Session,
    actor: Actor,
    award_id: str,
    process: str,
    data: Mapping[str, Any],
    now: datetime,
    begun_by: tuple[str, int] | None = None,
) -> Receipt:
    """Begin a process on an award in payment: re-check, change, visit or ending.

    Raises NotFound, Invalid (process), Gone while a decision on the award is made again.

    `begun_by` is the case whose diagram asked for it, with the audit number of its step.
    """
    award = registry.award_in_payment(session, award_id)
    standing_decisions.require_none_again(session, award_id)
    chain = identity.chain(session, award.region_id)
    if actor.kind == APPLICANT.kind:
        raise NotYours("在保待遇的复核、变更和终止由经办单位启动，请到村（社区）或者乡镇（街道）办理")
    if actor.is_staff:
        identity_policy.require_covers(session, actor, chain, "start_processes")
    bundle = resolve(session, award.programme, chain.ids, local_date(now))
    if process not in bundle.processes:
        raise Invalid({"process": f"“{bundle.title}”没有这个流程，请重新选择"})
    follows = bundle.process(process).start.properties.get("follows")
    if follows == "case" or (follows == "members" and actor.is_staff):
        raise NotFound("这个流程由系统启动，不能从在保待遇启动")
    known = {"name": award.name, "id_number": award.id_number, **data}
    action = _open(session, actor, bundle, process, chain, Cleaned(known, {}), now)
    action.case.award_id = award.id
    action.case.begun_by, action.case.begun_seq = begun_by or (None, None)
    action.variables["case"]["award"] = award.as_facts()
    start = action.diagram.start
    try:
        guards.refuse(guards.hits(action, start, start.guards, {}))
    except Rejection as refusal:
        door.record(action, refusal)
        raise
    return _file(action)


def begins_by_itself(diagram: engine.Diagram) -> bool:
    """Whether nobody begins a process on an award: one that follows a refused case, or members who left."""
    return diagram.start.properties.get("follows") in ("case", "members")


def start_second_case(
    session: Session, case_id: str, seq: int, process: str, data: Mapping[str, Any], now: datetime
) -> Receipt:
    """Begin another process for the applicant of a case that has no award, such as a second look at a refusal (D11).

    The new case has the application of the first one, with `data`, and knows it as `case.origin`; `seq` is the audit
    number of the step that asked for it. Raises NotFound.
    """
    first = store.look(session, SYSTEM, case_id, now)
    known = {**first.variables["application"], **data}
    action = _open(session, SYSTEM, first.bundle, process, first.chain, Cleaned(known, {}), now)
    action.case.begun_by, action.case.begun_seq = case_id, seq
    action.variables["case"]["origin"] = {
        "number": first.case.number,
        "status": first.case.status,
        "applied_on": first.case.applied_on,
    }
    return _file(action)


def _open(
    session: Session,
    actor: Actor,
    bundle: Bundle,
    process: str,
    chain: identity.RegionChain,
    cleaned: Cleaned,
    now: datetime,
) -> Action:
    """A case in memory; nothing is written yet."""
    application = cleaned.known
    head = _head(session, actor, bundle, process, chain, application, now)
    instance = Instance({"application": application}, unknown={"application": cleaned.unknown})
    action = Action(session, actor, now, head, bundle, chain, instance, EFFECTS)
    action.variables["case"] = application_facts(action)
    return action


def _head(
    session: Session,
    actor: Actor,
    bundle: Bundle,
    process: str,
    chain: identity.RegionChain,
    application: Mapping[str, Any],
    now: datetime,
) -> CaseHead:
    case_id = new_id()
    return CaseHead(
        id=case_id,
        number="",
        programme=bundle.programme,
        release_id=bundle.release_id or "",
        process_key=process,
        title=bundle.title,
        status="in_progress",
        region_id=chain.nearest.id,
        province_id=chain.province.id if chain.province else chain.nearest.id,
        county_id=chain.county.id if chain.county else None,
        township_id=chain.township.id if chain.township else None,
        village_id=chain.village.id if chain.village else None,
        applicant_name=application["name"],
        applicant_blind=registry.blind(session, application.get("id_number") or id_number.stand_in(case_id)),
        award_id=None,
        begun_by=None,
        begun_seq=None,
        channel=actor.kind,
        applied_on=local_date(now),
        filed_at=now,
        closed_at=None,
        version=1,
        audit_seq=0,
        audit_hash=audit.Head().hash,
    )


def _require_offices(action: Action) -> None:
    """Every task that names its position outright has an office here: a county alone takes in no township's case."""
    for element in action.diagram.human_tasks:
        position = element.attributes.get("candidateGroups", "")
        if position not in POSITIONS or POSITIONS[position].level not in LEVELS:
            continue
        try:
            tasks.address(action, element.label, position)
        except NoOffice as missing:
            told = f"{missing}，请选择到有经办机构的乡镇（街道）或村（社区）"
            raise Invalid({"region": told}) from missing


def _typed_rules(action: Action) -> list[guards.Hit]:
    """What the rules say that look at nothing but the application."""
    start = action.diagram.start
    typed = [decision for decision in start.guards if decision not in action.bundle.registry_guards]
    return guards.hits(action, start, typed, {})


def _failing_rules(action: Action, start: engine.Element) -> list[guards.Hit]:
    """Rules that the application fails and is taken in with.

    The first decision that refuses answers at the door, so that a figure which only later rules need is not missed.
    What is wrong with a field is always refused. Rules that look into the registry speak to staff only (fine print
    18): to an applicant they are silent and come into view in the case.
    """
    failing: list[guards.Hit] = []
    insists = bool(action.variables["application"].get(door.INSIST))
    names = action.names(start, {})
    for decision in start.guards:
        found = guards.rows(start, decision, action.decide(start, decision, names))
        silent = decision in action.bundle.registry_guards and not action.actor.is_staff
        if not silent:
            guards.refuse([hit for hit in found if hit["code"] != NotEligible.code])
        if found and not insists and not silent:
            raise guards.not_eligible(found)
        failing.extend(found)
    return failing


def _file(action: Action, failure: Exception | None = None) -> Receipt:
    """Number the case, write it and start its process, or keep why it cannot start."""
    code = random_code(codes.LETTERS, codes.QUERY_LENGTH)
    _insert(action, code)
    if action.case.award_id is None and action.case.begun_by is None:
        action.events.append(informing.FILED)
    if failure is None:
        start_process(action)
    else:
        informing.follow(action, None)
        raise_incident(action, action.diagram.start.id, "door", str(failure), failure)
    persist.finish(action, "applied", channel=action.case.channel)
    return Receipt(action.case.id, action.case.number, code)


def start_process(action: Action) -> None:
    """Run the diagram from its start."""
    persist.advance(action, engine.start(action.diagram, action.variables, action))


def _insert(action: Action, code: str) -> None:
    head = action.case
    place = action.chain.county or action.chain.nearest
    year = head.applied_on.year
    running = next_in_sequence(action.session, CaseNumber, f"{place.code}:{year}")
    trained = training.PREFIX if training.is_training(action.session) else ""
    head.number = f"{trained}{place.code}-{year}-{running:06d}"
    action.variables["case"]["number"] = head.number
    values = dict(zip(HEAD, _OF_HEAD(head), strict=True)) | {
        "query_hash": action.vault.blind(code, "query"),
        "state": b"",  # written with the last of this transaction
        **finding.columns(action.session, head.number, action.variables["application"].get("id_number")),
    }
    _INSERT.run_all(action.session, [values])
    action.read = replace(head)
    finding.write_name(action.session, head.id, head.applicant_name, head.county_id)
