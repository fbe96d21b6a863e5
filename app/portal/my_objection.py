"""What who objected may see with number and query code: how the objection stands, and the reply to it alone."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import NotFound, Rejection
from app.core.spelling import compact
from app.documents import operations as letters
from app.documents import queries as documents
from app.identity import queries as identity
from app.portal import grant
from app.portal.blueprint import blueprint
from app.portal.objecting import RECEIPT
from app.portal.proving import proved
from app.publicity import objections
from app.web import ANYONE, Call, reads, services, transaction, transacts_itself
from app.web.download import COMING, PDF, attachment

LOOKS = "my_objection"
STATES = {
    "posted": "核查已经结束，公示继续。",
    "completed": "核查已经结束，公示已经期满。",
    "taken_down": "核查已经结束，公示已经撤下。",
}
UNDER_REVIEW = "公示已暂停，乡镇（街道）正在调查核实，会书面答复您。"
STOPPED = "公示已经撤下，案件退回重新办理或者已经终止。再次公示后仍有不同意见的，可以再提异议。"


@blueprint.get("/objections")
@reads(ANYONE)
def objection_status(call: Call) -> ResponseReturnValue:
    return render_template("portal/objection_status.html", number="", message=None)


@blueprint.post("/objections")
@transacts_itself(ANYONE)
def objection_query() -> ResponseReturnValue:
    number, code = compact(request.form.get("number", ""))[:30], request.form.get("query_code", "")
    try:
        found = proved(f"objection:{number}", lambda call: objections.find(call.session, number, code))
    except Rejection as rejection:
        page = render_template("portal/objection_status.html", number=number, message=rejection.message)
        return page, rejection.status
    session.permanent = True
    session[LOOKS] = [found, services().clock.now().timestamp() + grant.LIFE_SECONDS]
    return redirect(url_for("portal.my_objection"))


@blueprint.get("/my-objection")
@reads(ANYONE)
def my_objection(call: Call) -> ResponseReturnValue:
    session.pop(RECEIPT, None)
    held = _held(call)
    if held is None:
        return redirect(url_for("portal.objection_status"))
    shown = objections.standing(call.session, held)
    return render_template(
        "portal/my_objection.html",
        objection=shown,
        place=identity.chain(call.session, shown.region_id).full_name,
        state=_state(shown),
        reply=_reply(call, shown),
    )


@blueprint.get("/my-objection/reply.pdf")
@transacts_itself(ANYONE)
def objection_reply() -> ResponseReturnValue:
    """The stored PDF, or a page that says that it is coming."""
    with transaction(ANYONE, writing=True) as call:
        held = _held(call)
        reply = _reply(call, objections.standing(call.session, held)) if held else None
        if reply is None:
            raise NotFound("还没有给您的答复书，请稍后再看")
        found = letters.hand_out_pdf(call.session, call.actor, reply.id, call.now)
        if found is not None:
            return attachment(found.content, found.filename, PDF)
        failed = letters.is_given_up(call.session, reply.id)
    with transaction(ANYONE, writing=False):
        back = url_for("portal.my_objection")
        page = render_template("portal/letter_coming.html", letter=reply, failed=failed, back=back)
    return page, 202, {} if failed else COMING


@blueprint.post("/my-objection/leave")
@transacts_itself(ANYONE)
def objection_leave() -> ResponseReturnValue:
    session.pop(LOOKS, None)
    return redirect(url_for("portal.objection_status"))


def _state(shown: objections.Standing) -> str:
    """What came of it; a case that goes back or ends takes its notice down without an answer."""
    if shown.answered:
        return STATES.get(shown.notice_status, UNDER_REVIEW)
    return STOPPED if shown.notice_status == "taken_down" else UNDER_REVIEW


def _held(call: Call) -> str | None:
    """The objection that this browser may look at, for a quarter of an hour since the last look."""
    found, until = session.get(LOOKS) or (None, 0)
    if found is None or until < call.now.timestamp():
        session.pop(LOOKS, None)
        return None
    session[LOOKS] = [found, call.now.timestamp() + grant.LIFE_SECONDS]
    return str(found)


def _reply(call: Call, shown: objections.Standing) -> Any | None:
    """The letter, unless it was taken back."""
    row = documents.document(call.session, shown.reply_id) if shown.reply_id else None
    return row if row is not None and row.voided_at is None else None
