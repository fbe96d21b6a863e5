"""Incidents (异常) that wait for a retry."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.cases import lists
from app.definitions.store import bundle_by_id
from app.desk.blueprint import blueprint
from app.identity import policy as identity_policy
from app.web import Call, reads

PAGE_ROWS = 18


@blueprint.get("/incidents")
@reads()
def incident_list(call: Call) -> ResponseReturnValue:
    after = request.args.get("after")
    page = lists.open_incidents(call.session, call.actor, after, PAGE_ROWS)
    steps = {row.id: _step(call.session, row) for row in page.items}
    reader = identity_policy.may(call.actor, "see_cases")
    return render_template("desk/incidents.html", page=page, after=after, steps=steps, reader=reader)


def _step(session: Session, row: Any) -> str:
    """The failed step by the name that its diagram gives it."""
    element = bundle_by_id(session, row.release_id).process(row.process_key).elements.get(row.element_id)
    return element.label if element else row.element_id
