"""`document`: a letter or an agreement, recorded with its number and frozen data; its bytes are issued afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from app.cases.action import Action
from app.cases.effects import inputs
from app.cases.plan import Planned, Rank
from app.documents import operations as documents
from app.engine import Effect, Element


def plan_document(action: Action, effect: Effect) -> None:
    """Check now that everything the contract requires is there; number and record it in the order of locks."""
    template = str(inputs.required(effect, "template"))
    plan(action, template, dict(effect.inputs), effect.variables, effect.element)


def plan(
    action: Action,
    template: str,
    given: dict[str, Any],
    variables: Mapping[str, Any] | None = None,
    element: Element | None = None,
) -> None:
    """Plan a document of the case whose contract sees `given` as `document`, and `county_office` {name, phone}."""
    county = action.offices.get("county")
    named = {"document": given, "county_office": county and {"name": county.name, "phone": county.phone}}
    request = documents.DocumentRequest(
        letter=action.letter(template),
        scope=action.names(element, named, variables),
        case_id=action.case.id,
        case_seq=action.seq,
        subject=action.case.number,
        copies=given.get("copies"),
        region_codes=action.region_codes,
    )
    ready = documents.prepare(action.session, request, action.offices, given.get("issuer"), action.now)
    action.plan(Planned(Rank.NUMBER, partial(_record, ready=ready)))
    action.note("document", template=template, title=ready.title)


def _record(action: Action, ready: documents.ReadyDocument) -> None:
    documents.record(action.session, ready, action.now)
