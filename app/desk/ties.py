"""Declaring a family tie (回避申报): who is related to the household leaves its case to colleagues."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.cases import pages as cases
from app.core.chinese import mask_id_number
from app.core.clock import local_date
from app.core.errors import Invalid, Rejection
from app.core.whole import whole_number
from app.desk.blueprint import blueprint
from app.identity import operations as identity
from app.inbox import operations as inbox
from app.web import Call, reads, writes


@blueprint.get("/tasks/<task_id>/tie")
@reads()
def tie(call: Call, task_id: str) -> ResponseReturnValue:
    return _page(call, task_id)


def _again(call: Call, rejection: Rejection, task_id: str) -> ResponseReturnValue:
    if rejection.status != 422:
        raise rejection
    return _page(call, task_id, rejection)


@blueprint.post("/tasks/<task_id>/tie")
@writes(again=_again)
def tie_declare(call: Call, task_id: str) -> ResponseReturnValue:
    item, people = cases.household(call.session, call.actor, task_id, call.now)
    chosen, relation = whole_number(request.form.get("person", "")), request.form.get("relation", "")
    if chosen is None or chosen >= len(people):
        raise Invalid({"person": "请选择与您有亲属关系的人"})
    number = people[chosen]["id_number"]
    identity.declare_tie(call.session, call.actor.user_id or "", number, relation, local_date(call.now))
    if item.assignee_id is not None:
        inbox.unclaim(call.session, call.actor, task_id, call.now)
    flash("回避已登记，这个案件请由同岗位的其他同事办理。", "success")
    return redirect(url_for("desk.inbox_page"))


def _page(call: Call, task_id: str, rejection: Rejection | None = None) -> str:
    item, people = cases.household(call.session, call.actor, task_id, call.now)
    return render_template(
        "desk/tie.html",
        item=item,
        people=[(each.get("name") or "", mask_id_number(each["id_number"])) for each in people],
        typed=request.form,
        errors=rejection.fields if rejection else {},
    )
