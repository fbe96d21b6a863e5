"""How the applicant of a case is reached and paid, and what he asks of the office: a new query code, another account,
an answer to an appeal."""

from __future__ import annotations

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from app.cases import operations as cases
from app.desk.applications import RECEIPT
from app.desk.blueprint import blueprint
from app.desk.cases import again
from app.web import Call, writes


@blueprint.post("/cases/<case_id>/code")
@writes(again=again)
def renew_code(call: Call, case_id: str) -> ResponseReturnValue:
    """The card of whoever stands at the window was looked at; the slip is printed as that of an application is."""
    receipt = cases.renew_code(call.session, call.actor, case_id, request.form.get("id_number", ""), call.now)
    session[RECEIPT] = [receipt.case_id, receipt.number, receipt.query_code, True]
    return redirect(url_for("desk.application_receipt"))


@blueprint.post("/cases/<case_id>/requests/<request_id>/account")
@writes(again=lambda call, rejection, case_id, request_id: again(call, rejection, case_id))
def settle_account(call: Call, case_id: str, request_id: str) -> ResponseReturnValue:
    granted = request.form.get("granted") == "yes"
    reason = request.form.get("reason", "")
    moved = cases.settle_account(call.session, call.actor, case_id, request_id, granted, reason, call.now)
    told = f"{moved} 笔未付款项随之更正" if moved else "没有未付的款项"
    flash(f"收款账户已更正，{told}。" if granted else "已答复申请人，账户没有改。", "success")
    return redirect(url_for("desk.case", case_id=case_id, _anchor="requests"))


@blueprint.post("/cases/<case_id>/requests/<request_id>/answer")
@writes(again=lambda call, rejection, case_id, request_id: again(call, rejection, case_id))
def answer_appeal(call: Call, case_id: str, request_id: str) -> ResponseReturnValue:
    cases.answer_appeal(call.session, call.actor, case_id, request_id, request.form.get("text", ""), call.now)
    flash("申诉已答复，申请人会收到短信。", "success")
    return redirect(url_for("desk.case", case_id=case_id, _anchor="requests"))


@blueprint.post("/cases/<case_id>/appeal")
@writes(again=again)
def appeal(call: Call, case_id: str) -> ResponseReturnValue:
    """At the window, for somebody who cannot write it."""
    number = cases.appeal(call.session, call.actor, case_id, request.form.get("text", ""), call.now)
    flash(f"申诉已登记，编号 {number}。", "success")
    return redirect(url_for("desk.case", case_id=case_id, _anchor="requests"))
