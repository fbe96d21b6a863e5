"""A new policy document: pasted, its clauses marked, and linked to the elements that carry them."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.changes import documents, passages, policy, store
from app.core.days import typed_day
from app.core.errors import Invalid, Rejection
from app.definitions.bundle import Bundle
from app.definitions.errors import BundleError
from app.engine import DiagramError
from app.figures.catalogue import catalogue
from app.studio.blueprint import blueprint
from app.web import Afterwards, Call, reads, writes

HEAD = ("key", "number", "title", "issued_on", "in_force_from")
LONGEST = 200_000
CARRYING = {"userTask", "manualTask", "serviceTask", "businessRuleTask", "scriptTask", "startEvent", "endEvent"}


@blueprint.get("/changes/<change_id>/programmes/<bundle_id>/document")
@reads()
def document_new(call: Call, change_id: str, bundle_id: str) -> ResponseReturnValue:
    return _page(call, change_id, bundle_id, [])


def _again(call: Call, rejection: Rejection, change_id: str, bundle_id: str) -> ResponseReturnValue:
    if rejection.status in (403, 404):
        raise rejection
    return _page(call, change_id, bundle_id, _marked(), rejection)


@blueprint.post("/changes/<change_id>/programmes/<bundle_id>/document")
@writes(again=_again)
def document_enter(call: Call, change_id: str, bundle_id: str) -> ResponseReturnValue | Afterwards:
    """First the passages of what was pasted; then those that were marked, into the catalogue of the bundle."""
    policy.require_reader(call.session, call.actor)
    if request.form.get("act") != "save":
        found = _found(request.form.get("text", ""))
        return Afterwards(lambda call: _page(call, change_id, bundle_id, found))
    typed = {name: request.form.get(name, "").strip() for name in HEAD}
    days = {name: typed_day(typed[name], name) if typed[name] else None for name in ("issued_on", "in_force_from")}
    marked = [each for each in _marked() if each.pop("chosen")]
    ids = documents.enter(call.session, call.actor, change_id, bundle_id, {**typed, **days}, marked, now=call.now)
    flash(f"已登记 {len(ids)} 条。请选择由哪些环节体现；标准、决策表和文书里直接写编号引用。", "success")
    return redirect(url_for("studio.document_links", change_id=change_id, bundle_id=bundle_id, id=ids))


@blueprint.get("/changes/<change_id>/programmes/<bundle_id>/document/links")
@reads()
def document_links(call: Call, change_id: str, bundle_id: str) -> ResponseReturnValue:
    policy.require_reader(call.session, call.actor)
    bundle = store.bundle_of(call.session, change_id, bundle_id)
    return render_template(
        "studio/document_links.html",
        change=store.found(call.session, change_id),
        bundle=bundle,
        ids=request.args.getlist("id"),
        elements=_elements(store.files_of(call.session, bundle)),
    )


@blueprint.post("/changes/<change_id>/programmes/<bundle_id>/document/links")
@writes()
def document_link(call: Call, change_id: str, bundle_id: str) -> ResponseReturnValue:
    chosen = {name.removeprefix("to:"): value.partition("#") for name, value in request.form.items() if value}
    linked = {id: (path, element) for id, (path, _, element) in chosen.items() if element}
    documents.link(call.session, call.actor, change_id, bundle_id, linked, now=call.now)
    flash(
        f"已写进 {len(linked)} 个环节的说明，可以在修改记录里恢复。" if linked else "没有选择环节，什么都没有改。",
        "success",
    )
    return redirect(url_for("studio.change", change_id=change_id))


def _page(
    call: Call, change_id: str, bundle_id: str, found: list[dict[str, Any]], rejection: Rejection | None = None
) -> str:
    policy.require_reader(call.session, call.actor)
    return render_template(
        "studio/document.html",
        change=store.found(call.session, change_id),
        bundle=store.bundle_of(call.session, change_id, bundle_id),
        known=catalogue(call.session).documents.values(),
        typed=request.form,
        found=found,
        is_empty=request.method == "POST" and not found,
        message=rejection.message if rejection else None,
        errors=rejection.fields if rejection else {},
    )


def _found(text: str) -> list[dict[str, Any]]:
    """The passages as they will be asked about; numbered on from the document's key."""
    if len(text) > LONGEST:
        raise Invalid({"text": f"文字太长，请只粘贴有规定的部分，不超过 {LONGEST} 字"})
    key = request.form.get("key", "").strip()
    found = passages.passages(text)[: documents.MOST_CLAUSES]
    return [
        {"id": f"{key}-{number}", "at": each.at, "title": each.title, "text": each.text, "chosen": each.is_rule}
        for number, each in enumerate(found, 1)
    ]


def _marked() -> list[dict[str, Any]]:
    """What was marked and reworded on the page, also what is not chosen."""
    chosen = set(request.form.getlist("chosen"))
    columns = [[each.strip() for each in request.form.getlist(name)] for name in ("id", "at", "title_of", "text_of")]
    return [
        {"id": id, "at": at, "title": title, "text": text, "chosen": str(number) in chosen}
        for number, (id, at, title, text) in enumerate(zip(*columns, strict=False))
    ]


def _elements(files: dict[str, bytes]) -> list[tuple[str, list[tuple[str, str]]]]:
    """By process, the elements that may carry a clause: `file#id` and name."""
    try:
        bundle = Bundle(files)
        return [
            (bundle.process(key).name or path, [(f"{path}#{each.id}", each.label)
                                                for each in bundle.process(key).elements.values()
                                                if each.type in CARRYING and each.name])
            for key, path in bundle.manifest["processes"].items()
        ]  # fmt: skip
    except (BundleError, DiagramError):
        return []
