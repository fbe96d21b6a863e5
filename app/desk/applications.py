"""Applying at the window (窗口代办): staff type what the applicant says, and the registry's rules answer at once."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app import intake
from app.cases import operations as cases
from app.cases import pages as views
from app.cases.repeated import AGAIN, Repeated
from app.core.clock import local_date
from app.core.errors import Rejection
from app.core.id_card import Card
from app.definitions.bundle import Bundle
from app.definitions.queries import deployed
from app.desk import cards, pages
from app.desk.blueprint import blueprint
from app.drafting import Pass
from app.drafts.queries import owner_of
from app.files import queries as files
from app.forms import Form
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.web import STAFF, Call, reads, transaction, transacts_itself

ADDRESS = "/apply/<programme>/<region_code>"
RECEIPT, VILLAGE = "desk_receipt", "desk_village"
FILE = "file_applications"


@blueprint.get("/apply")
@reads()
def apply_start(call: Call) -> ResponseReturnValue:
    today = local_date(call.now)
    regions = [identity.region(call.session, each) for each in sorted(identity_policy.region_ids(call.actor, FILE))]
    villages = [village for region in regions for village in identity.villages_within(call.session, region, today)]
    wanted = request.args.get("village")
    chosen = next((village for village in villages if village.code == wanted or len(villages) == 1), None)
    return render_template(
        "desk/apply_start.html",
        villages=villages,
        townships=identity.region_names(call.session, (each.township_id for each in villages if each.township_id)),
        chosen=chosen,
        programmes=deployed(call.session, identity.chain(call.session, chosen.id).ids, today) if chosen else [],
    )


@blueprint.get(ADDRESS)
@reads()
def application(call: Call, programme: str, region_code: str) -> ResponseReturnValue:
    """A link may bring what is known already, such as the name of an institution."""
    return _page(call, programme, region_code, request.args.to_dict())


@blueprint.post(ADDRESS)
@transacts_itself(STAFF)
def application_submit(programme: str, region_code: str) -> ResponseReturnValue:
    """Files are kept in a transaction of their own, so that a refused form comes back with them."""
    try:
        with transaction(STAFF, writing=False) as call:
            bundle, _ = _bundle(call, programme, region_code)
            form, held = bundle.application_form, _pass(call, bundle, region_code)
            g.typed = form.parse(request.form)
        intake.keep_files(STAFF, held, g.typed)
        if request.form.get("_action") == cards.FILL:
            return _read_card(programme, region_code, form)
        if action := form.row_action(request.form):
            with transaction(STAFF, writing=False) as call:
                return _page(call, programme, region_code, form.apply_row_action(g.typed, action))
        with transaction(STAFF, writing=True) as call:
            receipt = cases.apply(call.session, call.actor, programme, region_code, g.typed, call.now,
                                  again=request.form.get(AGAIN, ""))  # fmt: skip
            intake.filed(call, held, receipt.case_id, g.typed)
    except Rejection as rejection:
        if rejection.status != 422:
            raise
        with transaction(STAFF, writing=False) as call:
            return _page(call, programme, region_code, g.typed, rejection), rejection.status
    session[VILLAGE] = region_code
    session[RECEIPT] = [receipt.case_id, receipt.number, receipt.query_code]
    return redirect(url_for("desk.application_receipt"))


def _read_card(programme: str, region_code: str, form: Form) -> ResponseReturnValue:
    """The page with what the card says, beside what was typed. Raises Invalid."""
    g.typed, card = cards.filled(form, g.typed, request.form.get(cards.TEXT, ""), request.form.get(cards.WHOSE, ""))
    with transaction(STAFF, writing=False) as call:
        return _page(call, programme, region_code, g.typed, card=card)


@blueprint.get("/apply/receipt")
@reads()
def application_receipt(call: Call) -> ResponseReturnValue:
    """The slip for the applicant. Another one, or the logout, takes its place."""
    kept = session.get(RECEIPT)
    if kept is None:
        return redirect(url_for("desk.apply_start"))
    case_id, number, query_code, *renewed = kept
    head = views.seen(call.session, call.actor, case_id, call.now)
    return render_template(
        "desk/apply_receipt.html",
        case=head,
        number=number,
        query_code=query_code,
        renewed=bool(renewed),
        village=session.get(VILLAGE),
        paper="" if renewed else _paper(call, case_id),
    )


def _paper(call: Call, case_id: str) -> str:
    """The application as it was filed, to be read out and signed."""
    filed = views.application_of(call.session, call.actor, case_id, call.now)
    links = pages.file_links(files.uploads_of(call.session, case_id))
    return filed.form.render(filed.values, readonly=True, context=filed.context, reveal=True, files=links)


def _bundle(call: Call, programme: str, region_code: str) -> tuple[Bundle, identity.RegionChain]:
    """Raises NotYours where the viewer has no business."""
    place = intake.place_of(call, region_code)
    identity_policy.require_covers(call.session, call.actor, place, FILE)
    return intake.bundle_at(call, programme, place), place


def _pass(call: Call, bundle: Bundle, region_code: str) -> Pass:
    page = url_for("desk.application", programme=bundle.programme, region_code=region_code)
    return intake.pass_of(owner_of(call.actor), call.actor.name, bundle, region_code, page)


def _page(
    call: Call,
    programme: str,
    region_code: str,
    values: dict[str, Any],
    rejection: Rejection | None = None,
    card: Card | None = None,
) -> str:
    bundle, place = _bundle(call, programme, region_code)
    found = rejection.found if isinstance(rejection, Repeated) else []
    held, again = _pass(call, bundle, region_code), request.form.get(AGAIN, "")
    return intake.page(
        call, "desk/apply.html", held, bundle, place, values, rejection, repeats=found, again=again, again_field=AGAIN,
        card=card, cards=cards, card_places=cards.places(bundle.application_form),
    )  # fmt: skip
