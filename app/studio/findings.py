"""What the gate finds while somebody edits, each with the way to its place, and its obvious mend at one press."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.changes import inspecting, policy, store
from app.studio.blueprint import blueprint
from app.studio.changes import again
from app.web import STAFF, Call, transaction, transacts_itself, writes


@blueprint.get("/changes/<change_id>/programmes/<bundle_id>/findings")
@transacts_itself(STAFF)
def file_findings(change_id: str, bundle_id: str) -> ResponseReturnValue:
    """A piece of the page of a file (`path`), asked for again after each save: its own findings, then the others'."""
    path = request.args.get("path", "")
    with transaction(STAFF, writing=False) as call:
        looked = inspecting.look(call.session, call.actor, change_id, bundle_id, call.now)
        may_edit = policy.may_edit(call.session, call.actor, store.found(call.session, change_id), call.now)
    found = inspecting.findings(looked)
    own, others = ([each for each in found if (each["file"] == path) is here] for here in (True, False))
    return render_template(
        "studio/_findings.html", change_id=change_id, bundle_id=bundle_id, path=path, own=own, others=others,
        may_edit=may_edit,
    )  # fmt: skip


@blueprint.post("/changes/<change_id>/programmes/<bundle_id>/mend")
@writes(again=again)
def file_mend(call: Call, change_id: str, bundle_id: str) -> ResponseReturnValue:
    """What the button of a finding does; back to where it was pressed (`path`), else to the page of the change."""
    wanted = request.form.to_dict()
    changed = inspecting.mend(call.session, call.actor, change_id, bundle_id, wanted, now=call.now)
    flash(f"已修改 {changed}，可在修改记录中恢复。", "success")
    path = wanted.get("path", "")
    if store.file_of(call.session, store.bundle_of(call.session, change_id, bundle_id), path) is None:
        return redirect(url_for("studio.change", change_id=change_id, _anchor="checks"))
    return redirect(url_for("studio.file_page", change_id=change_id, bundle_id=bundle_id, path=path))
