"""Bringing in what an office already pays (接入): tried with every fault, compared, confirmed by a second person."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import Rejection
from app.desk.blueprint import blueprint
from app.identity import appointed
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.takeover import operations, queries, trial
from app.web import Call, reads, writes
from app.web.download import XLSX, attachment
from app.web.posted import files_of

SHOWN = 200
LATE = timedelta(minutes=10)


@blueprint.get("/takeovers")
@reads()
def takeover_list(call: Call) -> ResponseReturnValue:
    return _page(call)


@blueprint.get("/takeovers/template.xlsx")
@reads()
def takeover_template(call: Call) -> ResponseReturnValue:
    return attachment(operations.empty_file(call.session, call.actor, call.now), "awards.xlsx", XLSX)


def _refused(call: Call, rejection: Rejection) -> ResponseReturnValue:
    return _page(call, rejection.message)


@blueprint.post("/takeovers")
@writes(again=_refused)
def takeover_try(call: Call) -> ResponseReturnValue:
    """The dry run, which a worker does; what has no fault waits for a second person."""
    contents = [content for _, _, content in files_of(request, "file")]
    trial_id = trial.begin(call.session, call.actor, contents, call.now)
    return redirect(url_for("desk.takeover_trial", trial_id=trial_id))


@blueprint.get("/takeovers/trials/<trial_id>")
@reads()
def takeover_trial(call: Call, trial_id: str) -> ResponseReturnValue:
    found = trial.trial(call.session, call.actor, trial_id)
    if found.takeover_id:
        return redirect(url_for("desk.takeover", takeover_id=found.takeover_id))
    took = call.now - found.begun_at
    return render_template("desk/takeover_trial.html", trial=found, seconds=took.seconds, is_late=took > LATE)


@blueprint.get("/takeovers/<takeover_id>")
@reads()
def takeover(call: Call, takeover_id: str) -> ResponseReturnValue:
    return _details(call, takeover_id)


def _again(call: Call, rejection: Rejection, takeover_id: str) -> ResponseReturnValue:
    if rejection.status == 404:
        raise rejection
    return _details(call, takeover_id, rejection.message)


@blueprint.post("/takeovers/<takeover_id>/confirm")
@writes(again=_again)
def takeover_confirm(call: Call, takeover_id: str) -> ResponseReturnValue:
    operations.confirm(call.session, call.actor, takeover_id, call.now)
    flash("已确认，正在分批写入。", "success")
    return redirect(url_for("desk.takeover", takeover_id=takeover_id))


@blueprint.post("/takeovers/<takeover_id>/drop")
@writes(again=_again)
def takeover_drop(call: Call, takeover_id: str) -> ResponseReturnValue:
    operations.drop(call.session, call.actor, takeover_id, call.now)
    flash("已作废，什么都没有导入。", "success")
    return redirect(url_for("desk.takeover_list"))


def _page(call: Call, message: str | None = None) -> str:
    rows = queries.rows(call.session, call.actor)
    return render_template(
        "desk/takeovers.html",
        rows=rows,
        message=message,
        may_enter=identity_policy.may(call.actor, operations.ENTER),
        places=identity.region_names(call.session, {row.region_id for row in rows}),
        names=appointed.user_names(call.session, {row.entered_by for row in rows if row.entered_by}),
    )


def _details(call: Call, takeover_id: str, message: str | None = None) -> str:
    found = queries.details(call.session, call.actor, takeover_id)
    chain = identity.chain(call.session, found.row.region_id)
    people = {found.row.entered_by, found.row.decided_by} - {None}
    return render_template(
        "desk/takeover.html",
        row=found.row,
        told=found.told,
        refused=found.refused,
        message=message,
        shown=SHOWN,
        place=chain.full_name,
        names=appointed.user_names(call.session, filter(None, people)),
        is_own=found.row.entered_by == call.actor.user_id,
        may_confirm=identity_policy.covers(call.actor, chain, operations.CONFIRM),
    )
