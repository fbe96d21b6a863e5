"""Which programme? A few questions before anybody applies; nothing of the answers is kept."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import intake
from app.core.clock import local_date
from app.definitions import precheck
from app.definitions.queries import bundle_by_id, deployed
from app.portal.blueprint import blueprint
from app.web import ANYONE, Call, reads


@blueprint.get("/fits")
@reads(ANYONE)
def fits(call: Call) -> ResponseReturnValue:
    """The questions of the programmes of a place, and below them what the answers say."""
    code = request.args.get("at", "")
    if not code:
        return redirect(url_for("portal.home"))
    place = intake.place_of(call, code)
    offers = deployed(call.session, place.ids, local_date(call.now))
    bundles = [bundle_by_id(call.session, offer.release_id) for offer in offers]
    questions = precheck.questions_of(bundles)
    answers = precheck.answers_of(questions, request.args)
    told = [precheck.verdict(bundle, answers) for bundle in bundles] if request.args.get("asked") else []
    groups = [
        ("可能符合", [each for each in told if each.fits]),
        ("还说不准", [each for each in told if each.fits is None]),
        ("看来不符合", [each for each in told if each.fits is False]),
    ]
    return render_template(
        "portal/fits.html", place=place, code=code, questions=questions, groups=[each for each in groups if each[1]],
        unanswered=bool(told) and all(answer is None for answer in answers.values()),
    )  # fmt: skip
