"""Correcting an application (更正申请内容): the form with what it says now, and why it changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import intake
from app.cases import operations as cases
from app.cases.correcting import CorrectionPage, correction_page
from app.core.errors import Rejection
from app.core.exact_json import dump_json
from app.core.ids import digest
from app.desk.blueprint import blueprint
from app.drafting import Opened, Sentences, of_staff, opened
from app.drafts import operations as drafts
from app.drafts.queries import form as subject_of
from app.drafts.queries import owner_of
from app.files import queries as files
from app.files.arriving import all_received
from app.files.posted import take
from app.forms import FileLink
from app.web import STAFF, Call, reads, transaction, transacts_itself
from app.web.posted import files_of, upload_limits

KIND, REASON = "correct", "correction_reason"


@blueprint.get("/cases/<case_id>/correct")
@reads()
def correction(call: Call, case_id: str) -> ResponseReturnValue:
    found = correction_page(call.session, call.actor, case_id, call.now)
    draft = _draft(call, found)
    return _page(call, found, draft, draft.values or found.values)


def _again(call: Call, rejection: Rejection, case_id: str) -> ResponseReturnValue:
    if rejection.status != 422:
        raise rejection
    found = correction_page(call.session, call.actor, case_id, call.now)
    return _page(call, found, _draft(call, found), g.typed, rejection)


@blueprint.post("/cases/<case_id>/correct")
@transacts_itself(STAFF, again=_again)
def correct(case_id: str) -> ResponseReturnValue:
    with transaction(STAFF, writing=False) as call:
        found = correction_page(call.session, call.actor, case_id, call.now)
        g.typed = data = found.form.parse(request.form)
        data.pop(REASON, None)
        if action := found.form.row_action(request.form):
            return _page(call, found, _draft(call, found), found.form.apply_row_action(data, action))
    posted = all_received(files_of(request))
    with transaction(STAFF, writing=True) as call:
        take(call.session, call.actor, case_id, data, posted, call.now)
        cases.correct(call.session, call.actor, case_id, data, request.form.get(REASON, ""), call.now)
        drafts.finish(call.session, subject_of(KIND, case_id), owner_of(call.actor))
    flash("申请内容已更正；已经审核过的，案件回到审核并重新公示。", "success")
    return redirect(url_for("desk.case", case_id=case_id))


def _draft(call: Call, found: CorrectionPage) -> Opened:
    """Typed against what the application says: who goes on after somebody else's correction is told to look again."""
    page = url_for("desk.correction", case_id=found.case.id)
    held = replace(
        of_staff(call.actor, subject_of(KIND, found.case.id), page, digest(dump_json(found.values).encode())[:64]),
        shelf=found.case.id,
    )
    return opened(call.session, held, Sentences({REASON: "更正理由"}, found.form), colleagues=True)


def _page(
    call: Call, found: CorrectionPage, draft: Opened, values: dict[str, Any], rejection: Rejection | None = None
) -> str:  # fmt: skip
    errors = dict(rejection.fields) if rejection else {}
    links = {row.id: FileLink(row.name, url_for("desk.material", file_id=row.id))
             for row in files.uploads_of(call.session, found.case.id)}  # fmt: skip
    html = found.form.render(
        values,
        errors,
        context=found.context,
        reveal=True,
        files=links,
        upload_note=upload_limits(),
        regions=intake.regions_of(call),
    )
    return render_template(
        "desk/correction.html",
        case=found.case,
        place=found.place,
        form_html=html,
        reason_field=REASON,
        reason=request.form.get(REASON, draft.values.get(REASON, "")),
        draft=draft,
        reason_error=errors.pop("reason", None),
        message=rejection.message if rejection else None,
        errors=errors,
    )
