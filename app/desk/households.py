"""A household across programmes: members, their cases and awards, and the money of each month."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.cases import lists
from app.core.clock import local_date
from app.definitions.queries import programme_titles
from app.desk.blueprint import blueprint
from app.funds import months
from app.identity import queries as identity
from app.registry import homes
from app.web import Call, reads

MOST_CASES = 50
MONTHS = 12


@blueprint.get("/households/<household_id>")
@reads()
def household(call: Call, household_id: str) -> ResponseReturnValue:
    home = homes.home(call.session, call.actor, household_id)
    whose = lists.CaseFilter(applicants=tuple(home.indexes))
    cases = lists.find(call.session, call.actor, whose, None, MOST_CASES).items
    since = months.first_of(local_date(call.now), MONTHS)
    paid = months.of(call.session, [row.id for row in home.awards], [row.id for row in cases], since)
    return render_template(
        "desk/household.html",
        home=home,
        cases=cases,
        paid=paid,
        shown=sorted({month for month, _ in paid}, reverse=True),
        programmes=sorted({programme for _, programme in paid}),
        months=MONTHS,
        titles=programme_titles(call.session),
        places=identity.region_names(call.session, {row.region_id for row in home.awards}),
    )
