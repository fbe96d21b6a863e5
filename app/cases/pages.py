"""What the pages of a case and of a task show, in the words of its diagram and forms; viewers' rights are checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from app import calendar
from app.calendar import LegalClock
from app.cases import (
    acting,
    decisions,
    identifying,
    incidents,
    informing,
    policy,
    prefilling,
    queries,
    repeated,
    requests,
    rerun,
    store,
    waits,
)
from app.cases import beside as besides
from app.cases.acting import CaseActs, TaskActs
from app.cases.action import Action, CaseHead
from app.cases.correcting import may_correct
from app.cases.elsewhere import Elsewhere, elsewhere
from app.cases.models import Awaited
from app.cases.reopening import reopening_steps
from app.core.actor import Actor
from app.core.chinese import mask_id_number
from app.core.clock import local_date
from app.core.errors import NotFound, NotYours
from app.definitions.store import bundle_by_id
from app.documents import queries as documents
from app.effects import Input
from app.effects.waiting import DEPARTMENTS
from app.engine import Element, Passage, passages
from app.feel.dmn import Row
from app.forms import Form
from app.funds import claim_lists, paths
from app.funds import queries as funds
from app.funds.claim_lists import ClaimRow
from app.funds.paths import Path
from app.identity import policy as identity_policy
from app.identity.queries import RegionChain
from app.inbox import operations as inbox
from app.inbox import queries as items
from app.publicity import leads, objections
from app.publicity import queries as notices
from app.registry import queries as awards
from app.registry.naming import Conflict
from app.registry.queries import AwardRow


@dataclass(frozen=True, slots=True)
class Submitted:
    """What somebody filled in: the form renders `values`, its conditions read `context`."""

    title: str
    who: str
    at: datetime | None
    form: Form
    values: Mapping[str, Any]
    context: Mapping[str, Any]
    is_application: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """One evaluation of a decision, under the names that the authors of diagram and table gave."""

    at: datetime
    step: str
    title: str
    result: Any
    rows: list[Row]
    inputs: Mapping[str, Any]
    figures: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An answer that the case waits for. `persons`: names; `fields`: what an answer holds."""

    id: str
    title: str
    department: str
    persons: list[str]
    asked_on: date
    until: date
    answered: bool
    may_answer: bool
    fields: tuple[Input, ...]


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything that the page of a case shows. `way`: where the case has been; `states`: element or flow → done,
    active, waiting or failed, as the diagram shows them."""

    case: CaseHead
    chain: RegionChain
    elements: Mapping[str, Element]
    way: list[Passage]
    states: dict[str, str]
    open_elements: list[str]
    failing_rules: list[dict[str, Any]]
    may_correct: bool
    may_reopen: list[Element]
    may_steer: frozenset[str]
    items: list[Any]
    clocks: list[LegalClock]
    documents: list[Any]
    orders: list[Any]
    awards: list[AwardRow]
    paths: list[Path]
    claims: list[ClaimRow]
    notices: list[Any]
    waiting: list[Waiting]
    owed: list[Any]
    incidents: list[Any]
    handles_objections: bool
    objections: list[dict[str, Any]]
    leads: list[leads.Told]
    submissions: list[Submitted]
    decisions: list[Decided]
    acts: CaseActs
    messages: list[informing.Told]
    requests: list[requests.Request]
    repeats: list[repeated.Repeat]

    @property
    def steps(self) -> dict[str, str]:
        """The name of each element, and of what had to be supplied after the fact by its key."""
        owed = {row.key: row.title for row in self.owed}
        return owed | {element.id: element.label for element in self.elements.values()}


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Everything that the page of a task shows; `version` is the release of the form, `items` all work of the case.

    `prefilled` is what stands in the form before anybody typed. `beside` tells what stands beside the fields for what
    is typed (parsed only). figures: those that the programme reads, as `FigureReader.entries` gives them.
    """

    item: Any
    programme_title: str
    documentation: str
    chain: RegionChain
    states: dict[str, str]
    form: Form
    version: str
    context: Mapping[str, Any]
    failing_rules: list[dict[str, Any]]
    two_names: list[Conflict]
    items: list[Any]
    clocks: list[LegalClock]
    submissions: list[Submitted]
    prefilled: Mapping[str, Any]
    beside: Callable[[Mapping[str, Any]], besides.Beside]
    acts: TaskActs
    elsewhere: Elsewhere
    objections: list[dict[str, Any]]
    figures: list[dict[str, Any]]


