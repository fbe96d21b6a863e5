"""One address for the drafts of desk, window and portal. The pass of the form says whose draft of what it is."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.clock import SHANGHAI
from app.core.errors import NotYours, Rejection
from app.drafting import passes
from app.drafting.keeping import Result, arrive, keep
from app.drafts import operations as drafts
from app.drafts.queries import MAIN, OTHER, id_of
from app.web import ANYONE, Call, services, transaction, transacts_itself, writes
from app.web.errors import is_scripted, problem

blueprint = Blueprint("drafts", __name__, url_prefix="/drafts", template_folder="templates")
BESIDE = "这份表在另一个窗口里也填过，两份都留着，请在下面选一份"


@blueprint.post("")
@transacts_itself(ANYONE)
def save() -> ResponseReturnValue:
    """An autosave, a file at once, or the button for a draft: without a script it answers with the page."""
    scripted = is_scripted()
    try:
        held = passes.held()
        arrived = arrive(held, services().clock.now())
        with transaction(ANYONE, writing=True) as call:
            ended = _require_same_person(held)
            kept = keep(call.session, held, arrived, call.now)
    except Rejection as refused:
        if not scripted:
            raise
        return problem(refused.code, refused.message, refused.fields, refused.status)
    if scripted:
        return jsonify(_told(kept, ended)), 409 if kept.saved.beside else 200
    for text in kept.refused.values():
        flash(text, "warning")
    flash(BESIDE if kept.saved.beside else "草稿已存好，只有您自己接着填。", "success")
    return redirect(held.page)


@blueprint.post("/swap")
@writes(ANYONE)
def swap(call: Call) -> ResponseReturnValue:
    """What another tab typed comes into the form, and the form's text beside it."""
    held = passes.held()
    _require_same_person(held)
    drafts.take(call.session, held.place, id_of(held.owner, held.subject, OTHER), call.now)
    return redirect(held.page)


@blueprint.post("/drop")
@writes(ANYONE)
def drop(call: Call) -> ResponseReturnValue:
    """An empty form again."""
    held = passes.held()
    _require_same_person(held)
    drafts.drop(call.session, held.place, *((OTHER,) if "_other" in request.form else (MAIN, OTHER)))
    return redirect(held.page)


def _require_same_person(held: passes.Pass) -> bool:
    """Whether the session of who typed has ended. Raises NotYours where somebody else has signed in since."""
    if held.is_anonymous:
        return False
    if not current_user.is_authenticated:
        return True
    if current_user.actor.user_id != held.actor.user_id:
        raise NotYours(f"这一页是{held.owner_name}填的，现在登录的是{current_user.actor.name}，请重新打开页面再填")
    return False


def _told(kept: Result, ended: bool) -> dict[str, object]:
    at = kept.saved.saved_at.astimezone(SHANGHAI)
    return {
        "revision": kept.saved.revision,
        "at": f"{at.hour}:{at.minute:02}",
        "ended": ended,
        "beside": kept.saved.beside,
        "files": kept.files,
        "refused": kept.refused,
    }
