"""Figures of a change."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.changes import figures
from app.core.days import typed_day_or_none
from app.core.errors import Invalid
from app.studio.blueprint import blueprint
from app.studio.changes import again
from app.web import Call, writes


@blueprint.post("/changes/<change_id>/figures")
@writes(again=again)
def change_figure(call: Call, change_id: str) -> ResponseReturnValue:
    if not request.form.get("key"):
        raise Invalid({"key": "请选择要修改的标准"})
    figures.enter(
        call.session, call.actor, change_id, request.form["key"], request.form.get("region", ""),
        request.form.get("value", ""), valid_from=typed_day_or_none(request.form.get("since", ""), "since"),
        clause=None, now=call.now,
    )  # fmt: skip
    return redirect(url_for("studio.change", change_id=change_id, _anchor="figures"))


@blueprint.post("/changes/<change_id>/figures/<figure_id>/remove")
@writes(again=again)
def change_figure_remove(call: Call, change_id: str, figure_id: str) -> ResponseReturnValue:
    figures.remove(call.session, call.actor, change_id, figure_id, now=call.now)
    return redirect(url_for("studio.change", change_id=change_id, _anchor="figures"))
