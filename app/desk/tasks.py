"""One task: look, claim, fill in, take over a draft, complete, return."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import intake
from app.cases import operations as cases
from app.cases import pages as views
from app.cases import queries
from app.cases.identifying import FIELD as CONFIRMED
from app.cases.returned_money import KIND as RETURNED
from app.core.clock import local_date
from app.core.errors import Gone, Rejection, Taken
from app.definitions.queries import programme_titles
from app.desk import act_drafts, pages, undo
from app.desk.beside import in_words
from app.desk.blueprint import blueprint
from app.desk.materials import materials, named, wanted
from app.desk.onward import onward
from app.desk.rulings import figure_told
from app.drafting import Pass, arrive, keep, opened
from app.drafting.keeping import CSRF, Arrived
from app.drafting.opening import Opened
from app.drafting.passes import FIELD, held, known_revision
from app.drafts.queries import owner_of
from app.drafts.queries import task as subject_of
from app.figures.catalogue import catalogue
from app.files import queries as files
from app.files.arriving import Posted, all_received
from app.files.posted import take
from app.forms import Form
from app.identity import appointed
from app.inbox import operations as inbox
from app.inbox.exchanges import ANSWERED
from app.phrases.queries import for_actor
from app.web import STAFF, Call, reads, services, transaction, transacts_itself, writes
from app.web.posted import files_of, upload_limits

AS_FOUND = ("acts", "elsewhere", "failing_rules", "item", "objections", "programme_title", "states", "two_names")
"""What the page of a task shows as `cases.pages` found it."""


@blueprint.get("/tasks/<task_id>")
@reads()
def task(call: Call, task_id: str) -> ResponseReturnValue:
    try:
        item = inbox.load(call.session, call.actor, task_id)
    except (Gone, Taken) as refusal:
        return _kept(call, task_id, refusal)
    if item.kind == RETURNED:
        return redirect(url_for("desk.returned_payment", order_id=item.id))
    if item.kind in ANSWERED:
        return redirect(url_for("desk.asked", item_id=item.id))
    if item.kind != "task":
        return redirect(url_for("desk.case", case_id=item.case_id))
    return _page(call, views.task_page(call.session, call.actor, task_id, call.now))


@blueprint.post("/tasks/<task_id>/claim")
@transacts_itself(STAFF)
def claim(task_id: str) -> ResponseReturnValue:
    with _keeping() as call:
        inbox.claim(call.session, call.actor, task_id, call.now)
    return redirect(url_for("desk.task", task_id=task_id))


@blueprint.post("/tasks/<task_id>/unclaim")
@transacts_itself(STAFF)
def unclaim(task_id: str) -> ResponseReturnValue:
    with _keeping() as call:
        inbox.unclaim(call.session, call.actor, task_id, call.now)
        flash("已放回，同岗位的人都可以办理。", "success")
        return redirect(onward(call))


@blueprint.post("/tasks/<task_id>/read")
@writes()
def acknowledge(call: Call, task_id: str) -> ResponseReturnValue:
    inbox.acknowledge(call.session, call.actor, task_id, call.now)
    return redirect(onward(call))


def _again(call: Call, rejection: Rejection, task_id: str) -> ResponseReturnValue:
    """The page with what was typed; where a colleague was faster, what was typed without the form."""
    if isinstance(rejection, (Gone, Taken)):
        return _kept(call, task_id, rejection, g.get("typed"))
    if rejection.status != 422 and not rejection.fields:
        raise rejection
    page = views.task_page(call.session, call.actor, task_id, call.now)
    return _page(call, page, g.get("typed"), rejection)


@blueprint.post("/tasks/<task_id>/complete")
@transacts_itself(STAFF, again=_again)
def complete(task_id: str) -> ResponseReturnValue:
    with transaction(STAFF, writing=False) as call:
        item, form = _form_of(call, task_id)
        g.typed = data = {**form.parse(request.form), **_answered()}
    posted = all_received(files_of(request))
    if action := form.row_action(request.form):
        return _with_row(task_id, posted, form, action)
    with transaction(STAFF, writing=True) as call:
        take(call.session, call.actor, item.case_id, data, posted, call.now)
        done = cases.complete_task(call.session, call.actor, task_id, data, call.now)
    if done.incident:
        flash(f"已提交，但后面的环节处理失败：{done.incident}", "warning")
        return redirect(url_for("desk.case", case_id=done.case_id))
    flash(f"已办结“{item.title}”（{item.subject}）。", "success")
    undo.offer(task_id, call.now)
    with transaction(STAFF, writing=False) as call:
        return redirect(onward(call))


def _form_of(call: Call, task_id: str) -> tuple[Any, Form]:
    """The item and the form that was sent. Raises NotFound, and NotYours before a file of it is opened."""
    item, form = queries.task_form(call.session, task_id)
    inbox.require_candidate(item, call.actor)
    return item, form


def _with_row(task_id: str, posted: list[Posted], form: Form, action: str) -> ResponseReturnValue:
    """The page with a row more or less; files that came with it are kept, and without any nothing is written."""
    if posted:
        with transaction(STAFF, writing=True) as call:
            item, _ = _form_of(call, task_id)
            take(call.session, call.actor, item.case_id, g.typed, posted, call.now)
    with transaction(STAFF, writing=False) as call:
        page = views.task_page(call.session, call.actor, task_id, call.now)
        return _page(call, page, form.apply_row_action(g.typed, action))


def foreseen(call: Call, task_id: str, outlook: Any) -> ResponseReturnValue:
    """The page with what was typed and what would follow (`app.desk.foresight.Outlook`)."""
    if isinstance(outlook.refusal, (Gone, Taken)):
        return _kept(call, task_id, outlook.refusal, g.typed)
    page = views.task_page(call.session, call.actor, task_id, call.now)
    return _page(call, page, g.typed, outlook.refusal, outlook=outlook)


@blueprint.post("/tasks/<task_id>/drafts/<draft_id>")
@writes()
def take_draft(call: Call, task_id: str, draft_id: str) -> ResponseReturnValue:
    """What a colleague typed, copied into one's own form."""
    inbox.take_draft(call.session, call.actor, task_id, draft_id, call.now)
    flash("已抄到您的表里，请核对后提交；您原来填的留在下面。", "success")
    return redirect(url_for("desk.task", task_id=task_id))


