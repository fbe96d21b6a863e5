"""Figures in force where the viewer works, and what waits for a second person. Entering is the owner's business."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.cases import published
from app.core.clock import local_date
from app.desk.blueprint import blueprint
from app.figures import lists, operations
from app.figures import queries as figures
from app.figures.catalogue import catalogue
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.web import Call, reads, writes


@blueprint.get("/figures")
@reads()
def figure_list(call: Call) -> ResponseReturnValue:
    today = local_date(call.now)
    places, waiting = [], dict[str, figures.FigureRow]()
    for region_id in sorted(identity_policy.region_ids(call.actor, "see_figures")):
        chain = identity.chain(call.session, region_id)
        codes = [ref.code for ref in chain.refs]
        places.append((chain.full_name, codes, figures.in_force(call.session, chain.ids, today)))
        waiting |= {row.id: row for row in figures.pending(call.session, [chain.nearest])}
    return render_template(
        "desk/figures.html",
        places=places,
        entries=catalogue(call.session).figures.values(),
        waiting=lists.told(call.session, list(waiting.values())),
        mine={row.id for row in waiting.values() if row.entered_by == call.actor.user_id},
        may_enter=identity_policy.may(call.actor, operations.ENTERS),
        may_confirm=identity_policy.may(call.actor, "confirm_figures"),
        may_compare=identity_policy.may(call.actor, published.SEE),
    )


@blueprint.post("/figures/<figure_id>/confirm")
@writes()
def figure_confirm(call: Call, figure_id: str) -> ResponseReturnValue:
    entered = operations.confirm(call.session, call.actor, figure_id, now=call.now)
    for note in entered.notes:
        flash(note, "warning")
    flash("已确认，从生效之日起执行；与它有关的在保待遇由系统自动重新核算。", "success")
    return redirect(url_for("desk.figure_list"))


@blueprint.post("/figures/<figure_id>/reject")
@writes()
def figure_reject(call: Call, figure_id: str) -> ResponseReturnValue:
    operations.reject(call.session, call.actor, figure_id, request.form.get("reason", ""), now=call.now)
    flash("已退回。", "success")
    return redirect(url_for("desk.figure_list"))
