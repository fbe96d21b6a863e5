"""Letters of a change: the sentences of a template edited in place, where each has one formatting."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.changes import editing, policy, store
from app.core.errors import Invalid, Rejection
from app.core.ids import digest
from app.definitions import store as contents
from app.documents import wording
from app.studio import editor
from app.studio.blueprint import blueprint
from app.web import Call, writes


def _again(call: Call, rejection: Rejection, change_id: str, bundle_id: str) -> ResponseReturnValue:
    """The page with the paragraphs that were typed, also over what somebody else made of the letter meanwhile."""
    path, was = request.form.get("path", ""), request.form.get("was", "")
    seen = contents.blobs(call.session, [was]).get(was)
    typed = _changed(seen) if seen is not None and editor.kind_of(path) == editor.LETTER else {}
    return editor.page(call, change_id, bundle_id, path, rejection, typed)


@blueprint.post("/changes/<change_id>/programmes/<bundle_id>/letter")
@writes(again=_again)
def letter_save(call: Call, change_id: str, bundle_id: str) -> ResponseReturnValue:
    """`p-N` is the text of paragraph N, `was` names the template that the page showed."""
    policy.open_to(call.session, call.actor, change_id)
    path, was = request.form.get("path", ""), request.form.get("was", "")
    template = store.file_of(call.session, store.bundle_of(call.session, change_id, bundle_id), path)
    if template is None:
        raise editing.changed_meanwhile(path)
    editing.require_seen(path, digest(template), was)
    if editor.kind_of(path) != editor.LETTER:
        raise Invalid({"path": "只有文书能按句修改"})
    changed = _changed(template)
    if changed:
        content = wording.reworded(template, changed)
        editing.save(call.session, call.actor, change_id, bundle_id, path, content, was=was, now=call.now)
    flash(f"已保存，改了 {len(changed)} 段。" if changed else "没有变化。", "success")
    return redirect(url_for("studio.file_page", change_id=change_id, bundle_id=bundle_id, path=path))


def _changed(template: bytes) -> dict[int, str]:
    """By paragraph, what was typed in the place of what the template says."""
    says = {each.number: each.text for each in editor.paragraphs(template)}
    typed = {number: request.form.get(f"p-{number}", text) for number, text in says.items()}
    return {number: text for number, text in typed.items() if text != says[number]}
