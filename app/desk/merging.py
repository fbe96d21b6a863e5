"""Two files of one person become one, and apart again: shown first, then done with a reason."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.cases import people
from app.core.errors import Rejection
from app.definitions.queries import programme_titles
from app.desk.blueprint import blueprint
from app.desk.people import history_again, masked_number, person_page
from app.registry import person_files
from app.web import Afterwards, Call, writes


def _again(call: Call, rejection: Rejection, person_id: str) -> ResponseReturnValue:
    if rejection.status not in (409, 422):
        raise rejection
    if g.get("shown") and rejection.fields.keys() <= {"merge_reason", "twice"}:
        return _preview(call, person_id, rejection)
    return person_page(call, person_id, rejection)


@blueprint.post("/people/<person_id>/merge")
@writes(again=_again)
def person_merge(call: Call, person_id: str) -> ResponseReturnValue | Afterwards:
    """The first time both files are shown, side by side; the second time they are merged."""
    if not request.form.get("shown"):
        return Afterwards(lambda call: _preview(call, person_id))
    g.shown = True
    kept_id = people.merge(
        call.session, call.actor, person_id, request.form.get("id_number", ""), request.form.get("merge_reason", ""),
        call.now, twice=bool(request.form.get("twice")),
    )  # fmt: skip
    flash("两份档案已合并，原来的号码仍能找到本人；合并有误的可以在档案里拆分。", "success")
    return redirect(url_for("desk.person", person_id=kept_id))


@blueprint.post("/people/<person_id>/merges/<change_id>/split")
@writes(again=history_again)
def person_split(call: Call, person_id: str, change_id: str) -> ResponseReturnValue:
    reason = request.form.get("split_reason", "")
    kept_id, _ = people.split(call.session, call.actor, change_id, reason, call.now)
    flash("已拆分，两份档案恢复为合并以前的内容；合并以后新办的留在这一份。", "success")
    return redirect(url_for("desk.person", person_id=kept_id))


def _preview(call: Call, person_id: str, rejection: Rejection | None = None) -> str:
    number = request.form.get("id_number", "")
    found = people.preview(call.session, call.actor, person_id, number, call.now)
    mine = person_files.person_file(call.session, person_id)
    return render_template(
        "desk/person_merge.html",
        mine=mine,
        kept=found.kept,
        twice=found.twice,
        numbers=[masked_number(file["person"]) if file else "尚未查明" for file in (mine, found.kept)],
        id_number=number,
        titles=programme_titles(call.session),
        typed=request.form,
        errors=rejection.fields if rejection else {},
    )
