"""The public notice board (公示), and what may be said to a notice: an objection, or a lead of who gives no name."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app.cases import operations as cases
from app.core.actor import APPLICANT, CITIZEN
from app.core.clock import local_date
from app.core.errors import NotFound, Rejection
from app.drafting import Opened, Pass, Sentences, opened, visitor
from app.drafts.queries import form as subject_of
from app.files.posted import pending_owner
from app.identity import queries as identity
from app.portal import objecting
from app.portal.blueprint import blueprint
from app.portal.objecting import FIELDS, OBJECTION
from app.publicity import confirming
from app.publicity import queries as publicity
from app.web import ANYONE, Afterwards, Call, reads, writes
from app.web.paging import cut

PAGE_ROWS = 12
STANDS = "posted"
THANKS = "线索已转给乡镇（街道）核实。没有核实过联系方式，公示不因此暂停，也不单独答复。"
LEVELS = (("county", "县（市、区）"), ("township", "乡镇（街道）"), ("village", "村（社区）"))


@blueprint.get("/notices")
@reads(ANYONE)
def board(call: Call) -> ResponseReturnValue:
    after, programme = request.args.get("after"), request.args.get("programme", "")
    levels, place = _places(call)
    county = levels[0]["chosen"]
    asked = publicity.Asked(
        county.id if county else None,
        identity.ids_within(place) if place is not None and place is not county else None,
        programme or None,
    )
    page = cut(publicity.board(call.session, asked, after or "", PAGE_ROWS + 1), PAGE_ROWS)
    titles = publicity.programmes_on_board(call.session, asked.county_id)
    return render_template(
        "portal/board.html",
        page=page,
        after=after,
        levels=levels,
        place=place,
        programme=programme,
        programmes=titles if programme in ("", *titles) else [*titles, programme],
        places=identity.region_names(call.session, (row.region_id for row in page.items)),
    )


def _places(call: Call) -> tuple[list[dict[str, Any]], Any]:
    """The lists from county to village as far as something is chosen above, and the lowest that is chosen."""
    found: list[dict[str, Any]] = []
    place: Any = None
    on = local_date(call.now)
    for key, label in LEVELS:
        options = identity.children(call.session, place.id, on) if place else identity.counties(call.session, on)
        chosen = next((each for each in options if each.code == request.args.get(key)), None)
        found.append({"key": key, "label": label, "options": options, "chosen": chosen})
        if chosen is None:
            break
        place = chosen
    return found, place


@blueprint.get("/notices/<notice_id>")
@reads(ANYONE)
def notice(call: Call, notice_id: str) -> ResponseReturnValue:
    return _page(call, notice_id)


def _again(call: Call, rejection: Rejection, notice_id: str) -> ResponseReturnValue:
    if rejection.status not in (422, 429):
        raise rejection
    return _page(call, notice_id, rejection)


@blueprint.post("/notices/<notice_id>")
@writes(ANYONE, again=_again)
def objection(call: Call, notice_id: str) -> ResponseReturnValue:
    """Nothing stops yet: a code goes to the telephone."""
    said = objecting.typed()
    objecting.require_stands(call, notice_id)
    objecting.count(call, notice_id)
    held = session.get(objecting.HELD, "")
    session[objecting.HELD] = confirming.begin(call.session, notice_id, said, held, call.now)
    return redirect(url_for("portal.objection_confirm"))


@blueprint.post("/notices/<notice_id>/leads")
@writes(ANYONE, again=_again)
def lead(call: Call, notice_id: str) -> Afterwards:
    """Who gives no name: it reaches the township and stops nothing."""
    objecting.count(call, notice_id)
    cases.report_lead(call.session, CITIZEN, notice_id, request.form.get("text", ""), call.now)
    return Afterwards(lambda _: render_template("portal/thanks.html", title="线索已收到", told=THANKS))


def _page(call: Call, notice_id: str, rejection: Rejection | None = None) -> str:
    """Only while it stands: afterwards nobody reads here any more who was helped."""
    shown = publicity.notice(call.session, notice_id)
    if shown.status != STANDS:
        raise NotFound("这个公示已经结束或撤下")
    draft = _draft(call, notice_id) if shown.waits else None
    before = draft.values if draft else {}
    refused = request.endpoint if rejection else ""
    typed = request.form if refused == "portal.objection" else {}
    return render_template(
        "portal/notice.html",
        notice=shown,
        place=identity.chain(call.session, shown.region_id).full_name,
        fields=FIELDS,
        values={field.name: typed.get(field.name, before.get(field.name, "")) for field in FIELDS},
        draft=draft,
        refused=refused,
        lead_text=request.form.get("text", ""),
        message=rejection.message if rejection else None,
        errors=rejection.fields if rejection else {},
    )


def _draft(call: Call, notice_id: str) -> Opened:
    """What this device's visitor began to write, found again on this page and under the code of the visitor."""
    owner, subject = visitor.owner(visitor.code()), subject_of(OBJECTION, notice_id)
    address = url_for("portal.notice", notice_id=notice_id)
    held = Pass(owner, APPLICANT.name, subject, "", address, pending_owner(owner, subject))
    return opened(call.session, held, Sentences({field.name: field.label for field in FIELDS}))
