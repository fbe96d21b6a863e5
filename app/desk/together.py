"""Deciding ticked tasks together (一起办理): the form once, a dry run of each case, then each in the background."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.clock import local_date
from app.core.errors import Gone, Rejection
from app.definitions.queries import programme_titles
from app.desk.blueprint import blueprint
from app.desk.export import note
from app.desk.inbox import not_together
from app.dossier import operations as dossiers
from app.drafting import Opened, of_staff, opened
from app.drafts import operations as drafts
from app.drafts.queries import form as subject_of
from app.drafts.queries import owner_of
from app.sheets import Sheet, book, columns
from app.together import operations as together
from app.together import queries
from app.together.results import REASONS
from app.web import STAFF, Call, Record, hands_out, reads, transaction, transacts_itself, writes
from app.web.display import moment
from app.web.download import exported

COLUMNS = columns(("序号", 8), ("案号", 24), ("申请人", 14), ("结果", 14), ("说明", 48), ("办理时间", 18))
KIND = "together"
RESULTS = {
    "new": "试办中", "fine": "可以办理", "apart": "需要单独看", "left": "没有办理", "waiting": "等待办理",
    "done": "已办结", "refused": "未办结",
}  # fmt: skip


@blueprint.post("/together")
@writes(again=not_together)
def together_begin(call: Call) -> ResponseReturnValue:
    batch_id = together.begin(call.session, call.actor, request.form.getlist("item"), call.now)
    return redirect(url_for("desk.together_page", batch_id=batch_id, list=request.args.get("list") or None))


@blueprint.get("/together/<batch_id>")
@reads()
def together_page(call: Call, batch_id: str) -> ResponseReturnValue:
    return _page(call, batch_id)


@blueprint.get("/together/<batch_id>/progress")
@reads(by_itself=True)
def together_progress(call: Call, batch_id: str) -> ResponseReturnValue:
    """The same page, as it asks for itself while a worker is at it."""
    return _page(call, batch_id)


def _again(call: Call, rejection: Rejection, batch_id: str) -> ResponseReturnValue:
    if rejection.status == 404:
        raise rejection
    return _page(call, batch_id, rejection)


@blueprint.post("/together/<batch_id>/try")
@transacts_itself(STAFF, again=_again)
def together_try(batch_id: str) -> ResponseReturnValue:
    """What was typed is the batch's from here on; where it is refused it stays in the request and in the draft."""
    with transaction(STAFF, writing=False) as call:
        form = queries.form_of(call.session, call.actor, batch_id)
        data = form.parse(request.form)
        if action := form.row_action(request.form):
            return _page(call, batch_id, typed=form.apply_row_action(data, action))
    with transaction(STAFF, writing=True) as call:
        together.try_out(call.session, call.actor, batch_id, data, call.now)
        drafts.finish(call.session, subject_of(KIND, batch_id), owner_of(call.actor))
    return _back(batch_id)


@blueprint.post("/together/<batch_id>/edit")
@writes(again=_again)
def together_edit(call: Call, batch_id: str) -> ResponseReturnValue:
    together.edit(call.session, call.actor, batch_id)
    return _back(batch_id)


@blueprint.post("/together/<batch_id>/confirm")
@writes(again=_again)
def together_confirm(call: Call, batch_id: str) -> ResponseReturnValue:
    together.confirm(call.session, call.actor, batch_id, request.form.getlist("piece"), call.now)
    return _back(batch_id)


@blueprint.post("/together/<batch_id>/stop")
@writes(again=_again)
def together_stop(call: Call, batch_id: str) -> ResponseReturnValue:
    together.stop(call.session, call.actor, batch_id, call.now)
    flash("已停止，办结的保留，其余没有办理，仍在待办里。", "success")
    return _back(batch_id)


@blueprint.get("/together/<batch_id>/list.xlsx")
@hands_out()
def together_list(call: Call, batch_id: str) -> tuple[ResponseReturnValue, Record]:
    found = queries.batch(call.session, call.actor, batch_id)
    rows = [
        (
            place,
            each.number,
            each.subject,
            RESULTS[each.state],
            _said(each),
            moment(each.done_at),
        )
        for place, each in enumerate(found.pieces, 1)
    ]
    day = local_date(found.confirmed_at or found.made_at)
    title = f"{programme_titles(call.session).get(found.programme, found.programme)} {found.title}"
    content = book([Sheet("办理清单", COLUMNS, rows, title)])
    return exported(content, f"together-{day.isoformat()}.xlsx"), note("together", len(rows), batch=batch_id)


@blueprint.post("/together/<batch_id>/letters")
@writes()
def together_letters(call: Call, batch_id: str) -> ResponseReturnValue:
    """The list and all letters of what was decided, as one PDF to be printed; a worker makes it."""
    found = queries.batch(call.session, call.actor, batch_id)
    if not found.decided:
        raise Gone("这批工作还没有办结任何一件，没有文书可以打印")
    name = f"{found.title}-{local_date(found.confirmed_at or found.made_at).isoformat()}"
    asked = dossiers.ask_for_letters(call.session, call.actor, batch_id, name, call.now)
    return redirect(url_for("desk.dossier_page", dossier_id=asked))


def _said(piece: queries.Piece) -> str:
    """Why it stands apart, or what became of it; of what is done well, what followed."""
    told = piece.told
    if told.message:
        return told.message
    if piece.state == "done":
        return "；".join([*told.letters, *(f"{payee} {amount} 元" for payee, amount in told.money)])
    return "；".join(f"{REASONS[kind]}：{text}" for kind, text in told.apart)


def _back(batch_id: str) -> ResponseReturnValue:
    return redirect(url_for("desk.together_page", batch_id=batch_id, list=request.args.get("list") or None))


def _draft(call: Call, found: queries.Batch) -> Opened:
    """Of the form that is filled in once: nobody else's, as the batch is."""
    page = url_for("desk.together_page", batch_id=found.id, list=request.args.get("list") or None)
    return opened(call.session, of_staff(call.actor, subject_of(KIND, found.id), page), found.form)


def _page(
    call: Call, batch_id: str, rejection: Rejection | None = None, typed: dict[str, Any] | None = None
) -> str:  # fmt: skip
    found = queries.batch(call.session, call.actor, batch_id)
    errors = rejection.fields if rejection else {}
    if errors and found.phase == queries.FILLING:
        typed = found.form.parse(request.form)
    filling = found.phase == queries.FILLING
    draft = _draft(call, found) if filling else None
    shown = (draft and draft.values) or found.data if typed is None else typed
    return render_template(
        "desk/together.html",
        batch=found,
        programme_title=programme_titles(call.session).get(found.programme, found.programme),
        form_html=found.form.render(shown, errors, readonly=not filling, context={}),
        draft=draft,
        reasons=REASONS,
        results=RESULTS,
        message=rejection.message if rejection else None,
        errors=errors,
        list=request.args.get("list", ""),
    )
