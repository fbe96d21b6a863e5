"""Before a figure is confirmed: what it says, its floors, who is recalculated and what that costs."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.cases import published, surveys
from app.definitions.queries import programme_titles
from app.desk.blueprint import blueprint
from app.figures import floors, lists
from app.figures import queries as figures
from app.figures.catalogue import catalogue
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.web import Call, reads, writes

SHOWN = 200


@blueprint.get("/figures/<figure_id>")
@reads()
def figure_review(call: Call, figure_id: str) -> ResponseReturnValue:
    found = figures.find(call.session, figure_id)
    chain = identity.chain(call.session, found.scope)
    identity_policy.require_covers(call.session, call.actor, chain, "see_figures")
    entry = catalogue(call.session).figures[found.key]
    before = figures.in_force(call.session, chain.ids, found.valid_from).get(found.key)
    sees = identity_policy.covers(call.actor, chain, published.SEE)
    may_confirm = identity_policy.covers(call.actor, chain, published.CONFIRMS)
    survey, shown = _survey(call, figure_id, sees) if sees or may_confirm else (None, [])
    return render_template(
        "desk/figure_review.html",
        survey=survey,
        shown=shown,
        titles=programme_titles(call.session),
        entry=entry,
        row=lists.told(call.session, [found])[0],
        before=before,
        codes=[ref.code for ref in chain.refs],
        floors=floors.assess(call.session, entry, found.value, chain, found.valid_from),
        fault=None,
        done=published.done(call.session, figure_id),
        is_own=found.entered_by == call.actor.user_id,
        may_preview=sees or may_confirm,
        may_confirm=may_confirm,
    )


@blueprint.post("/figures/<figure_id>/preview")
@writes()
def figure_preview(call: Call, figure_id: str) -> ResponseReturnValue:
    """Everybody concerned is calculated in the background; the page shows how far that is."""
    surveys.begin_preview(call.session, call.actor, figure_id, call.now)
    flash("已开始试算，可以离开本页，算完后再来看。", "success")
    return redirect(url_for("desk.figure_review", figure_id=figure_id))


def _survey(call: Call, figure_id: str, sees: bool) -> tuple[surveys.Told | None, list[published.Difference]]:
    told = surveys.of_figure(call.session, figure_id)
    if told is None or not told.is_done:
        return told, []
    return told, surveys.findings(call.session, told.id, limit=SHOWN, names=sees)
