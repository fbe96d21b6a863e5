"""A closed case as the start of a trial: its answers without its people, of whom owners see nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.cases import answers
from app.changes import policy, store
from app.core.actor import Actor
from app.core.clock import SHANGHAI
from app.core.errors import Invalid, NotFound
from app.definitions.names import LIBRARY
from app.forms import Form
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.identity.capabilities import positions_with
from app.tryout.anonymous import Anonymous
from app.tryout.trial import Step, trimmed

COUNTY_DIGITS = 6
NONE_HERE = "您负责的地区里没有这个办结的案件，请核对案件编号"


def steps_of(
    session: Session, actor: Actor, bundle: Row[Any], number: str, now: datetime
) -> tuple[str, datetime, list[Step]]:
    """Region, moment of the application and steps of a closed case of the bundle's programme; noted in the audit.

    Raises Invalid (number), NotYours. Who does not answer for its region is told that there is none.
    """
    case = of_number(session, actor, bundle, number)
    region = identity.region(session, case.region_id).code
    hidden = Anonymous(region[:COUNTY_DIGITS].ljust(COUNTY_DIGITS, "0"))
    form, values, answered = answers.of_case(session, case.id, now)
    who = "applicant" if case.channel == "applicant" else positions_with("file_applications", "township")[0]
    steps = [_step("apply", who, None, hidden, form, values)]
    steps += [_step(each.element_id, each.position, each.at, hidden, each.form, each.values) for each in answered]
    store.tell(session, actor, "took_case", bundle.change_id, now, number=case.number)
    return region, case.filed_at, steps


def of_number(session: Session, actor: Actor, bundle: Row[Any], number: str) -> Any:
    """The columns of a closed case of the bundle's programme, of any where the bundle is the library.

    Raises Invalid (number), NotYours.
    """
    policy.require_reader(session, actor)
    try:
        case = answers.head_of(session, number)
    except NotFound:
        raise Invalid({"number": NONE_HERE}) from None
    if not identity_policy.covers(actor, identity.chain(session, case.region_id), policy.DRAFTS):
        raise Invalid({"number": NONE_HERE})
    apart = bundle.programme not in (case.programme, LIBRARY)
    if case.closed_at is None or apart or case.process_key != "main":
        raise Invalid({"number": "请填写这个项目里已经办结的案件"})
    return case


def _step(do: str, who: str, at: datetime | None, hidden: Anonymous, form: Form, values: Mapping[str, Any]) -> Step:
    moment = {"at": at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")} if at else {}
    return {"do": do, "as": who, **moment, "with": trimmed(hidden.answers(form, values))}
