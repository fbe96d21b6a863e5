"""The variable `case`: what every expression may know of the case besides what people submitted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.cases.action import Action
from app.core import id_number
from app.core.errors import Invalid, NotFound
from app.identity import queries as identity


def application_facts(action: Action) -> dict[str, Any]:
    """`case` at the start: region, day, the applicant's and the members' ages on the day of application."""
    application, head = action.variables["application"], action.case
    household = application.get("household") or {}
    return {
        "number": head.number,
        "programme": head.programme,
        "applied_on": head.applied_on,
        "channel": head.channel,
        "urban": bool(application.get("urban")),
        "region": action.chain.facts,
        "hukou": _hukou(action, application).facts,
        "applicant": {"name": application["name"], **person_facts(application.get("id_number"), head.applied_on)},
        "members": [
            {**member, **person_facts(member.get("id_number"), head.applied_on)}
            for member in household.get("members") or []
        ],
        "failing_rules": [],
        "award": None,
    }


def person_facts(number: str | None, on: date) -> dict[str, Any]:
    """Age in full years, day of birth and sex; null where the number does not say."""
    if not number or not id_number.is_valid(number):
        return {"age": None, "birth_date": None, "sex": None}
    return {
        "age": id_number.age_on(number, on),
        "birth_date": id_number.birth_date(number),
        "sex": id_number.sex(number),
    }


def _hukou(action: Action, application: Mapping[str, Any]) -> identity.RegionChain:
    """The region of the 户籍; the case's region where the application names none (fine print 16)."""
    code = application.get("hukou_region")
    if not code:
        return action.chain
    try:
        return identity.chain_of_code(action.session, str(code), action.case.applied_on)
    except NotFound as unknown:
        raise Invalid({"hukou_region": "名录里没有这个户籍所在地，请重新选择；户籍就在办理地的不用选"}) from unknown
