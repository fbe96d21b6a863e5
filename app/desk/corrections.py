"""Correcting an application (更正申请内容): the form with what it says now, and why it changes."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.cases import operations as cases
from app.cases.correcting import CorrectionPage, correction_page
from app.core.errors import Rejection
from app.desk.blueprint import blueprint
from app.files import queries as files
from app.files.posted import take
from app.forms import FileLink
from app.web import Call, reads, writes
from app.web.posted import files_of, upload_limits

REASON = "correction_reason"


@blueprint.get("/cases/<case_id>/correct")
@reads()
def correction(call: Call, case_id: str) -> ResponseReturnValue:
    found = correction_page(call.session, call.actor, case_id, call.now)
    return _page(call, found, found.values)


def _again(call: Call, rejection: Rejection, case_id: str) -> ResponseReturnValue:
    if rejection.status != 422:
        raise rejection
    found = correction_page(call.session, call.actor, case_id, call.now)
    return _page(call, found, g.typed, rejection)


@blueprint.post("/cases/<case_id>/correct")
@writes(again=_again)
def correct(call: Call, case_id: str) -> ResponseReturnValue:
    found = correction_page(call.session, call.actor, case_id, call.now)
    g.typed = data = found.form.parse(request.form)
    data.pop(REASON, None)
    if action := found.form.row_action(request.form):
        return _page(call, found, found.form.apply_row_action(data, action))
    take(call.session, call.actor, case_id, data, files_of(request), call.now)
    cases.correct(call.session, call.actor, case_id, data, request.form.get(REASON, ""), call.now)
    flash("申请内容已更正；已经审核过的，案件回到审核并重新公示。", "success")
    return redirect(url_for("desk.case", case_id=case_id))


def _page(call: Call, found: CorrectionPage, values: dict[str, Any], rejection: Rejection | None = None) -> str:
    errors = dict(rejection.fields) if rejection else {}
    links = {row.id: FileLink(row.name, url_for("desk.material", file_id=row.id))
             for row in files.uploads_of(call.session, found.case.id)}  # fmt: skip
    html = found.form.render(
        values, errors, context=found.context, reveal=True, files=links, upload_note=upload_limits()
    )
    return render_template(
        "desk/correction.html",
        case=found.case,
        place=found.place,
        form_html=html,
        reason_field=REASON,
        reason=request.form.get(REASON, ""),
        reason_error=errors.pop("reason", None),
        message=rejection.message if rejection else None,
        errors=errors,
    )