def case_page(session: Session, actor: Actor, case_id: str, now: datetime) -> CasePage:
    """Raises NotFound and NotYours."""
    action = _seen(session, actor, case_id, now)
    work, waiting = items.items_of_case(session, case_id), waits.open_of(session, case_id)
    way, standing = _way(action), _standing(work, waiting)
    failed = incidents.open_incidents(session, case_id)
    given, told = awards.of_case(session, case_id, action.case.award_id), policy.sees_objectors(action)
    steps = {element.id: element.label for element in action.diagram.elements.values()}
    return CasePage(
        case=action.case,
        chain=action.chain,
        elements=action.diagram.elements,
        way=way,
        states=_states(action, way, work, standing, failed),
        open_elements=standing,
        failing_rules=action.variables["case"].get("failing_rules") or [],
        may_correct=may_correct(action),
        may_reopen=reopening_steps(action),
        may_steer=policy.steering(action),
        items=work,
        clocks=calendar.clocks_of(session, case_id),
        documents=_letters(action),
        orders=funds.orders_of(session, case_id),
        awards=given,
        paths=paths.of_case(session, case_id, [row.id for row in given]),
        claims=claim_lists.of_case(session, case_id),
        notices=notices.notices_of(session, case_id),
        waiting=[_waiting(action, row) for row in waiting if action.effects[row.topic].schema.answer],
        owed=queries.owed_of(session, case_id),
        incidents=failed,
        handles_objections=told,
        objections=notices.objections_of(session, case_id) if told else [],
        leads=leads.of_case(session, case_id) if told else [],
        submissions=submitted(action, work),
        decisions=[decided(session, steps, record) for record in decisions.of_case(session, case_id)],
        acts=acting.of_case(action, work),
        messages=informing.of_case(session, case_id),
        requests=requests.of_case(session, case_id),
        repeats=repeated.of_case(action),
    )


def task_page(session: Session, actor: Actor, task_id: str, now: datetime) -> TaskPage:
    """Raises NotFound, NotYours, Gone or Taken."""
    item = inbox.load(session, actor, task_id)
    action = store.look(session, actor, item.case_id, now)
    element = action.diagram.elements[item.element_id]
    policy.require_may_complete(action, item, element)
    found = identifying.conflicts(action, element)
    work = items.items_of_case(session, item.case_id)
    before, form = submitted(action, work), action.bundle.form(element.attributes["formKey"])
    known = prefilling.of(action, form, item.item_key)
    return TaskPage(
        item=item,
        programme_title=action.bundle.title,
        documentation=element.documentation,
        chain=action.chain,
        states=_states(action, _way(action), work, [item.element_id], []),
        form=form,
        version=action.bundle.release_id or "",
        context={**action.form_context(), "item": item.item_key},
        failing_rules=action.variables["case"].get("failing_rules") or [],
        two_names=[replace(each, id_number=mask_id_number(each.id_number)) for each in found],
        items=work,
        clocks=calendar.clocks_of(session, item.case_id),
        submissions=before,
        prefilled=prefilling.values(known),
        beside=partial(besides.of, action, element, item.item_key, before, known),
        acts=acting.of_task(action, item, work),
        elsewhere=elsewhere(action),
        objections=_unanswered(action),
        figures=besides.figures_of(action, element),
    )


def seen(session: Session, actor: Actor, case_id: str, now: datetime) -> CaseHead:
    """The case's columns, for somebody who may see it. Raises NotFound and NotYours."""
    return _seen(session, actor, case_id, now).case


def letters(session: Session, actor: Actor, case_id: str, now: datetime) -> list[Any]:
    """The letters of a case, for somebody who may see it. Raises NotFound and NotYours."""
    return _letters(_seen(session, actor, case_id, now))


def letter(session: Session, actor: Actor, document_id: str, now: datetime) -> Any:
    """The record of a letter of a case, for somebody who may read it. Raises NotFound and NotYours."""
    row = documents.document(session, document_id)
    if row.case_id is None:
        raise NotFound("没有这份文书，请核对后重试")
    action = _seen(session, actor, row.case_id, now)
    if not policy.sees_objectors(action) and objections.is_reply(session, row.case_id, document_id):
        raise NotYours("给异议人的答复只有处理公示异议的人看得到，请联系乡镇（街道）经办人")
    return row


def _unanswered(action: Action) -> list[dict[str, Any]]:
    """What was objected and waits for an answer, for who may learn it; programmes without a 公示 are not asked."""
    posts = any(each.attributes.get("topic") == "publicity" for each in action.diagram.elements.values())
    return notices.unanswered(action.session, action.case.id) if posts and policy.sees_objectors(action) else []


def _letters(action: Action) -> list[Any]:
    """Without those to objectors for who does not learn of them."""
    found = documents.documents_of(action.session, action.case.id)
    if policy.sees_objectors(action):
        return found
    hidden = objections.replies_of(action.session, action.case.id)
    return [row for row in found if row.id not in hidden]


