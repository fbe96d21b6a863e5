"""Acts on a task besides completing it: handing on, asking others, urging, commenting, taking back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.cases import operations as cases
from app.core.errors import NotFound, Rejection
from app.desk import act_drafts, undo
from app.desk.blueprint import blueprint
from app.desk.onward import onward
from app.desk.tasks import act_again
from app.inbox import exchanges
from app.inbox import operations as inbox
from app.web import Call, reads, services, writes

DONE = {
    "consult": "已请对方协办，对方答复后您会收到消息；您可以继续办理。",
    "sign": "已请对方会签，对方同意后才能提交这项工作。",
    "question": "问题已发给申请人，答复后您会收到消息。",
    "copy": "已抄送，对方会在待办“抄送我”里看到。",
}


@blueprint.post("/tasks/<task_id>/transfer")
@writes(again=act_again)
def transfer(call: Call, task_id: str) -> ResponseReturnValue:
    user_id, reason = request.form.get("user_id", ""), request.form.get("reason", "")
    cases.transfer_task(call.session, call.actor, task_id, user_id, reason, call.now)
    act_drafts.sent(call, task_id)
    flash("已转办，对方已收到消息。", "success")
    undo.offer(task_id, call.now, undo.HANDED_ON)
    return redirect(onward(call))


@blueprint.post("/tasks/<task_id>/ask")
@writes(again=act_again)
def ask(call: Call, task_id: str) -> ResponseReturnValue:
    kind, to, text = (request.form.get(name, "") for name in ("kind", "to", "text"))
    pausing = request.form.get("pausing") == "true"
    cases.ask(call.session, call.actor, task_id, kind, to, text, call.now, pausing=pausing)
    act_drafts.sent(call, task_id)
    flash(DONE[kind], "success")
    return redirect(url_for("desk.task", task_id=task_id, list=request.args.get("list"), _anchor="exchanges"))


@blueprint.post("/tasks/<task_id>/assign")
@writes()
def assign(call: Call, task_id: str) -> ResponseReturnValue:
    user_id, reason = request.form.get("user_id", ""), request.form.get("reason", "")
    cases.assign_task(call.session, call.actor, task_id, user_id, reason, call.now)
    flash("已分派，双方都收到消息。", "success")
    return redirect(_back(call, task_id))


@blueprint.post("/tasks/<task_id>/free")
@writes()
def free(call: Call, task_id: str) -> ResponseReturnValue:
    cases.free_task(call.session, call.actor, task_id, request.form.get("reason", ""), call.now)
    flash("已解除签收，同岗位的人都可以办理；原签收人已收到消息。", "success")
    return redirect(_back(call, task_id))


@blueprint.post("/tasks/<task_id>/urge")
@writes()
def urge(call: Call, task_id: str) -> ResponseReturnValue:
    cases.urge(call.session, call.actor, task_id, services().acts.urges, call.now)
    flash("已催办，对方已收到消息。", "success")
    return redirect(_back(call, task_id))


@blueprint.post("/tasks/<task_id>/take-back")
@writes()
def take_back(call: Call, task_id: str) -> ResponseReturnValue:
    opened = cases.take_back(call.session, call.actor, task_id, services().acts.take_back, call.now)
    undo.forget()
    flash("已撤回，您填的内容还在，改好后重新提交。", "success")
    return redirect(url_for("desk.task", task_id=opened))


@blueprint.post("/tasks/<task_id>/recall")
@writes()
def recall(call: Call, task_id: str) -> ResponseReturnValue:
    cases.recall_task(call.session, call.actor, task_id, services().acts.take_back, call.now)
    undo.forget()
    flash("已收回，工作还在您这里。", "success")
    return redirect(url_for("desk.task", task_id=task_id))


@blueprint.get("/asked/<item_id>")
@reads()
def asked(call: Call, item_id: str) -> ResponseReturnValue:
    return _asked(call, item_id)


def _asked_again(call: Call, rejection: Rejection, item_id: str) -> ResponseReturnValue:
    if rejection.status != 422:
        raise rejection
    return _asked(call, item_id, rejection)


@blueprint.post("/asked/<item_id>")
@writes(again=_asked_again)
def asked_answer(call: Call, item_id: str) -> ResponseReturnValue:
    agreed = {"true": True, "false": False}.get(request.form.get("agreed", ""))
    text = request.form.get("text", "")
    done = cases.answer_exchange(call.session, call.actor, item_id, text, call.now, agreed=agreed)
    act_drafts.sent(call, item_id)
    flash(f"已答复{done.by_name}。", "success")
    return redirect(onward(call))


def _asked(call: Call, item_id: str, rejection: Rejection | None = None) -> str:
    item, said = inbox.load(call.session, call.actor, item_id), exchanges.of_item(call.session, item_id)
    if said is None:
        raise NotFound("没有这项请求，请刷新待办")
    errors = rejection.fields if rejection else {}
    message = rejection.message if rejection else None
    begun = act_drafts.answer(call, item_id, url_for("desk.asked", item_id=item_id))
    return render_template("desk/asked.html", item=item, said=said, errors=errors, message=message, begun=begun)


@blueprint.post("/exchanges/<exchange_id>/withdraw")
@writes()
def exchange_withdraw(call: Call, exchange_id: str) -> ResponseReturnValue:
    done = cases.withdraw_exchange(call.session, call.actor, exchange_id, call.now)
    flash("已收回，对方不用再答复。", "success")
    if request.form.get("from") == "case":
        return redirect(url_for("desk.case", case_id=done.case_id, _anchor="exchanges"))
    return redirect(url_for("desk.task", task_id=done.task_id, _anchor="exchanges"))


def _back(call: Call, task_id: str) -> Any:
    return url_for("desk.case", case_id=inbox.case_of(call.session, task_id))
