"""Who somebody is: one number under two names, and who an unidentified person turned out to be.

A human task says by `identity` what it settles. `confirms`: where the registry knows a number of the application under
another name, a yes needs the answer `identity_confirmed`. `supplies`: what the application lacked of the applicant
(`name`, `id_number`, `phone`, `address`) is in the submission, and a provisional file is merged with the right one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app import engine
from app.cases import finding, policy
from app.cases.action import Action
from app.cases.variables import person_facts
from app.core.errors import Gone, Invalid
from app.registry import lookups, merging, naming, people, person_files
from app.registry import operations as registry
from app.registry.naming import Conflict

PROPERTY, CONFIRMS, SUPPLIES = "identity", "confirms", "supplies"
FIELD = "identity_confirmed"
APPLICATION, REGISTRY = "application", "registry"
SUPPLIED = ("name", "id_number", "phone", "address")
CLAUSE = "E16"


def conflicts(action: Action, element: engine.Element) -> list[Conflict]:
    """Whom the registry knows under another name than the application, where the task settles that."""
    if element.properties.get(PROPERTY) != CONFIRMS:
        return []
    return naming.conflicts(action.session, _named(action), action.registry)


def settle(action: Action, element: engine.Element, submission: Mapping[str, Any], answer: Any) -> None:
    """Do what the task settles, before the engine goes on; `answer` is `identity_confirmed` as it was submitted.

    Raises Invalid (identity_confirmed), what merging refuses, NotYours (the person found is a relative).
    """
    what = element.properties.get(PROPERTY)
    if what == CONFIRMS and submission.get("approved", submission.get("confirmed")) is not False:
        _decide(action, conflicts(action, element), answer)
    if what == SUPPLIES:
        _supply(action, {key: submission[key] for key in SUPPLIED if submission.get(key)}, answer)


def told(found: list[Conflict]) -> str:
    """Both names of everybody, as people read it."""
    names = [f"尾号 {each.id_number[-4:]}：申请为“{each.applied}”，登记库为“{each.known}”" for each in found]
    return f"同一身份号码有两个姓名（{'；'.join(names)}）"


def undo(action: Action, since: int, reason: str) -> int:
    """What the case settled in the registry at audit number `since` and later is as before; how much there was."""
    because = merging.Because(action.actor, reason[:200] or "退回", action.now, action.case.id, action.seq)
    return naming.undo_of_case(action.session, action.case.id, since, because)


def follow_file(action: Action) -> None:
    """A case that was cut off with another person's file speaks of that person from now on.

    Raises Gone while nobody knows his number.
    """
    file_id = lookups.file_of(action.session, action.case.applicant_blind)
    if file_id is None or file_id == lookups.person_id(action.session, action.number):
        return
    person = person_files.person_file(action.session, file_id)["person"]
    if person["id_number"] is None:
        raise Gone("本件已经分到一份临时档案，请先在档案里查明身份证号（合并），再重新办理")
    action.variables["application"] |= {"id_number": person["id_number"], "name": person["name"]}
    _follow(action)


def _named(action: Action) -> list[dict[str, Any]]:
    """Everybody whom the application or an answer of this case names with a number."""
    given = ["application", *(task.id for task in action.diagram.human_tasks)]
    return [person for name in given for person in _contexts(action.variables.get(name))]


def _decide(action: Action, found: list[Conflict], answer: Any) -> None:
    if not found:
        return
    if answer not in (APPLICATION, REGISTRY):
        raise Invalid({FIELD: f"{told(found)}，请核对证件后选择以申请的还是以登记库的姓名为准"}, clause=CLAUSE)
    action.registry.forget_people()
    for each in found:
        if answer == APPLICATION:
            because = _because(action, "经核对证件，以申请的姓名为准")
            naming.rename(action.session, each.person_id, each.applied, because)
        else:
            _correct_name(action, each)
    action.note("identity", confirmed=answer, names=[[each.applied, each.known] for each in found])


def _correct_name(action: Action, conflict: Conflict) -> None:
    """The application has the registry's name from now on: letters and orders are made out to it."""
    for person in _contexts(action.variables):
        if person.get("id_number") == conflict.id_number and "name" in person:
            person["name"] = conflict.known
    _follow(action)


def _contexts(value: Any) -> Iterator[dict[str, Any]]:
    """Every context in what a case remembers: what was decided of people carries their names too."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from _contexts(each)


def _supply(action: Action, given: dict[str, Any], answer: Any) -> None:
    application = action.variables["application"]
    number = given.pop("id_number", None)
    lacked = [key for key in given if key == "name" or not application.get(key)]
    if number and not application.get("id_number"):
        stand_in = action.number
        application["id_number"] = number
        application |= {key: given[key] for key in lacked}
        _follow(action)
        policy.require_no_ties(action)
        _decide(action, naming.conflicts(action.session, [application], action.registry), answer)
        _merge(action, stand_in, number, application["name"])
    else:
        application |= {key: given[key] for key in lacked if key != "name"}
    action.note("identity", supplied=[*lacked, *(["id_number"] if number else [])])


def _merge(action: Action, stand_in: str, number: str, name: str) -> None:
    """The provisional file, where the case made one, is merged with that of the number, recorded where new."""
    known = lookups.known_people(action.session, [lookups.blind(action.session, stand_in)], action.today)
    kept_id = registry.record_person(action.session, number, name, action.now)
    people.require_living_at(action.session, kept_id, action.case.applied_on)
    for provisional in known.values():
        because = _because(action, "先行救助后查明身份")
        merging.merge(action.session, kept_id, provisional.person_id, because)


def _follow(action: Action) -> None:
    """The case's columns and facts say what the application says now."""
    application = action.variables["application"]
    action.case.applicant_name = application["name"]
    action.case.applicant_blind = lookups.blind(action.session, action.number)
    facts = person_facts(application.get("id_number"), action.case.applied_on)
    action.variables["case"]["applicant"] = {"name": application["name"], **facts}
    finding.rewrite(action)


def _because(action: Action, reason: str) -> merging.Because:
    return merging.Because(action.actor, reason, action.now, action.case.id, action.seq)