def diagram_of(session: Session, actor: Actor, case_id: str, now: datetime) -> bytes:
    """The BPMN file that the case runs. Raises NotFound and NotYours."""
    action = _seen(session, actor, case_id, now)
    return action.bundle.files[action.bundle.manifest["processes"][action.case.process_key]]


def household(session: Session, actor: Actor, task_id: str, now: datetime) -> tuple[Any, list[dict[str, Any]]]:
    """A task's item and everybody in the application who has an identity number, the applicant first.

    Raises NotFound, NotYours, Gone or Taken.
    """
    item = inbox.load(session, actor, task_id)
    application = _seen(session, actor, item.case_id, now).variables.get("application") or {}
    members = (application.get("household") or {}).get("members") or []
    found = {each["id_number"]: each for each in [*reversed(members), application] if each.get("id_number")}
    return item, list(found.values())[::-1]


def _seen(session: Session, actor: Actor, case_id: str, now: datetime) -> Action:
    action = store.look(session, actor, case_id, now)
    policy.require_may_see(session, actor, action)
    return action


def _waiting(action: Action, row: Awaited) -> Waiting:
    asked = waits.asked_of(action.session, row)
    return Waiting(
        id=row.id,
        title=row.title,
        department=DEPARTMENTS[asked["department"]],
        persons=[each["name"] for each in asked["persons"]],
        asked_on=local_date(row.created_at),
        until=asked["until"],
        answered=row.answer is not None,
        may_answer=identity_policy.covers(action.actor, action.chain, policy.ANSWER),
        fields=action.effects[row.topic].schema.answer,
    )


def _way(action: Action) -> list[Passage]:
    if action.instance.state is None:  # it has not come past its door
        return []
    return passages(action.diagram, action.instance.state, action.variables, action)


def _states(
    action: Action, way: list[Passage], work: list[Any], standing: Iterable[str], failed: Iterable[Any]
) -> dict[str, str]:
    """The worse state of an element wins."""
    found = {action.diagram.start.id: "done"} | {
        item.element_id: "done" for item in work if item.status == "done" and item.kind == "task"
    }
    found |= {each.element_id: "done" for each in way if each.over} | {each.flow: "done" for each in way if each.flow}
    tasks = {item.element_id for item in work if item.status == "open"}
    found |= {element_id: "active" if element_id in tasks else "waiting" for element_id in standing}
    return found | {incident.element_id: "failed" for incident in failed}


def _standing(work: Iterable[Any], waiting: Iterable[Any]) -> list[str]:
    """Elements of the diagram where the case stands."""
    found = [item.element_id for item in work if item.status == "open" and item.kind == "task"]
    return list(dict.fromkeys([*found, *(each.element_id for each in waiting)]))


def application_of(session: Session, actor: Actor, case_id: str, now: datetime) -> Submitted:
    """An application as it was filed, to be printed and signed. Raises NotFound and NotYours."""
    return submitted(_seen(session, actor, case_id, now), ())[0]


def submitted(action: Action, work: Iterable[Any]) -> list[Submitted]:
    """The application and every completed step."""
    case, context, found = action.case, action.variables, []
    if case.process_key == "main":
        form, values = action.bundle.application_form, context["application"]
        found.append(Submitted("申请", case.applicant_name, case.filed_at, form, values, context, True))
    done = sorted((item for item in work if item.status == "done" and item.kind == "task"), key=lambda i: i.closed_at)
    for item, values in latest(done, context):
        form = action.bundle.form(action.diagram.elements[item.element_id].attributes["formKey"])
        found.append(Submitted(item.title, item.closed_by_name or "", item.closed_at, form, values, context))
    return found


def latest(done: list[Any], variables: Mapping[str, Any]) -> list[tuple[Any, Mapping[str, Any]]]:
    """Each completed item with its submission; of a step done again the last time counts."""
    by_element: dict[str, list[Any]] = {}
    for item in done:
        by_element.setdefault(item.element_id, []).append(item)
    pairs: list[tuple[Any, Mapping[str, Any]]] = []
    for element_id, finished in by_element.items():
        stored = variables.get(element_id)
        values = stored if isinstance(stored, list) else [stored] if stored else []
        pairs.extend(zip(finished[-len(values) :] if values else [], values, strict=False))
    return sorted(pairs, key=lambda pair: pair[0].closed_at)


def decided(session: Session, steps: Mapping[str, str], record: decisions.Record) -> Decided:
    """What was kept is the values; columns and rows in the authors' words come from running the table again.

    `steps` names the elements of the diagram.
    """
    again = rerun.rerun(record, bundle_by_id(session, record.release_id))
    return Decided(
        at=record.decided_at,
        step=steps.get(record.element_id, record.element_id),
        title=again.title,
        result=again.recorded,
        rows=again.rows,
        inputs=again.inputs,
        figures=record.figures,
    )
