"""Who else is in a case than the person whom it is about: `roles` of the bundle, as the application names them.

The person of a case (`application.name`, `id_number`) is the one who is to benefit: files, searches, once-claims and
what excludes what go by that person. A guardian may have applied, be written to, and be paid.
"""

from __future__ import annotations

from typing import Any

from app.cases.action import Action
from app.registry import roles as held
from app.registry.role_names import APPLICANT, GUARDIAN, PAYEE, TITLES


def named(action: Action) -> dict[str, dict[str, Any]]:
    """By role, whom the application names, with what it says of them."""
    application = action.variables["application"]
    return {
        role: application[part]
        for part, roles in action.bundle.roles.items()
        if (application.get(part) or {}).get("name")
        for role in roles
    }


def written_to(action: Action, name: str) -> str | None:
    """Who gets the letters to the person of the case, `李梅（王小明的监护人）`; None: nobody else."""
    if not action.bundle.roles or name != action.variables["application"]["name"]:
        return None
    living = _living(action)
    if APPLICANT not in living:
        return None
    title = TITLES[GUARDIAN if living.get(GUARDIAN) == living[APPLICANT] else APPLICANT]
    return f"{living[APPLICANT]}（{name}的{title}）"


def paid_to(action: Action, otherwise: str) -> str:
    """In whose name the person of the case is paid, who also owes back what was too much."""
    return (_living(action) if action.bundle.roles else {}).get(PAYEE) or otherwise


def _living(action: Action) -> dict[str, str]:
    """Names by role: of the award, with whom this action gives a role, else as the application has them."""
    holders = held.holders(action.session, action.case.award_id) if action.case.award_id else []
    if not holders:
        return {role: person["name"] for role, person in named(action).items()}
    living = {each.role: each.name or "" for each in holders if each.died_on is None}
    return {role: name for role, name in {**living, **action.taking}.items() if name}
