"""What the office does with a case on behalf of somebody: withdraw it, take down an objection, prove a posting."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app.cases import operations as cases
from app.cases import pages as views
from app.core.errors import Invalid, NotFound
from app.desk import act_drafts
from app.desk.blueprint import blueprint
from app.desk.cases import again
from app.files import operations as uploads
from app.files.arriving import all_received
from app.publicity import operations as publicity
from app.publicity import queries as notices
from app.web import STAFF, Call, reads, transaction, transacts_itself, writes
from app.web.posted import files_of

RECEIPT = "objection_receipt"
OBJECTOR = (
    ("name", "请填写异议人姓名", 50),
    ("phone", "请填写异议人电话，方便核实", 20),
    ("reason", "请写明异议内容", 1000),
)


@blueprint.post("/cases/<case_id>/withdraw")
@writes(again=again)
def withdraw(call: Call, case_id: str) -> ResponseReturnValue:
    """The applicant came to the window to take the application back."""
    reason = request.form.get("reason", "")
    if not reason.strip():
        raise Invalid({"reason": "请填写申请人撤回的理由"})
    cases.withdraw(call.session, call.actor, case_id, reason, call.now)
    act_drafts.sent(call, case_id)
    flash("已按申请人的意愿撤回。", "success")
    return redirect(url_for("desk.case", case_id=case_id))


@blueprint.post("/cases/<case_id>/objections")
@writes(again=again)
def objection(call: Call, case_id: str) -> ResponseReturnValue:
    """Somebody who stands at the window with his papers objects while the notice stands."""
    data = {name: request.form.get(name, "").strip() for name, _, _ in OBJECTOR}
    wrong = {name: told for name, told, _ in OBJECTOR if not data[name]}
    wrong |= {name: f"最多填写 {most} 个字" for name, _, most in OBJECTOR if len(data[name]) > most}
    if not request.form.get("id_seen"):
        wrong["id_seen"] = "请核对异议人的身份证件并勾选；不愿出示的，可以作为线索反映，公示不暂停"
    if wrong:
        raise Invalid(wrong)
    receipt = cases.object_to(call.session, call.actor, case_id, data, call.now)
    session[RECEIPT] = [case_id, receipt.number, receipt.query_code]
    return redirect(url_for("desk.objection_receipt", case_id=case_id))


@blueprint.post("/cases/<case_id>/objections/<objection_id>/code")
@writes(again=lambda call, rejection, case_id, objection_id: again(call, rejection, case_id))
def objection_code(call: Call, case_id: str, objection_id: str) -> ResponseReturnValue:
    """Who objected has lost the code, and stands at the window with his papers."""
    if not request.form.get("id_seen"):
        raise Invalid({"id_seen": "请核对异议人的身份证件并勾选"})
    receipt = cases.renew_objection_code(call.session, call.actor, case_id, objection_id, call.now)
    session[RECEIPT] = [case_id, receipt.number, receipt.query_code]
    return redirect(url_for("desk.objection_receipt", case_id=case_id))


@blueprint.get("/cases/<case_id>/objections/receipt")
@reads()
def objection_receipt(call: Call, case_id: str) -> ResponseReturnValue:
    """Number and code for the objector, until another one objects: a page may be reloaded, or the printer jam."""
    kept = session.get(RECEIPT)
    if kept is None or kept[0] != case_id:
        return redirect(url_for("desk.case", case_id=case_id, _anchor="objections"))
    views.seen(call.session, call.actor, case_id, call.now)
    return render_template("desk/objection_receipt.html", case_id=case_id, number=kept[1], query_code=kept[2])


@blueprint.post("/cases/<case_id>/leads/<lead_id>")
@writes(again=lambda call, rejection, case_id, lead_id: again(call, rejection, case_id))
def settle_lead(call: Call, case_id: str, lead_id: str) -> ResponseReturnValue:
    """What came of looking into a lead."""
    cases.settle_lead(call.session, call.actor, case_id, lead_id, request.form.get("text", ""), call.now)
    flash("核实结果已登记。", "success")
    return redirect(url_for("desk.case", case_id=case_id, _anchor="leads"))


@blueprint.post("/cases/<case_id>/notices/<notice_id>/proof")
@transacts_itself(STAFF)
def posting_proof(case_id: str, notice_id: str) -> ResponseReturnValue:
    """A photograph of the notice on the wall; the latest one counts, all of them stay with the case."""
    with transaction(STAFF, writing=False) as call:
        views.seen(call.session, call.actor, case_id, call.now)
        if notices.notice(call.session, notice_id).case_id != case_id:
            raise NotFound("这个案件没有这个公示，请刷新页面")
    sent = [(name, content) for _, name, content in all_received(files_of(request, uploads.FIELD))]
    with transaction(STAFF, writing=True) as call:
        views.seen(call.session, call.actor, case_id, call.now)
        ids = uploads.add(call.session, call.actor, case_id, sent, call.now)
        publicity.attach_proof(call.session, notice_id, ids[-1])
    flash("公示照片已上传。", "success")
    return redirect(url_for("desk.case", case_id=case_id, _anchor="notices"))
