"""Applying without an account."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import intake
from app.cases import operations as cases
from app.core.actor import APPLICANT
from app.core.errors import Rejection
from app.definitions.bundle import Bundle
from app.drafting import Pass, visitor
from app.identity import queries as identity
from app.identity.credentials import count_visit
from app.portal import grant
from app.portal.blueprint import blueprint
from app.web import ANYONE, Call, reads, transaction, transacts_itself

# A quarter of an hour of one address: forms come back for corrections and rows, so that this is many people.
MOST_SENDINGS = 120
ADDRESS = "/apply/<programme>/<region_code>"


@blueprint.get(ADDRESS)
@reads(ANYONE)
def application(call: Call, programme: str, region_code: str) -> ResponseReturnValue:
    return _page(call, programme, region_code, None)


@blueprint.post(ADDRESS)
@transacts_itself(ANYONE)
def application_submit(programme: str, region_code: str) -> ResponseReturnValue:
    """Files are kept in a transaction of their own, so that a refused form comes back with them."""
    try:
        with transaction(ANYONE, writing=True) as call:
            bundle, _ = _bundle(call, programme, region_code)
            form, held = bundle.application_form, _pass(bundle, region_code)
            g.typed = form.parse(request.form)
            count_visit(call.session, "application", request.remote_addr or "", MOST_SENDINGS, call.now)
        intake.keep_files(ANYONE, held, g.typed)
        if action := form.row_action(request.form):
            with transaction(ANYONE, writing=False) as call:
                return _page(call, programme, region_code, form.apply_row_action(g.typed, action))
        with transaction(ANYONE, writing=True) as call:
            receipt = cases.apply(call.session, APPLICANT, programme, region_code, g.typed, call.now)
            intake.filed(call, held, receipt.case_id, g.typed)
    except Rejection as rejection:
        if rejection.status not in (422, 429):
            raise
        with transaction(ANYONE, writing=False) as call:
            return _page(call, programme, region_code, g.typed, rejection), rejection.status
    grant.give(receipt.case_id, call.now)
    grant.keep_receipt(receipt.number, receipt.query_code)
    return redirect(url_for("portal.receipt"))


@blueprint.get("/apply/receipt")
@reads(ANYONE)
def receipt(call: Call) -> ResponseReturnValue:
    """Number and query code stay on screen until the applicant leaves, since a page may be reloaded."""
    grant.held(call.now)
    kept = grant.receipt()
    if kept is None:
        return redirect(url_for("portal.status"))
    return render_template("portal/receipt.html", number=kept[0], query_code=kept[1])


def _bundle(call: Call, programme: str, region_code: str) -> tuple[Bundle, identity.RegionChain]:
    place = intake.place_of(call, region_code)
    return intake.bundle_at(call, programme, place), place


def _pass(bundle: Bundle, region_code: str) -> Pass:
    page = url_for("portal.application", programme=bundle.programme, region_code=region_code)
    return intake.pass_of(visitor.owner(visitor.code()), APPLICANT.name, bundle, region_code, page)


def _page(
    call: Call, programme: str, region_code: str, values: dict[str, Any] | None, rejection: Rejection | None = None
) -> str:
    bundle, place = _bundle(call, programme, region_code)
    held, code = _pass(bundle, region_code), visitor.code()
    return intake.page(call, "portal/application.html", held, bundle, place, values, rejection, code=code)
