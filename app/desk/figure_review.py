"""Before a figure is confirmed: what it says, its floors, who is recalculated and what that costs."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.cases import published
from app.definitions.queries import programme_titles
from app.desk.blueprint import blueprint
from app.figures import floors, lists
from app.figures import queries as figures
from app.figures.catalogue import catalogue
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.web import Call, reads

SHOWN = 200


@blueprint.get("/figures/<figure_id>")
@reads()
def figure_review(call: Call, figure_id: str) -> ResponseReturnValue:
    found = figures.find(call.session, figure_id)
    chain = identity.chain(call.session, found.scope)
    identity_policy.require_covers(call.session, call.actor, chain, "see_figures")
    entry = catalogue(call.session).figures[found.key]
    before = figures.in_force(call.session, chain.ids, found.valid_from).get(found.key)
    return render_template(
        "desk/figure_review.html",
        entry=entry,
        row=lists.told(call.session, [found])[0],
        before=before,
        codes=[ref.code for ref in chain.refs],
        floors=floors.assess(call.session, entry, found.value, chain, found.valid_from),
        fault=None,
        done=published.done(call.session, figure_id),
        is_own=found.entered_by == call.actor.user_id,
        may_preview=identity_policy.covers(call.actor, chain, published.SEE)
        or identity_policy.covers(call.actor, chain, published.CONFIRMS),
        may_confirm=identity_policy.covers(call.actor, chain, published.CONFIRMS),
    )


@blueprint.get("/figures/<figure_id>/preview")
@reads()
def figure_preview(call: Call, figure_id: str) -> ResponseReturnValue:
    """Everybody concerned is calculated: loaded by itself, so that the page is there at once."""
    report = published.preview(call.session, call.actor, figure_id, call.now)
    return render_template(
        "desk/_figure_preview.html",
        report=report,
        titles=programme_titles(call.session),
        shown=report.differences[:SHOWN],
    )
