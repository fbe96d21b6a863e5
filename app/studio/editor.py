"""The page on which a file of a change is edited or read, each kind with its editor."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flask import render_template

from app.changes import policy, store, turns
from app.core.errors import NotFound, Rejection
from app.core.ids import digest
from app.documents import wording
from app.documents.upload import check_upload
from app.web import Call

KINDS = {".bpmn": "bpmn", ".dmn": "dmn", ".form.json": "form", ".docx": "letter"}
TEXT, LETTER = "text", "letter"
NOTHING: Mapping[int, str] = MappingProxyType({})


def page(
    call: Call, change_id: str, bundle_id: str, path: str, rejection: Rejection | None = None,
    typed: Mapping[int, str] = NOTHING,
) -> str:  # fmt: skip
    """`typed`: what somebody made of paragraphs of a letter and could not save. Raises NotYours, NotFound."""
    policy.require_reader(call.session, call.actor)
    change, bundle = store.found(call.session, change_id), store.bundle_of(call.session, change_id, bundle_id)
    content = store.file_of(call.session, bundle, path)
    if content is None:
        raise NotFound(f"“{path}”已经不在这个项目里，请从变更页面重新进入")
    kind = kind_of(path)
    return render_template(
        "studio/file.html",
        change=change, bundle=bundle, path=path, kind=kind, hash=digest(content),
        turn=turns.turn_of(call.session, change, call.actor, call.now),
        may_edit=policy.may_edit(call.session, call.actor, change, call.now),
        text=content.decode("utf-8", "replace") if kind == TEXT else "",
        paragraphs=paragraphs(content) if kind == LETTER else [], mixed=wording.MIXED, typed=typed,
        message=rejection.message if rejection else None, errors=rejection.fields if rejection else {},
    )  # fmt: skip


def kind_of(path: str) -> str:
    """Which editor a file has."""
    return next((kind for suffix, kind in KINDS.items() if path.endswith(suffix)), TEXT)


def paragraphs(template: bytes) -> list[wording.Paragraph]:
    """What a template says; nothing of a file that no letter may be made from."""
    return [] if check_upload(template) else wording.read(template)
