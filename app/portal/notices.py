"""The public notice board (公示) and objections."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.cases import operations as cases
from app.core.actor import APPLICANT
from app.core.clock import local_date
from app.core.errors import Gone, Invalid, NotFound, Rejection
from app.drafting import Opened, Pass, Sentences, opened, visitor
from app.drafts import operations as drafts
from app.drafts.queries import form as subject_of
from app.files.posted import pending_owner
from app.identity import queries as identity
from app.identity.credentials import count_visit
from app.portal.blueprint import blueprint
from app.publicity import queries as publicity
from app.web import ANYONE, Call, reads, writes
from app.web.paging import cut

PAGE_ROWS = 12
OBJECTION = "objection"
STANDS = "posted"
COUNTS = (STANDS, "interrupted")  # who objects while it is stopped joins the open review
MOST_OBJECTIONS = 10  # in a quarter of an hour from one address


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the objection."""

    name: str
    label: str
    most: int
    required: str
    long: bool = False


FIELDS = (
    Field("name", "您的姓名", 50, "请填写您的姓名，便于核实"),
    Field("phone", "联系电话", 20, "请填写联系电话，便于核实"),
    Field("reason", "有什么不同意见", 1000, "请写明您的意见和理由", long=True),
)


@blueprint.get("/notices")
@reads(ANYONE)
def board(call: Call) -> ResponseReturnValue:
    code, after = request.args.get("county", ""), request.args.get("after")
    counties = identity.counties(call.session, local_date(call.now))
    county = next((region for region in counties if region.code == code), None)
    rows = publicity.board(call.session, county.id if county else None, after or "", PAGE_ROWS + 1)
    page = cut(rows, PAGE_ROWS)
    places = identity.region_names(call.session, (row.region_id for row in page.items))
    return render_template("portal/board.html", page=page, after=after, counties=counties, county=code, places=places)


@blueprint.get("/notices/<notice_id>")
@reads(ANYONE)
def notice(call: Call, notice_id: str) -> ResponseReturnValue:
    return _page(call, notice_id)


def _again(call: Call, rejection: Rejection, notice_id: str) -> ResponseReturnValue:
    if rejection.status != 422:
        raise rejection
    return _page(call, notice_id, rejection)


@blueprint.post("/notices/<notice_id>")
@writes(ANYONE, again=_again)
def objection(call: Call, notice_id: str) -> ResponseReturnValue:
    data = {field.name: request.form.get(field.name, "").strip() for field in FIELDS}
    wrong = {field.name: field.required for field in FIELDS if not data[field.name]}
    wrong |= {f.name: f"最多填写 {f.most} 个字" for f in FIELDS if len(data[f.name]) > f.most}
    if wrong:
        raise Invalid(wrong)
    meant = publicity.notice(call.session, notice_id)
    if meant.status not in COUNTS:
        raise Gone("公示已经结束或撤下，如有意见请向县级民政部门反映")
    count_visit(call.session, "objection", request.remote_addr or "", MOST_OBJECTIONS, call.now)
    cases.object_to(call.session, APPLICANT, meant.case_id, data, call.now)
    drafts.finish(call.session, subject_of(OBJECTION, notice_id), visitor.owner(visitor.held()))
    return render_template("portal/thanks.html")


def _draft(call: Call, notice_id: str) -> Opened:
    """What this device's visitor began to write, found again on this page and under the code of the visitor."""
    owner, subject = visitor.owner(visitor.code()), subject_of(OBJECTION, notice_id)
    page = url_for("portal.notice", notice_id=notice_id)
    held = Pass(owner, APPLICANT.name, subject, "", page, pending_owner(owner, subject))
    return opened(call.session, held, Sentences({field.name: field.label for field in FIELDS}))


def _page(call: Call, notice_id: str, rejection: Rejection | None = None) -> str:
    """Only while it stands: afterwards nobody reads here any more who was helped."""
    shown = publicity.notice(call.session, notice_id)
    if shown.status != STANDS:
        raise NotFound("这个公示已经结束或撤下")
    draft = _draft(call, notice_id) if shown.waits else None
    before = draft.values if draft else {}
    return render_template(
        "portal/notice.html",
        notice=shown,
        place=identity.chain(call.session, shown.region_id).full_name,
        fields=FIELDS,
        values={field.name: request.form.get(field.name, before.get(field.name, "")) for field in FIELDS},
        draft=draft,
        message=rejection.message if rejection else None,
        errors=rejection.fields if rejection else {},
    )
