"""One person, one file (一人一档, E16); whole numbers only with a reason."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.core.chinese import mask_id_number
from app.core.errors import Rejection
from app.definitions.queries import programme_titles
from app.desk.blueprint import blueprint
from app.identity import queries as identity
from app.registry import disclosure, person_files, policy
from app.web import Call, reads, writes


@blueprint.get("/people/<person_id>")
@reads()
def person(call: Call, person_id: str) -> ResponseReturnValue:
    return _page(call, person_id)


def _again(call: Call, rejection: Rejection, person_id: str) -> ResponseReturnValue:
    if rejection.status != 422:
        raise rejection
    return _page(call, person_id, rejection)


@blueprint.post("/people/<person_id>/reveal")
@writes(again=_again)
def person_reveal(call: Call, person_id: str) -> ResponseReturnValue:
    """Shown on this one answer; the address of the page never shows it."""
    number = disclosure.reveal(call.session, call.actor, person_id, request.form.get("reason", ""), call.now)
    return _page(call, person_id, number=number)


def _page(call: Call, person_id: str, rejection: Rejection | None = None, number: str | None = None) -> str:
    file = person_files.person_file(call.session, person_id)
    policy.require_may_open(call.session, call.actor, person_id)
    return render_template(
        "desk/person.html",
        person=file["person"],
        number=number or mask_id_number(file["person"]["id_number"]),
        revealed=number is not None,
        members=file["members"],
        awards=file["awards"],
        events=file["events"],
        titles=programme_titles(call.session),
        places=identity.region_names(call.session, {row.region_id for row in file["awards"]}),
        reason=request.form.get("reason", ""),
        errors=rejection.fields if rejection else {},
    )
