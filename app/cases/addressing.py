"""To whom a letter of a case goes: never to the dead, but to who is paid now, else to the family (遗属)."""

from __future__ import annotations

from app.cases import roles
from app.cases.action import Action
from app.registry import deaths
from app.registry import queries as registry


def address(action: Action, name: str) -> str:
    """The addressee of a letter to somebody of this name.

    Where the person of the case has somebody who is written to, such as a guardian, it is he.
    """
    return roles.written_to(action, name) or living(action, name)


def debtor(action: Action, name: str) -> str:
    """Who owes back what somebody of this name got too much: whoever is paid, and never the dead."""
    return living(action, roles.paid_to(action, name))


def living(action: Action, name: str) -> str:
    """The name, or who stands in the place of the dead: who is paid now, else the family.

    The dead are those whom the registry knows as dead, or whose death this action enters. A name that nobody in the
    case has (an institution, who objected) stays as it is.
    """
    numbers = _numbers_of(action, name)
    if not numbers or not all(_has_died(action, number) for number in numbers):
        return name
    award = registry.award(action.session, action.case.award_id) if action.case.award_id else None
    if award is not None and award.name not in (None, name) and award.died_on is None:
        return award.name
    return deaths.family_of(name)


def _numbers_of(action: Action, name: str) -> list[str | None]:
    """The numbers of those in the case who have the name; None stands for an applicant whom nobody knows."""
    application = action.variables["application"]
    people = [application, *((application.get("household") or {}).get("members") or [])]
    return [each.get("id_number") for each in people if each.get("name") == name]


def _has_died(action: Action, number: str | None) -> bool:
    if number is None:
        return deaths.is_dead(action.session, action.case.applicant_blind)
    return number in action.dying or action.registry.has_died(number)
