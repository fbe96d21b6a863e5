"""Going on with an application that was broken off: on the same device by itself, on another by its code."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from app.core.errors import NotFound, Rejection
from app.core.ids import digest
from app.definitions.queries import programme_titles
from app.drafting import visitor
from app.drafts.queries import subjects_of
from app.portal.asking import RECEIPT
from app.portal.blueprint import blueprint
from app.portal.notices import OBJECTION
from app.portal.proving import proved
from app.web import ANYONE, Call, reads, transaction, transacts_itself

NONE = "没有找到没填完的申请。请核对续填码；已经提交的请凭案号和查询码查进度，过了保留期限的请重新填写"


@blueprint.get("/resume")
@reads(ANYONE)
def resume(call: Call) -> ResponseReturnValue:
    return _page(call, visitor.held(), None)


@blueprint.post("/resume")
@transacts_itself(ANYONE)
def resume_query() -> ResponseReturnValue:
    code = visitor.read(request.form.get("code", ""))
    try:
        proved(f"resume:{digest(code.encode())[:20]}", lambda call: _require_begun(call, code))
    except Rejection as rejection:
        with transaction(ANYONE, writing=False) as call:
            return _page(call, visitor.held(), rejection.message), rejection.status
    visitor.carry(code)
    return redirect(url_for("portal.resume"))


@blueprint.post("/resume/leave")
@transacts_itself(ANYONE)
def resume_leave() -> ResponseReturnValue:
    """A computer that others use too: it forgets; the code opens the form again."""
    visitor.forget()
    flash("这台设备上已经清除。凭续填码可以接着填。", "success")
    return redirect(url_for("portal.home"))


def _begun(call: Call, code: str) -> list[Row[Any]]:
    """What somebody began and did not send; what is left of a sent one is its receipt."""
    rows = subjects_of(call.session, visitor.owner(code)) if code else []
    return [row for row in rows if row.subject.partition(":")[0] != RECEIPT]


def _require_begun(call: Call, code: str) -> None:
    """Raises NotFound."""
    if not _begun(call, code):
        raise NotFound(NONE)


def _page(call: Call, code: str, message: str | None) -> str:
    titles, found = programme_titles(call.session), []
    for row in _begun(call, code):
        kind, _, key = row.subject.partition(":")
        if kind == OBJECTION:
            found.append((url_for("portal.notice", notice_id=key), "公示异议", row.saved_at))
            continue
        programme, _, region_code = key.partition("/")
        address = url_for("portal.application", programme=programme, region_code=region_code)
        found.append((address, f"{titles.get(programme, programme)}申请", row.saved_at))
    return render_template("portal/resume.html", found=found, message=message)
