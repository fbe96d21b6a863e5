"""Declaring a family tie (回避申报): who is related to the household leaves its case to colleagues."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.cases import queries
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
    item, people = _household(call, task_id)
    chosen, relation = whole_number(request.form.get("person", "")), request.form.get("relation", "")
    if chosen is None or chosen >= len(people):
        raise Invalid({"person": "请选择与您有亲属关系的人"})
    number = people[chosen]["id_number"]
    identity.declare_tie(call.session, call.actor.user_id or "", number, relation, local_date(call.now))
    if item.assignee_id is not None:
        inbox.unclaim(call.session, call.actor, task_id)
    flash("回避已登记，这个案件请由同岗位的其他同事办理。", "success")
    return redirect(url_for("desk.inbox_page"))


def _household(call: Call, task_id: str) -> tuple[Any, list[dict[str, Any]]]:
    """The item and everybody in the application who has an identity number. Raises as the task page does."""
    item = inbox.load(call.session, call.actor, task_id)
    action = queries.open_case(call.session, call.actor, item.case_id, call.now)
    application = action.variables.get("application") or {}
    members = (application.get("household") or {}).get("members") or []
    found = {each["id_number"]: each for each in [*reversed(members), application] if each.get("id_number")}
    return item, list(found.values())[::-1]


def _page(call: Call, task_id: str, rejection: Rejection | None = None) -> str:
    item, people = _household(call, task_id)
    return render_template(
        "desk/tie.html",
        item=item,
        people=[(each.get("name") or "", mask_id_number(each["id_number"])) for each in people],
        typed=request.form,
        errors=rejection.fields if rejection else {},
    )
