"""A file in which two people were mixed: what is the other one's is chosen, shown against his file, then cut off."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.cases import parting
from app.cases.parting import Wanted
from app.core.chinese import mask_id_number
from app.core.errors import Rejection
from app.definitions.queries import programme_titles
from app.desk.blueprint import blueprint
from app.desk.people import history_again, masked_number
from app.registry import person_files
from app.web import Afterwards, Call, reads, writes


@blueprint.get("/people/<person_id>/part")
@reads()
def person_part(call: Call, person_id: str) -> ResponseReturnValue:
    """Everything in the file, to be ticked."""
    return _page(call, person_id)


def _again(call: Call, rejection: Rejection, person_id: str) -> ResponseReturnValue:
    if rejection.status not in (409, 422):
        raise rejection
    shown = bool(request.form.get("shown")) and rejection.fields.keys() <= {"part_reason", "twice"}
    return _page(call, person_id, rejection, shown=shown and rejection.status == 422)


@blueprint.post("/people/<person_id>/part")
@writes(again=_again)
def person_parted(call: Call, person_id: str) -> ResponseReturnValue | Afterwards:
    """The first time both sides are shown; the second time the file is cut."""
    if not request.form.get("shown"):
        return Afterwards(lambda call: _page(call, person_id, shown=True))
    reason, twice = request.form.get("part_reason", ""), bool(request.form.get("twice"))
    other_id = parting.part(call.session, call.actor, person_id, _wanted(), reason, call.now, twice=twice)
    flash("已分出，勾选的内容归到这份档案；有误的可以在档案里撤回。", "success")
    return redirect(url_for("desk.person", person_id=other_id))


@blueprint.post("/people/<person_id>/parts/<change_id>/undo")
@writes(again=history_again)
def person_joined(call: Call, person_id: str, change_id: str) -> ResponseReturnValue:
    reason = request.form.get("join_reason", "")
    file_id = parting.take_back(call.session, call.actor, change_id, reason, call.now)
    flash("已撤回，分出的内容回到这份档案。", "success")
    return redirect(url_for("desk.person", person_id=file_id))


def _wanted() -> Wanted:
    form = request.form
    return Wanted(frozenset(form.getlist("chosen")), form.get("id_number", ""), form.get("name", ""))


def _page(call: Call, person_id: str, rejection: Rejection | None = None, *, shown: bool = False) -> str:
    """To choose, with what was ticked before; `shown`: to confirm."""
    wanted, found = _wanted(), parting.choices(call.session, call.actor, person_id)
    preview = parting.preview(call.session, call.actor, person_id, wanted, call.now) if shown else None
    mine = person_files.person_file(call.session, person_id)["person"]
    other = preview.other if preview else None
    return render_template(
        "desk/person_part.html",
        person=mine,
        number=masked_number(mine),
        choices=found,
        chosen=wanted.keys,
        preview=preview,
        other=other,
        other_number=mask_id_number(other["person"]["id_number"] or "") if other else wanted.id_number,
        titles=programme_titles(call.session),
        typed=request.form,
        message=rejection.message if rejection and not rejection.fields else None,
        errors=rejection.fields if rejection else {},
    )
