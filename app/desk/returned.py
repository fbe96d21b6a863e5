"""Money that the bank sent back (退汇): marked, read from the bank's answer, ordered again or given up."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.chinese import mask_account
from app.core.errors import Invalid, Rejection
from app.definitions.queries import programme_titles
from app.desk.blueprint import blueprint
from app.desk.money import again
from app.funds import bank_reply, lists, returns
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.web import STAFF, Call, reads, transaction, transacts_itself, writes
from app.web.posted import files_of

ANSWER = "answer"


@blueprint.post("/payments/returned")
@writes(again=again)
def payment_returned(call: Call) -> ResponseReturnValue:
    """The bank refused or sent back the ticked orders."""
    reason = request.form.get("reason", "")
    done = returns.mark_returned(call.session, call.actor, request.form.getlist("order"), reason, call.now)
    flash(f"已登记退汇 {done} 笔，请在待办中逐笔处理；系统会给本人开出退汇告知书。", "success")
    return redirect(url_for("desk.payment_list", status="returned"))


@blueprint.post("/payments/files/<file_id>/answer")
@transacts_itself(STAFF, again=again)
def bank_file_answer(file_id: str) -> ResponseReturnValue:
    """The bank's answer to a whole file, as a table."""
    with transaction(STAFF, writing=False) as call:
        identity_policy.require_any(call.session, call.actor, "pay")
    sent = [(name, content) for _, name, content in files_of(request, ANSWER)]
    if not sent:
        raise Invalid({ANSWER: "请选择银行的答复文件（Excel 或 CSV）"})
    proof = request.form.get("proof", "")
    answer = bank_reply.understood(sent[0][1])
    with transaction(STAFF, writing=True) as call:
        identity_policy.require_any(call.session, call.actor, "pay")
        reply = bank_reply.take(call.session, call.actor, file_id, answer, proof, call.now)
    flash(f"已登记支付 {reply.paid} 笔，退汇 {reply.returned} 笔。", "success")
    return redirect(url_for("desk.payment_list", file=file_id))


@blueprint.get("/payments/<order_id>/returned")
@reads()
def returned_payment(call: Call, order_id: str) -> ResponseReturnValue:
    return _page(call, order_id)


def _again(call: Call, rejection: Rejection, order_id: str) -> ResponseReturnValue:
    if rejection.status != 422:
        raise rejection
    return _page(call, order_id, rejection)


@blueprint.post("/payments/<order_id>/again")
@writes(again=_again)
def payment_again(call: Call, order_id: str) -> ResponseReturnValue:
    account, basis = request.form.get("account", ""), request.form.get("basis", "")
    returns.order_again(call.session, call.actor, order_id, account, basis, call.now)
    told = "账号是您更正的，请由另一位同事制作银行文件。" if account.strip() else "请列入下一个银行文件。"
    flash(f"已重新生成支付单，{told}", "success")
    return redirect(url_for("desk.payment_list", status="pending"))


@blueprint.post("/payments/<order_id>/give-up")
@writes(again=_again)
def payment_give_up(call: Call, order_id: str) -> ResponseReturnValue:
    returns.give_up(call.session, call.actor, order_id, request.form.get("reason", ""), call.now)
    flash("已登记不再支付，款项留在原来的资金账上。", "success")
    return redirect(url_for("desk.payment_list", status="returned"))


def _page(call: Call, order_id: str, rejection: Rejection | None = None) -> str:
    found = returns.returned(call.session, call.actor, order_id)
    order = found.order
    account = lists.accounts(call.session, [order]).get(order_id)
    return render_template(
        "desk/returned.html",
        order=order,
        waits=found.waits,
        amount=found.amount,
        account=mask_account(account) if account else "无",
        of_institution=order.account is None and order.institution_id is not None,
        programme=programme_titles(call.session).get(order.programme, order.programme),
        place=identity.chain(call.session, order.region_id).full_name,
        typed=request.form,
        errors=(rejection.fields or {}) if rejection else {},
        message=rejection.message if rejection else None,
    )
