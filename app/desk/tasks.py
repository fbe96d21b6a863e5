"""One task: look, claim, fill in, keep a draft, complete, return."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.cases import operations as cases
from app.cases import pages as views
from app.cases import queries
from app.cases.identifying import FIELD as CONFIRMED
from app.cases.returned_money import KIND as RETURNED
from app.core.clock import local_date
from app.core.errors import Rejection
from app.desk import pages
from app.desk.blueprint import blueprint
from app.desk.onward import onward
from app.files import queries as files
from app.files.posted import take
from app.identity import queries as identity
from app.inbox import operations as inbox
from app.web import Call, reads, writes
from app.web.posted import files_of, upload_limits


@blueprint.get("/tasks/<task_id>")
@reads()
def task(call: Call, task_id: str) -> ResponseReturnValue:
    item = inbox.load(call.session, call.actor, task_id)
    if item.kind == RETURNED:
        return redirect(url_for("desk.returned_payment", order_id=item.id))
    if item.kind != "task":
        return redirect(url_for("desk.case", case_id=item.case_id))
    return _page(call, views.task_page(call.session, call.actor, task_id, call.now))


@blueprint.post("/tasks/<task_id>/claim")
@writes()
def claim(call: Call, task_id: str) -> ResponseReturnValue:
    inbox.claim(call.session, call.actor, task_id, call.now)
    return redirect(url_for("desk.task", task_id=task_id))


@blueprint.post("/tasks/<task_id>/unclaim")
@writes()
def unclaim(call: Call, task_id: str) -> ResponseReturnValue:
    inbox.unclaim(call.session, call.actor, task_id, call.now)
    flash("已放回，同岗位的人都可以办理。", "success")
    return redirect(onward(call))


@blueprint.post("/tasks/<task_id>/transfer")
@writes()
def transfer(call: Call, task_id: str) -> ResponseReturnValue:
    inbox.transfer(call.session, call.actor, task_id, request.form.get("user_id", ""), call.now)
    flash("已转办，对方会在待办“我的”里看到。", "success")
    return redirect(onward(call))


@blueprint.post("/tasks/<task_id>/read")
@writes()
def acknowledge(call: Call, task_id: str) -> ResponseReturnValue:
    inbox.acknowledge(call.session, call.actor, task_id, call.now)
    return redirect(onward(call))


def _again(call: Call, rejection: Rejection, task_id: str) -> ResponseReturnValue:
    """The page with what was typed. What is not the form's own business gets the error page."""
    if rejection.status != 422 and not rejection.fields:
        raise rejection
    page = views.task_page(call.session, call.actor, task_id, call.now)
    return _page(call, page, g.get("typed", page.values), rejection)


@blueprint.post("/tasks/<task_id>/complete")
@writes(again=_again)
def complete(call: Call, task_id: str) -> ResponseReturnValue:
    item, form = queries.task_form(call.session, task_id)
    g.typed = data = {**form.parse(request.form), **_answered()}
    if action := form.row_action(request.form):
        page = views.task_page(call.session, call.actor, task_id, call.now)
        return _page(call, page, form.apply_row_action(data, action))
    inbox.require_candidate(item, call.actor)
    take(call.session, call.actor, item.case_id, data, files_of(request), call.now)
    done = cases.complete_task(call.session, call.actor, task_id, data, call.now)
    if done.incident:
        flash(f"已提交，但后面的环节处理失败：{done.incident}", "warning")
        return redirect(url_for("desk.case", case_id=done.case_id))
    flash(f"已办结“{item.title}”（{item.subject}）。", "success")
    return redirect(onward(call))


@blueprint.post("/tasks/<task_id>/draft")
@writes(again=_again)
def draft(call: Call, task_id: str) -> ResponseReturnValue:
    item, form = queries.task_form(call.session, task_id)
    g.typed = data = {**form.parse(request.form), **_answered()}
    inbox.require_candidate(item, call.actor)
    take(call.session, call.actor, item.case_id, data, files_of(request), call.now)
    inbox.save_draft(call.session, call.actor, task_id, data)
    flash("草稿已存好，只有办理这项待办的人看得到。", "success")
    return redirect(url_for("desk.task", task_id=task_id))


def _return_again(call: Call, rejection: Rejection, task_id: str) -> ResponseReturnValue:
    if rejection.status != 422:
        raise rejection
    page = views.task_page(call.session, call.actor, task_id, call.now)
    return _page(call, page, returning=rejection)


@blueprint.post("/tasks/<task_id>/return")
@writes(again=_return_again)
def return_case(call: Call, task_id: str) -> ResponseReturnValue:
    item = inbox.load(call.session, call.actor, task_id)
    element_id, reason = request.form.get("element_id", ""), request.form.get("reason", "")
    cases.return_case(call.session, call.actor, item.case_id, element_id, reason, call.now)
    flash("已退回，前一环节的人会在待办里看到。", "success")
    return redirect(url_for("desk.case", case_id=item.case_id))


def _page(
    call: Call,
    page: views.TaskPage,
    values: dict[str, Any] | None = None,
    rejection: Rejection | None = None,
    returning: Rejection | None = None,
) -> str:
    item, work = page.item, page.items
    errors = rejection.fields if rejection else {}
    links, typed = pages.file_links(call.session, item.case_id), page.values if values is None else values
    return render_template(
        "desk/task.html",
        item=item,
        mine=item.assignee_id == call.actor.user_id,
        programme_title=page.programme_title,
        message=rejection.message if rejection else None,
        errors=errors,
        returning=returning,
        reason=request.form.get("reason", ""),
        form_html=page.form.render(typed, errors, context=page.context, files=links, upload_note=upload_limits()),
        has_draft=bool(page.values),
        failing_rules=page.failing_rules,
        two_names=page.two_names,
        confirmed=typed.get(CONFIRMED),
        basis=pages.basis(call.session, page.documentation, page.chain),
        clocks=pages.clock_lines(call.session, (clock for clock in page.clocks if clock.is_live)),
        colleagues=_colleagues(call, item),
        materials=files.uploads_of(call.session, item.case_id),
        earlier=pages.earlier_steps(work, item.element_id),
        submissions=pages.submissions(call.session, item.case_id, page.submissions, reveal=True),
        states=page.states,
    )


def _answered() -> dict[str, str]:
    """The answer to the question that the page asks where a number has two names."""
    said = request.form.get(CONFIRMED, "")
    return {CONFIRMED: said} if said else {}


def _colleagues(call: Call, item: Any) -> list[identity.Holder]:
    """Who else could do it: the same position at the same office."""
    held = identity.holders(call.session, item.candidate, local_date(call.now))
    return [holder for holder in held if holder.user_id != call.actor.user_id]
