"""Trying a draft: the page on which a case is played through it, its letters, and the story that is kept of it."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app.changes import policy, store, trying
from app.core.clock import local_date
from app.core.errors import Gone, Invalid, NotFound, Rejection
from app.core.ids import digest
from app.core.uploads import MAX_BYTES
from app.files import operations as files
from app.identity.capabilities import positions_with
from app.identity.positions import title_of
from app.studio.blueprint import blueprint
from app.tryout.asking import Draft, NotPlayable, ask, get_ready
from app.tryout.trial import MOST_FILE_BYTES, Trial
from app.web import STAFF, services, transaction, transacts_itself
from app.web.download import DOCX, PDF, attachment, inline

ADDRESS = "/changes/<change_id>/programmes/<bundle_id>/try"
POSTED = frozenset({"csrf_token", "kind", "task", "as", "was", "keep"})
DOWNLOADED = "application/octet-stream"
APPLYING = ("applicant", *positions_with("file_applications"))
"""Who may apply in a trial, the applicant first."""
STARTING = positions_with("start_processes", "township")[0]
PAYING, ENTERING = positions_with("pay")[0], positions_with("enter_figures")[0]
HOLDING = positions_with("hold_cases", "township")[0]
REOPENING, GRANTING = positions_with("reopen_cases")[0], positions_with("draft_batches", "county")[0]
CORRECTING, STORING = positions_with("correct_applications")[0], positions_with("keep_goods", "township")[0]
FILE_ID = 32


@blueprint.get(ADDRESS)
@transacts_itself(STAFF)
def trial_page(change_id: str, bundle_id: str) -> ResponseReturnValue:
    draft, trial = _standing(change_id, bundle_id)
    if trial is None:
        get_ready()
        return _page(change_id, bundle_id)
    try:
        told = ask(draft, "play", trial=trial.as_json(), shown=request.args.get("task"), case=_about())
    except Rejection as rejection:
        return _page(change_id, bundle_id, trial, rejection=rejection)
    return _page(change_id, bundle_id, trial, told["state"])


@blueprint.post(ADDRESS)
@transacts_itself(STAFF)
def trial_act(change_id: str, bundle_id: str) -> ResponseReturnValue:
    """The next step. `kind`: form (of `task`, all other fields are its own), days, until, event, death, life or skip.

    `was` is how many steps were done when the page was shown.
    """
    with transaction(STAFF, writing=False) as call:
        bundle = store.bundle_of(call.session, change_id, bundle_id)
        trial = trying.require_seen(call.session, call.actor, bundle_id, _was())
        draft = trying.draft_of(call.session, call.actor, bundle, trial.region, call.now)
    try:
        told = ask(draft, "play", trial=trial.as_json(), act=_act(), case=_about())
    except NotPlayable:
        raise
    except Rejection as rejection:
        told = ask(draft, "play", trial=trial.as_json(), shown=None, case=_about())
        return _page(change_id, bundle_id, trial, told["state"], rejection), rejection.status
    after = Trial.of(told["trial"])
    if after != trial:
        with transaction(STAFF, writing=True) as call:
            trying.keep(call.session, call.actor, bundle_id, after, was=trial.position, now=call.now)
    return _page(change_id, bundle_id, after, told["state"])


@blueprint.post(f"{ADDRESS}/begin")
@transacts_itself(STAFF)
def trial_begin(change_id: str, bundle_id: str) -> ResponseReturnValue:
    region, day = request.form.get("region", ""), request.form.get("day", "")
    try:
        with transaction(STAFF, writing=True) as call:
            bundle = store.bundle_of(call.session, change_id, bundle_id)
            number = request.form.get("number", "").strip()
            if number:
                trial = trying.begun_from(call.session, call.actor, bundle, number, call.now)
            else:
                trial = trying.begun(call.session, call.actor, bundle, region, day, call.now)
            trying.keep(call.session, call.actor, bundle_id, trial, was=None, now=call.now)
    except Rejection as rejection:
        if not rejection.fields:
            raise
        return _page(change_id, bundle_id, rejection=rejection), rejection.status
    return redirect(url_for("studio.trial_page", change_id=change_id, bundle_id=bundle_id))


@blueprint.post(f"{ADDRESS}/move")
@transacts_itself(STAFF)
def trial_move(change_id: str, bundle_id: str) -> ResponseReturnValue:
    """`by`: back (one step), forward (one step that was taken back), or anew (nothing is left of the trial)."""
    by = request.form.get("by", "")
    with transaction(STAFF, writing=True) as call:
        store.bundle_of(call.session, change_id, bundle_id)
        trial = trying.require_seen(call.session, call.actor, bundle_id, _was())
        if by == "anew":
            trying.forget(call.session, call.actor, bundle_id)
        else:
            moved = trial.moved(1 if by == "forward" else -1)
            trying.keep(call.session, call.actor, bundle_id, moved, was=trial.position, now=call.now)
    return redirect(url_for("studio.trial_page", change_id=change_id, bundle_id=bundle_id))


@blueprint.post(f"{ADDRESS}/record")
@transacts_itself(STAFF)
def trial_record(change_id: str, bundle_id: str) -> ResponseReturnValue:
    """Keep the trial as a story of the bundle, with what came of each step."""
    draft, trial = _standing(change_id, bundle_id)
    if trial is None:
        raise Gone("还没有试办，请先开始")
    name = request.form.get("name", "").strip()
    try:
        title = trying.titled(request.form.get("title", ""), name)
        story = ask(draft, "record", trial=trial.as_json(), title=title)["story"]
        with transaction(STAFF, writing=True) as call:
            path = trying.record(call.session, call.actor, change_id, bundle_id, name, story, call.now)
    except Rejection as rejection:
        told = ask(draft, "play", trial=trial.as_json())
        return _page(change_id, bundle_id, trial, told["state"], rejection), rejection.status
    flash(f"已存为故事“{title}”，检查时会重演。", "success")
    return redirect(url_for("studio.file_page", change_id=change_id, bundle_id=bundle_id, path=path))


@blueprint.get(f"{ADDRESS}/letters/<number>.<kind>")
@transacts_itself(STAFF)
def trial_letter(change_id: str, bundle_id: str, number: str, kind: str) -> ResponseReturnValue:
    if kind not in ("docx", "pdf") or not (number.isascii() and number.isdigit()):
        raise NotFound("没有这份文书，请回到试办页")
    draft, trial = _standing(change_id, bundle_id)
    if trial is None:
        raise Gone("还没有试办，请先开始")
    told = ask(draft, "letter", trial=trial.as_json(), number=int(number[:4]), case=_about())
    content = base64.b64decode(told["content"])
    if kind == "docx":
        return attachment(content, told["name"], DOCX)
    return _seen(services().to_pdf(content), f"{told['name'].removesuffix('.docx')}.pdf")


@blueprint.get(f"{ADDRESS}/files/<file_id>")
@transacts_itself(STAFF)
def trial_file(change_id: str, bundle_id: str, file_id: str) -> ResponseReturnValue:
    """A file that the trial carries, as it was attached."""
    _, trial = _standing(change_id, bundle_id)
    found = next((each for each in trial.files if each["id"] == file_id), None) if trial else None
    if found is None:
        raise NotFound("试办里没有这个文件，请回到试办页")
    return attachment(base64.b64decode(found["content"]), found["name"], DOWNLOADED)


def _seen(content: bytes, name: str) -> Response:
    return inline(content, name, PDF)


def _standing(change_id: str, bundle_id: str) -> tuple[Draft, Trial | None]:
    with transaction(STAFF, writing=False) as call:
        policy.require_reader(call.session, call.actor)
        bundle = store.bundle_of(call.session, change_id, bundle_id)
        trial = trying.kept(call.session, call.actor, bundle_id)
        return trying.draft_of(call.session, call.actor, bundle, trial.region if trial else "", call.now), trial


def _was() -> int:
    typed = request.form.get("was", "")
    return int(typed) if typed.isascii() and typed.isdigit() else -1


def _act() -> dict[str, Any]:
    form = request.form
    kind = form.get("kind", "")
    if kind == "form":
        pairs = [(name, value) for name, value in form.items(multi=True) if name not in POSTED]
        attached = list(_files())
        pairs += [(field, each["id"]) for field, each in attached]
        return {"kind": kind, "task": form.get("task", ""), "as": form.get("as", ""), "pairs": pairs,
                "files": [each for _, each in attached], "keep": "keep" in form}  # fmt: skip
    if kind == "event":
        given: dict[str, Any] = {name: form[name].strip() for name in form if name not in POSTED and name != "do"}
        if "failed" in given:
            given["failed"] = form.getlist("failed")
        return {"kind": kind, "do": form.get("do", ""), "as": form.get("as", ""), "with": given}
    return {"kind": kind, **{name: form.get(name, "") for name in ("days", "at", "person", "day")}}


def _about() -> str | None:
    """The label of the case that the page shows."""
    return request.args.get("case")


def _files() -> Iterator[tuple[str, dict[str, str]]]:
    """Field and `{id, name, content}` of each chosen file. Raises Invalid, by field."""
    for field, chosen in request.files.items(multi=True):
        if not chosen.filename:
            continue
        content = chosen.read(MAX_BYTES + 1)
        try:
            files.require_taken(chosen.filename, content)
        except Invalid as wrong:
            raise Invalid({field: wrong.message}) from wrong
        if len(content) > MOST_FILE_BYTES:
            most = f"试办只带 {MOST_FILE_BYTES // 1024} KB 以内的文件，“{chosen.filename}”太大"
            raise Invalid({field: f"{most}，请换一个小的"})
        encoded = base64.b64encode(content).decode()
        yield field, {"id": digest(content)[:FILE_ID], "name": chosen.filename, "content": encoded}


def _page(
    change_id: str, bundle_id: str, trial: Trial | None = None, state: Mapping[str, Any] | None = None,
    rejection: Rejection | None = None,
) -> str:  # fmt: skip
    with transaction(STAFF, writing=False) as call:
        change, bundle = store.found(call.session, change_id), store.bundle_of(call.session, change_id, bundle_id)
        return render_template(
            "studio/try.html",
            change=change, bundle=bundle, trial=trial, state=state, html=_html(state), applying=APPLYING,
            villages=trying.villages(call.session, bundle, call.now) if trial is None else [],
            may_edit=policy.may_edit(call.session, call.actor, change, call.now),
            message=rejection.message if rejection else None, errors=rejection.fields if rejection else {},
            figures=trying.figure_titles(call.session, trial) if trial else {}, starting=STARTING, holding=HOLDING,
            paying=PAYING, entering=ENTERING, reopening=REOPENING, granting=GRANTING, correcting=CORRECTING,
            storing=STORING, about=_about(),
            posts=title_of, typed=request.form, today=change.in_force_from or local_date(call.now),
        )  # fmt: skip


def _html(state: Mapping[str, Any] | None) -> Markup:
    """The form as `app.forms` wrote it in the child; no policy of the page lets a script in it run."""
    return Markup(state["form"]["html"]) if state and state["form"] else Markup()
