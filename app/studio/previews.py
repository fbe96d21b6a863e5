"""A letter of a change as it will come out: made from its own sample, shown as pages and handed out as PDF."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.changes import policy, store
from app.core.errors import Invalid, Rejection
from app.definitions.letters import CONTRACT, SAMPLE, TEMPLATE
from app.documents.errors import Problem
from app.documents.isolated import pages_isolated, try_isolated
from app.studio import editor
from app.studio.blueprint import blueprint
from app.web import STAFF, services, transaction, transacts_itself
from app.web.download import PDF, attachment


@dataclass(frozen=True, slots=True)
class Preview:
    """`pictures` are the first of `count` pages as PNG; `message` says why there are none."""

    problems: list[Problem] = field(default_factory=list)
    count: int = 0
    pictures: list[str] = field(default_factory=list)
    message: str = ""


@blueprint.get("/changes/<change_id>/programmes/<bundle_id>/letter/preview")
@transacts_itself(STAFF)
def letter_preview(change_id: str, bundle_id: str) -> ResponseReturnValue:
    """The part of the page beside the sentences. A letter that cannot be made is an answer, not a failure."""
    path = request.args.get("path", "")
    parts = _parts(change_id, bundle_id, path)
    try:
        seen = _seen(parts)
    except Rejection as rejection:
        seen = Preview(message=rejection.message)
    return render_template("studio/_preview.html", preview=seen, change_id=change_id, bundle_id=bundle_id, path=path)


@blueprint.get("/changes/<change_id>/programmes/<bundle_id>/letter.pdf")
@transacts_itself(STAFF)
def letter_pdf(change_id: str, bundle_id: str) -> ResponseReturnValue:
    path = request.args.get("path", "")
    trial = try_isolated(*_complete(_parts(change_id, bundle_id, path)))
    if trial.docx is None:
        faults = [f"{each.message}{each.where}" for each in trial.problems if each.severity == "error"]
        raise Invalid({path: "；".join(faults)})
    return attachment(services().to_pdf(trial.docx), f"样张-{path.split('/')[-2]}.pdf", PDF)


def _seen(parts: dict[str, bytes | None]) -> Preview:
    trial = try_isolated(*_complete(parts))
    if trial.docx is None:
        return Preview(trial.problems, message="改正以后才看得到样张")
    pages = pages_isolated(services().to_pdf(trial.docx))
    if pages is None:
        return Preview(trial.problems, message="样张太大，这里显示不出来，请下载 PDF 查看")
    return Preview(trial.problems, pages.count, [b64encode(each).decode() for each in pages.pictures])


def _parts(change_id: str, bundle_id: str, path: str) -> dict[str, bytes | None]:
    """The files of the letter whose template has this path, as the draft stands. Raises NotYours, NotFound, Invalid."""
    folder = path.rpartition("/")[0]
    with transaction(STAFF, writing=False) as call:
        policy.require_reader(call.session, call.actor)
        if editor.kind_of(path) != editor.LETTER:
            raise Invalid({"path": "只有文书能看样张"})
        bundle = store.bundle_of(call.session, change_id, bundle_id)
        return {name: store.file_of(call.session, bundle, f"{folder}/{name}") for name in (TEMPLATE, CONTRACT, SAMPLE)}


def _complete(parts: dict[str, bytes | None]) -> tuple[bytes, bytes, bytes]:
    """Template, contract and sample. Raises Invalid where one is missing."""
    found = {name: content for name, content in parts.items() if content is not None}
    if found.keys() != parts.keys():
        missing = parts.keys() - found.keys()
        raise Invalid({name: f"这份文书缺少 {name}，请在变更页面上传以后再看样张" for name in missing})
    return found[TEMPLATE], found[CONTRACT], found[SAMPLE]
