"""The list of changes, a new one, and the page of one change with all that belongs to it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.changes import backtesting, letters, opening, policy, queries, store, summing_up, turns
from app.changes.names import APPROVED, DROPPED, OPEN, STATES, SUBMITTED
from app.core.clock import local_date
from app.core.errors import Invalid, Rejection
from app.definitions import news
from app.definitions.queries import programme_titles
from app.figures.catalogue import catalogue
from app.identity import appointed, choosing
from app.studio.blueprint import blueprint
from app.web import Call, reads, writes

VIEWS = {"": (OPEN, SUBMITTED), APPROVED: (APPROVED,), DROPPED: (DROPPED,)}
TYPED = ("title", "reason", "document")
CARRIED = ("clause", "programme", "path", "at", "figure")
"""What the page of clauses hands over: where a change begins."""


@blueprint.get("/changes")
@reads()
def change_list(call: Call) -> ResponseReturnValue:
    view = request.args.get("state", "")
    states = VIEWS.get(view, VIEWS[""])
    return render_template(
        "studio/changes.html",
        view=view,
        lines=queries.listed(call.session, call.actor, states),
        news=news.for_actor(call.session, call.actor, local_date(call.now)),
    )


@blueprint.get("/changes/new")
@reads()
def change_new(call: Call) -> ResponseReturnValue:
    return _new(call, {name: request.args.get(name, "") for name in (*TYPED, "region", *CARRIED)})


def _again_new(call: Call, rejection: Rejection) -> ResponseReturnValue:
    return _new(call, {name: request.form.get(name, "") for name in (*TYPED, "region", *CARRIED)}, rejection)


@blueprint.post("/changes/new")
@writes(again=_again_new)
def change_open(call: Call) -> ResponseReturnValue:
    """Begin a change; who comes from a clause is led to what carries it."""
    typed = {name: request.form.get(name, "") for name in TYPED}
    going = {name: request.form.get(name, "") for name in CARRIED}
    change_id = opening.begin(call.session, call.actor, **typed, now=call.now)
    if going["programme"]:
        region = request.form.get("region", "")
        bundle_id = opening.take_in(call.session, call.actor, change_id, going["programme"], [region], now=call.now)
        if going["path"]:
            path, at = going["path"], going["at"] or None
            return redirect(url_for("studio.file_page", change_id=change_id, bundle_id=bundle_id, path=path, at=at))
    flash("已建立政策变更。请选择要修改的项目或标准。", "success")
    if going["figure"]:
        return redirect(url_for("studio.figure_grid", change_id=change_id, key=going["figure"]))
    return redirect(url_for("studio.change", change_id=change_id))


def _new(call: Call, typed: dict[str, str], rejection: Rejection | None = None) -> str:
    policy.require_reader(call.session, call.actor)
    clause = catalogue(call.session).clauses.get(typed["clause"])
    if clause is not None and rejection is None:
        typed |= {"title": f"修改：{clause.title}"}
    return render_template(
        "studio/change_new.html",
        typed=typed,
        carried=CARRIED,
        clause=clause,
        places=choosing.regions_within(call.session, call.actor, policy.DRAFTS, local_date(call.now)),
        message=rejection.message if rejection else None,
        errors=rejection.fields if rejection else {},
    )


@blueprint.get("/changes/<change_id>")
@reads()
def change(call: Call, change_id: str) -> ResponseReturnValue:
    return page(call, change_id)


def page(call: Call, change_id: str, rejection: Rejection | None = None) -> str:
    """The page of a change; with a refusal, what was typed is still there."""
    policy.require_reader(call.session, call.actor)
    row = store.found(call.session, change_id)
    bundles = queries.bundles(call.session, change_id, call.now)
    changed, figures = [each for each in bundles if each.changed], queries.figures(call.session, change_id)
    people = [each for each in (row.opened_by, row.submitted_by, row.decided_by) if each]
    return render_template(
        "studio/change.html",
        change=row,
        state=STATES[row.state],
        is_open=row.state == OPEN,
        may_edit=policy.may_edit(call.session, call.actor, row, call.now),
        is_submitted=row.state == SUBMITTED,
        bundles=bundles,
        backtest=backtesting.newest(call.session, change_id),
        summary=summing_up.of_change(call.session, row, call.now) if row.state == SUBMITTED else None,
        figures=figures,
        overlaps=queries.overlaps(call.session, change_id) if row.state in (OPEN, SUBMITTED) else [],
        history=queries.history(call.session, change_id),
        turn=turns.turn_of(call.session, row, call.actor, call.now),
        names=appointed.user_names(call.session, people),
        is_changed=bool(changed or figures),
        is_ready=all(each.check is not None and each.check.passed for each in changed),
        programmes=sorted(programme_titles(call.session).items(), key=lambda pair: pair[1]),
        places=choosing.regions_within(call.session, call.actor, policy.DRAFTS, local_date(call.now)),
        letters={
            each.id: letters.titles(call.session, each, now=call.now)
            for each in store.bundles_of(call.session, change_id)
        },
        typed=request.form if rejection else {},
        message=rejection.message if rejection else None,
        errors=rejection.fields if rejection else {},
        today=local_date(call.now),
    )


def again(call: Call, rejection: Rejection, change_id: str, **arguments: str) -> ResponseReturnValue:
    """What every act on the page of a change answers when it is refused."""
    if rejection.status in (403, 404):
        raise rejection
    return page(call, change_id, rejection)


@blueprint.post("/changes/<change_id>/describe")
@writes(again=again)
def change_describe(call: Call, change_id: str) -> ResponseReturnValue:
    typed = {name: request.form.get(name, "") for name in TYPED}
    opening.describe(call.session, call.actor, change_id, **typed, now=call.now)
    return redirect(url_for("studio.change", change_id=change_id))


@blueprint.post("/changes/<change_id>/programmes")
@writes(again=again)
def change_take_in(call: Call, change_id: str) -> ResponseReturnValue:
    programme, regions = request.form.get("programme", ""), request.form.getlist("region")
    if not programme:
        raise Invalid({"programme": "请选择要修改的项目"})
    opening.take_in(call.session, call.actor, change_id, programme, regions, now=call.now)
    return redirect(url_for("studio.change", change_id=change_id))


@blueprint.post("/changes/<change_id>/programmes/new")
@writes(again=again)
def change_take_in_new(call: Call, change_id: str) -> ResponseReturnValue:
    key, name = (request.form.get(field, "").strip() for field in ("new_key", "new_name"))
    regions = request.form.getlist("region")
    opening.take_in_new(call.session, call.actor, change_id, key, name, regions, now=call.now)
    flash(f"已建立“{name}”，从一个最简单的流程开始，请逐个文件修改。", "success")
    return redirect(url_for("studio.change", change_id=change_id))


@blueprint.post("/changes/<change_id>/programmes/<bundle_id>/leave-out")
@writes(again=again)
def change_leave_out(call: Call, change_id: str, bundle_id: str) -> ResponseReturnValue:
    opening.leave_out(call.session, call.actor, change_id, bundle_id, now=call.now)
    flash("已移出，改动已删除。", "success")
    return redirect(url_for("studio.change", change_id=change_id))


@blueprint.post("/changes/<change_id>/drop")
@writes(again=again)
def change_drop(call: Call, change_id: str) -> ResponseReturnValue:
    opening.drop(call.session, call.actor, change_id, now=call.now)
    flash("已放弃这项政策变更，内容仍可查看。", "success")
    return redirect(url_for("studio.change_list"))
