"""常用语: the page on which they are kept, and what the form of a task inserts."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import Rejection
from app.desk.blueprint import blueprint
from app.identity import queries as identity
from app.phrases import operations as phrases
from app.phrases.queries import for_actor, kept_offices
from app.web import Afterwards, Call, reads, writes


@blueprint.get("/phrases")
@reads()
def phrase_list(call: Call) -> ResponseReturnValue:
    return _page(call)


def _again(call: Call, rejection: Rejection) -> ResponseReturnValue:
    if rejection.status not in (409, 422):
        raise rejection
    return _page(call, rejection)


@blueprint.post("/phrases")
@writes(again=_again)
def phrase_keep(call: Call) -> ResponseReturnValue | Afterwards:
    """From its page, or (`part`) from the form of a task, which gets the own and the office's anew."""
    place, text = request.form.get("place", phrases.OWN), request.form.get("text", "")
    phrases.keep(call.session, call.actor, place, text, call.now)
    if "part" in request.args:
        return Afterwards(_part)
    flash("已保存，办理时可以直接插入。", "success")
    return redirect(url_for("desk.phrase_list"))


@blueprint.post("/phrases/<phrase_id>/drop")
@writes()
def phrase_drop(call: Call, phrase_id: str) -> ResponseReturnValue:
    phrases.drop(call.session, call.actor, phrase_id)
    flash("已删除。", "success")
    return redirect(url_for("desk.phrase_list"))


def _part(call: Call) -> str:
    return render_template("desk/_phrases.html", phrases=for_actor(call.session, call.actor))


def _page(call: Call, rejection: Rejection | None = None) -> str:
    found = for_actor(call.session, call.actor)
    offices = {each.office_id for each in found if each.office_id} | set(kept_offices(call.actor))
    return render_template(
        "desk/phrases.html",
        phrases=found,
        offices=identity.office_names(call.session, offices) if offices else {},
        may_keep=kept_offices(call.actor),
        message=rejection.message if rejection else None,
        limits=(phrases.LONGEST, phrases.MOST),
    )
