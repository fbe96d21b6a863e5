"""Figures in force where the viewer works; changing them is the policy owner's business."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.core.clock import local_date
from app.desk.blueprint import blueprint
from app.figures import queries as figures
from app.figures.catalogue import catalogue
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.web import Call, reads


@blueprint.get("/figures")
@reads()
def figure_list(call: Call) -> ResponseReturnValue:
    today = local_date(call.now)
    places = []
    for region_id in sorted(identity_policy.region_ids(call.actor, "see_figures")):
        chain = identity.chain(call.session, region_id)
        codes = [ref.code for ref in chain.refs]
        places.append((chain.full_name, codes, figures.in_force(call.session, chain.ids, today)))
    return render_template("desk/figures.html", places=places, entries=catalogue(call.session).figures.values())
