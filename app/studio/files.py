"""Files of a change: the page on which one is edited, its content, uploads, everything as a zip, and putting back."""

from __future__ import annotations

import io
from zipfile import ZIP_DEFLATED, ZipFile

from flask import Response, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.changes import editing, letters, policy, store
from app.core.errors import Invalid, NotFound, Rejection
from app.core.ids import digest
from app.definitions.letters import FOLDER
from app.studio import archive, editor
from app.studio.blueprint import blueprint
from app.studio.changes import again
from app.web import STAFF, Call, reads, transaction, transacts_itself, writes
from app.web.errors import problem
from app.web.posted import files_of


@blueprint.get("/changes/<change_id>/programmes/<bundle_id>/file")
@reads()
def file_page(call: Call, change_id: str, bundle_id: str) -> ResponseReturnValue:
    return editor.page(call, change_id, bundle_id, request.args.get("path", ""))


@blueprint.get("/changes/<change_id>/programmes/<bundle_id>/content")
@reads()
def file_content(call: Call, change_id: str, bundle_id: str) -> ResponseReturnValue:
    """The bytes of a file, as they were saved."""
    policy.require_reader(call.session, call.actor)
    bundle = store.bundle_of(call.session, change_id, bundle_id)
    path = request.args.get("path", "")
    content = store.file_of(call.session, bundle, path)
    if content is None:
        raise NotFound(f"“{path}”已经不在这个项目里，请刷新页面")
    name = path.rpartition("/")[2]
    headers = {"Content-Disposition": f"attachment; filename={name}", "ETag": f'"{digest(content)}"'}
    return Response(content, mimetype="application/octet-stream", headers=headers)


def _refused(call: Call, rejection: Rejection, **arguments: str) -> ResponseReturnValue:
    return problem(rejection.code, rejection.message, rejection.fields, rejection.status)


@blueprint.put("/changes/<change_id>/programmes/<bundle_id>/content")
@writes(again=_refused)
def file_save(call: Call, change_id: str, bundle_id: str) -> ResponseReturnValue:
    """Save the bytes of the request. `was` names the content that was edited ("" for a new file).

    Answers `{hash}`; a refusal is `{code, message, fields}`.
    """
    hash = editing.save(
        call.session, call.actor, change_id, bundle_id, request.args.get("path", ""), request.get_data(),
        was=request.args.get("was") or None, now=call.now,
    )  # fmt: skip
    return jsonify({"hash": hash})


@blueprint.post("/changes/<change_id>/programmes/<bundle_id>/new")
@writes(again=again)
def file_new(call: Call, change_id: str, bundle_id: str) -> ResponseReturnValue:
    """Begin a file and open its editor."""
    path = request.form.get("path", "").strip()
    editing.begin(call.session, call.actor, change_id, bundle_id, path, now=call.now)
    return redirect(url_for("studio.file_page", change_id=change_id, bundle_id=bundle_id, path=path))


@blueprint.post("/changes/<change_id>/programmes/<bundle_id>/remove")
@writes(again=again)
def file_remove(call: Call, change_id: str, bundle_id: str) -> ResponseReturnValue:
    path, was = request.form.get("path", ""), request.form.get("was") or None
    editing.save(call.session, call.actor, change_id, bundle_id, path, None, was=was, now=call.now)
    flash(f"已删除 {path}，可在修改记录中恢复。", "success")
    return redirect(url_for("studio.change", change_id=change_id))


@blueprint.post("/changes/<change_id>/programmes/<bundle_id>/upload")
@transacts_itself(STAFF, again=again)
def file_upload(change_id: str, bundle_id: str) -> ResponseReturnValue:
    """Chosen files take the place of those with their names; a zip brings a whole folder; a .docx the chosen letter."""
    with transaction(STAFF, writing=False) as call:
        policy.open_to(call.session, call.actor, change_id)
    files, dropped = letters.tidy(_uploaded(request.form.get("letter", "")))
    with transaction(STAFF, writing=True) as call:
        policy.open_to(call.session, call.actor, change_id)
        files = letters.completed(call.session, change_id, bundle_id, files, now=call.now)
        changed = editing.take_files(call.session, call.actor, change_id, bundle_id, files, now=call.now)
    told = (
        f"已放入 {len(changed)} 个文件：{'、'.join(changed[:8])}" if changed else "上传的文件与现有内容相同，没有变化"
    )
    flash(f"{told}。", "success")
    for path, what in dropped.items():
        flash(f"{path} 里的这些内容不印在文书上，不会发出去，已经去掉：{'、'.join(what)}。", "info")
    if letter := request.form.get("path"):  # it was sent from the page of the letter, which shows what came of it
        return redirect(url_for("studio.file_page", change_id=change_id, bundle_id=bundle_id, path=letter))
    return redirect(url_for("studio.change", change_id=change_id))


@blueprint.get("/changes/<change_id>/programmes/<bundle_id>/folder.zip")
@reads()
def file_folder(call: Call, change_id: str, bundle_id: str) -> ResponseReturnValue:
    """Every file as it stands, as a folder that can be uploaded again."""
    policy.require_reader(call.session, call.actor)
    bundle = store.bundle_of(call.session, change_id, bundle_id)
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as packed:
        for path, content in store.files_of(call.session, bundle).items():
            packed.writestr(path, content)
    headers = {"Content-Disposition": f"attachment; filename={bundle.programme}.zip"}
    return Response(buffer.getvalue(), mimetype="application/zip", headers=headers)


@blueprint.post("/changes/<change_id>/saves/<save_id>/put-back")
@writes(again=again)
def file_put_back(call: Call, change_id: str, save_id: str) -> ResponseReturnValue:
    path = editing.put_back(call.session, call.actor, change_id, save_id, now=call.now)
    flash(f"{path} 已恢复到这次修改之前。", "success")
    return redirect(url_for("studio.change", change_id=change_id, _anchor="history"))


def _uploaded(letter: str) -> dict[str, bytes]:
    """The uploaded files by path in the bundle. Raises Invalid."""
    given = [(name, content) for _, name, content in files_of(request, "files")]
    if not given:
        raise Invalid({"files": "请选择要上传的文件"})
    found: dict[str, bytes] = {}
    for name, content in given:
        if name.lower().endswith(".zip"):
            found |= archive.unpacked(name, content)
        elif name.lower().endswith(".docx"):
            if not letter:
                raise Invalid({"letter": f"请选择“{name}”是哪一份文书的模板"})
            found[f"{FOLDER}/{letter}/template.docx"] = content
        else:
            found[name] = content
    return found
