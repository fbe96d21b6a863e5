"""Bringing in what an office already pays (接入): tried with every fault, compared, confirmed by a second person."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import Invalid, Rejection
from app.desk.blueprint import blueprint
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.takeover import operations, queries
from app.web import STAFF, Call, reads, transaction, transacts_itself, writes
from app.web.download import XLSX, attachment
from app.web.posted import files_of

MOST_BYTES, MOST_FAULTS, SHOWN = 500_000, 300, 200
TOO_LARGE = "文件太大，请按乡镇分成几个，或者请系统维护人员用 doudi awards import 导入"


@blueprint.get("/takeovers")
@reads()
def takeover_list(call: Call) -> ResponseReturnValue:
    return _page(call)


@blueprint.get("/takeovers/template.xlsx")
@reads()
def takeover_template(call: Call) -> ResponseReturnValue:
    return attachment(operations.empty_file(call.session, call.actor, call.now), "awards.xlsx", XLSX)


@blueprint.post("/takeovers")
@transacts_itself(STAFF)
def takeover_try() -> ResponseReturnValue:
    """The dry run; what has no fault waits for a second person. Nobody waits for the comparing: it only reads."""
    try:
        with transaction(STAFF, writing=False) as call:
            identity_policy.require_any(call.session, call.actor, operations.ENTER)
            made = operations.plan(call.session, call.actor, _contents(), call.now)
            if len(made.findings):
                return _page(call, faults=made.findings.lines()), 422
        with transaction(STAFF, writing=True) as call:
            takeover_id = operations.propose(call.session, call.actor, made, call.now)
    except Invalid as refused:
        with transaction(STAFF, writing=False) as call:
            return _page(call, message=refused.message), refused.status
    if takeover_id is None:
        flash("没有变化：文件里的待遇都已经导入了。", "success")
        return redirect(url_for("desk.takeover_list"))
    return redirect(url_for("desk.takeover", takeover_id=takeover_id))


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


def _contents() -> list[bytes]:
    contents = [content for _, _, content in files_of(request, "file")]
    if not contents:
        raise Invalid({"file": "请选择要导入的文件"})
    if sum(map(len, contents)) > MOST_BYTES:
        raise Invalid({"file": TOO_LARGE})
    return contents


def _page(call: Call, *, faults: list[str] | None = None, message: str | None = None) -> str:
    rows = queries.rows(call.session, call.actor)
    return render_template(
        "desk/takeovers.html",
        rows=rows,
        faults=faults,
        message=message,
        most=MOST_FAULTS,
        may_enter=identity_policy.may(call.actor, operations.ENTER),
        places=identity.region_names(call.session, {row.region_id for row in rows}),
        names=identity.user_names(call.session, {row.entered_by for row in rows if row.entered_by}),
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
        names=identity.user_names(call.session, filter(None, people)),
        is_own=found.row.entered_by == call.actor.user_id,
        may_confirm=identity_policy.covers(call.actor, chain, operations.CONFIRM),
    )
