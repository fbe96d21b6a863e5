"""Whether the published standard is the applied one (D15): by place and programme, who in payment is paid otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.cases import published, surveys
from app.core.clock import local_date
from app.definitions import queries as definitions
from app.desk.blueprint import blueprint
from app.figures import queries as figures
from app.figures.catalogue import catalogue
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.web import Call, reads, writes

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A programme that follows figures in a region, the figures, and what was found last."""

    region: identity.RegionRef
    programme: str
    title: str
    followed: list[tuple[str, str]]
    told: surveys.Told | None


@blueprint.get("/figures/applied")
@reads()
def figures_applied(call: Call) -> ResponseReturnValue:
    identity_policy.require_any(call.session, call.actor, published.SEE)
    regions = sorted(identity_policy.region_ids(call.actor, published.SEE))
    lines = [line for region_id in regions for line in _lines(call, region_id)]
    return render_template("desk/figures_applied.html", lines=lines)


@blueprint.post("/figures/applied/<region_id>/<programme>")
@writes()
def figures_compare(call: Call, region_id: str, programme: str) -> ResponseReturnValue:
    """Calculated in the background."""
    surveys.begin_applied(call.session, call.actor, programme, region_id, call.now)
    flash("已开始核对，可以离开本页，核对完后再来看。", "success")
    return redirect(url_for("desk.figures_applied"))


@blueprint.get("/figures/applied/<region_id>/<programme>")
@reads()
def figures_differing(call: Call, region_id: str, programme: str) -> ResponseReturnValue:
    """Page by page, who is paid something else than what is published."""
    told = surveys.get(call.session, call.actor, programme, region_id)
    after = request.args.get("after", "")
    found = [] if told is None else surveys.findings(call.session, told.id, after=after, limit=SHOWN + 1,
                                                     names=True)  # fmt: skip
    return render_template(
        "desk/figures_differing.html",
        told=told,
        place=identity.chain(call.session, region_id).full_name,
        title=definitions.programme_titles(call.session).get(programme, programme),
        found=found[:SHOWN],
        next=found[SHOWN - 1].award_id if len(found) > SHOWN else None,
        region_id=region_id,
        programme=programme,
    )


def _lines(call: Call, region_id: str) -> list[Line]:
    chain, today = identity.chain(call.session, region_id), local_date(call.now)
    entries, known = figures.in_force(call.session, chain.ids, today), catalogue(call.session).figures
    lines: dict[str, Line] = {}
    for bundle in definitions.reaching(call.session, chain, today):
        if bundle.programme in lines or not bundle.following():
            continue
        followed = [(entry.title, entry.display(entries[key].value)) for key, entry in known.items()
                    if key in entries and bundle.following(key)]  # fmt: skip
        told = surveys.of_programme(call.session, bundle.programme, region_id)
        lines[bundle.programme] = Line(chain.nearest, bundle.programme, bundle.title, followed, told)
    return list(lines.values())
