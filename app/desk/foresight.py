"""Before a task is completed: what would follow, as a part of its page or as the PDF of a letter."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from app.cases import foresight, queries
from app.cases.identifying import FIELD as CONFIRMED
from app.core.errors import Gone, NotFound, Rejection, Taken
from app.core.whole import whole_number
from app.db import Busy
from app.desk.blueprint import blueprint
from app.desk.rulings import Ruling, rulings
from app.desk.stories import notes
from app.desk.tasks import foreseen
from app.documents.errors import DocumentError
from app.documents.foreseen import ForeseenLetter
from app.drafting import arrive, keep
from app.drafting.passes import FIELD, held
from app.files.arriving import all_received
from app.files.posted import take
from app.inbox import operations as inbox
from app.web import STAFF, services, transaction, transacts_itself
from app.web.download import PDF, attachment
from app.web.posted import files_of

BY_ITSELF = "itself"


@dataclass(frozen=True, slots=True)
class LetterText:
    """A letter that would be written: what it says, or why it cannot be written."""

    title: str
    copies: int
    text: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a page shows of a foresight; `refusal` in place of everything else."""

    refusal: Rejection | None = None
    seen: foresight.Foresight | None = None
    notes: tuple[str, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    letters: tuple[LetterText, ...] = ()


@blueprint.post("/tasks/<task_id>/preview")
@transacts_itself(STAFF)
def preview(task_id: str) -> ResponseReturnValue:
    """The part of the page where a script asks for it, else the whole page with what was typed. What the page asks by
    itself is answered by 204 while somebody writes, and once it is nobody's or somebody else's work."""
    part = request.args.get("part", "")
    if not part:
        _keep_posted()
    try:
        outlook = _outlook(task_id, part == BY_ITSELF)
    except Busy:
        return "", 204
    if part == BY_ITSELF and isinstance(outlook.refusal, (Gone, Taken)):
        return "", 204
    with transaction(STAFF, writing=False) as call:
        if part:
            return render_template("desk/_foresight.html", outlook=outlook, task_id=task_id)
        return foreseen(call, task_id, outlook)


@blueprint.post("/tasks/<task_id>/preview/<place>.pdf")
@transacts_itself(STAFF)
def preview_letter(task_id: str, place: str) -> ResponseReturnValue:
    """One of the letters, marked as not issued. Raises what completing raises, NotFound, and where no PDF is made."""
    seen = _foreseen(task_id)
    at = whole_number(place)
    if at is None or at >= len(seen.letters):
        raise NotFound("这样办理不会开出这份文书，请重新预览")
    letter = seen.letters[at]
    return attachment(services().to_pdf(letter.docx()), f"{letter.title}（预览）.pdf", PDF)


def _outlook(task_id: str, by_itself: bool) -> Outlook:
    try:
        seen = _foreseen(task_id, by_itself)
    except Rejection as refusal:
        if refusal.status not in (409, 422):
            raise
        return Outlook(refusal)
    letters = tuple(_read(each) for each in seen.letters)  # slow, so no writer waits for it
    with transaction(STAFF, writing=False) as call:
        told = rulings(call.session, foresight.decided(call.session, seen), seen.region_codes, seen.submitted)
    return Outlook(seen=seen, notes=tuple(notes(seen.event, seen.elements)), rulings=tuple(told), letters=letters)


def _foreseen(task_id: str, by_itself: bool = False) -> foresight.Foresight:
    with transaction(STAFF, writing=False) as call:
        item, form = queries.task_form(call.session, task_id)
        inbox.require_candidate(item, call.actor)
        g.typed = data = form.parse(request.form)
    if said := request.form.get(CONFIRMED, ""):
        data[CONFIRMED] = said
    posted = all_received(files_of(request))
    with transaction(STAFF, writing=True, stays=False, by_itself=by_itself) as call:
        take(call.session, call.actor, item.case_id, data, posted, call.now)
        return foresight.foresee(call.session, call.actor, task_id, data, call.now)


def _read(letter: ForeseenLetter) -> LetterText:
    try:
        return LetterText(letter.title, letter.copies, letter.text())
    except DocumentError as fault:
        return LetterText(letter.title, letter.copies, "", str(fault))


def _keep_posted() -> None:
    """Without a script the files stand in the posted form alone: they are kept with its draft, as by every button."""
    if FIELD in request.form:
        found = held()
        arrived = arrive(found, services().clock.now())
        with transaction(STAFF, writing=True) as call:
            keep(call.session, found, arrived, call.now)