def act_again(call: Call, rejection: Rejection, task_id: str) -> ResponseReturnValue:
    """The page of the task, with the act that was refused open and what was typed in it; or that text alone."""
    if isinstance(rejection, (Gone, Taken)):
        return _kept(call, task_id, rejection)
    if rejection.status != 422:
        raise rejection
    page = views.task_page(call.session, call.actor, task_id, call.now)
    return _page(call, page, refused=rejection)


@blueprint.post("/tasks/<task_id>/return")
@writes(again=act_again)
def return_case(call: Call, task_id: str) -> ResponseReturnValue:
    item = inbox.load(call.session, call.actor, task_id)
    element_id, reason = request.form.get("element_id", ""), request.form.get("reason", "")
    cases.return_case(call.session, call.actor, item.case_id, element_id, reason, call.now)
    act_drafts.sent(call, task_id)
    flash("已退回，前一环节的人会在待办里看到。", "success")
    return redirect(url_for("desk.case", case_id=item.case_id))


def _page(
    call: Call,
    page: views.TaskPage,
    values: dict[str, Any] | None = None,
    rejection: Rejection | None = None,
    refused: Rejection | None = None,
    outlook: Any = None,
) -> str:
    item = page.item
    errors = rejection.fields if rejection else {}
    draft = opened(call.session, _pass(call, item, page.version), page.form, colleagues=True)
    typed = _typed(page, draft) if values is None else values
    shelf = files.shelf(call.session, item.case_id, request.args.get("materials", ""))
    asked_files = wanted(page.submissions)
    in_forms = named(asked_files) | page.form.files_in(typed, context=page.context)
    links = pages.file_links(files.named(call.session, shelf, item.case_id, in_forms))
    codes, known = [ref.code for ref in page.chain.refs], catalogue(call.session)
    beside, cite = in_words(call.session, page.beside(typed), codes), partial(known.cite, region_codes=codes)
    return render_template(
        "desk/task.html",
        **{name: getattr(page, name) for name in AS_FOUND},
        **_around(call, page),
        message=rejection.message if rejection else None,
        errors=errors,
        refused=refused,
        form_html=page.form.render(
            typed, errors, context=page.context, files=links, upload_note=upload_limits(), beside=beside
        ),
        draft=draft,
        confirmed=typed.get(CONFIRMED),
        shown_materials=materials(shelf.rows, asked_files),
        shelf=shelf,
        wanted_materials=asked_files,
        submissions=pages.submissions(page.submissions, links, intake.regions_of(call), reveal=True),
        figures=[figure_told(each, known, cite) for each in page.figures],
        outlook=outlook,
    )


def _around(call: Call, page: views.TaskPage) -> dict[str, Any]:
    """What stands around the form whatever was typed."""
    item = page.item
    address = url_for("desk.task", task_id=item.id)
    return {
        "mine": item.assignee_id == call.actor.user_id,
        "take": partial(url_for, "desk.take_draft", task_id=item.id),
        "repeats": [each for each in page.elsewhere.cases if each.repeats],
        "basis": pages.basis(call.session, page.documentation, page.chain),
        "clocks": pages.clock_lines(call.session, (clock for clock in page.clocks if clock.is_live)),
        "holders": _colleagues(call, item),
        "act_drafts": act_drafts.of_task(call, item.id, item.case_id, address),
        "shelf_address": address,
        "earlier": pages.earlier_steps(page.items, item.element_id),
        "titles": programme_titles(call.session) if page.elsewhere.benefits else {},
        "phrases": for_actor(call.session, call.actor),
    }


def _typed(page: views.TaskPage, draft: Opened) -> Mapping[str, Any]:
    """What stands in the form when it is opened: a draft as it is, though all of it were deleted."""
    return draft.values if draft.drawer.mine else page.prefilled


def _pass(call: Call, item: Any, version: str) -> Pass:
    page = url_for("desk.task", task_id=item.id)
    return Pass(owner_of(call.actor), call.actor.name, subject_of(item.id), version, page, item.case_id)


@contextmanager
def _keeping() -> Iterator[Call]:
    """A transaction that writes, in which what was typed is kept first."""
    posted = _posted_draft()
    with transaction(STAFF, writing=True) as call:
        if posted:
            keep(call.session, *posted, call.now)
        yield call


def _posted_draft() -> tuple[Pass, Arrived] | None:
    """What stands in the form when another button than its own is pressed, its files looked at; None for an empty one,
    which is no draft."""
    typed = any(text for name, text in request.form.items() if not name.startswith("_") and name != CSRF)
    if FIELD in request.form and (typed or known_revision() or request.files):
        found = held()
        return found, arrive(found, services().clock.now())
    return None


def _kept(call: Call, task_id: str, refusal: Rejection, typed: dict[str, Any] | None = None) -> ResponseReturnValue:
    """The task is done or signed for by somebody else: what one typed is there to be read, and what to do instead."""
    item, form = queries.task_form(call.session, task_id)
    draft = opened(call.session, _pass(call, item, ""), form)
    values = draft.values if typed is None else typed
    acts = act_drafts.of_task(call, task_id, item.case_id, draft.held.page)
    written = act_drafts.written(list(acts.values()))
    if not values and not written and not isinstance(refusal, Taken):
        raise refusal
    links = pages.file_links(files.uploads_of(call.session, item.case_id))
    shown = form.render(values, readonly=True, reveal=True, files=links)
    page = render_template(
        "desk/kept.html",
        item=item,
        message=refusal.message,
        form_html=shown if values else None,
        written=written,
        draft=draft,
        taken=isinstance(refusal, Taken),
    )
    return make_response(page, refusal.status)


def _answered() -> dict[str, str]:
    """The answer to the question that the page asks where a number has two names."""
    said = request.form.get(CONFIRMED, "")
    return {CONFIRMED: said} if said else {}


def _colleagues(call: Call, item: Any) -> list[appointed.Holder]:
    """Who else could do it: the same position at the same office."""
    held = appointed.holders(call.session, item.candidate, local_date(call.now))
    return [holder for holder in held if holder.user_id != call.actor.user_id]
