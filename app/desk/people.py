"""One person, one file (一人一档, E16); whole numbers only with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.cases import lists, people
from app.core.chinese import mask_id_number
from app.core.days import typed_day_or_none
from app.core.errors import Invalid, Rejection
from app.definitions.queries import programme_titles
from app.desk.blueprint import blueprint
from app.dossier import operations as dossiers
from app.identity import appointed
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.registry import consents, deaths, disclosure, person_files, policy, roles
from app.registry.role_names import TITLES
from app.web import Afterwards, Call, reads, writes

MOST_CASES = 50
"""The newest cases of a person that the page lists; all of them are found by the number."""


@blueprint.get("/people/<person_id>")
@reads()
def person(call: Call, person_id: str) -> ResponseReturnValue:
    """Of a file that was merged, the one in which it goes on."""
    return person_page(call, person_id)


def _again(call: Call, rejection: Rejection, person_id: str) -> ResponseReturnValue:
    if rejection.status != 422:
        raise rejection
    return person_page(call, person_id, rejection)


@blueprint.post("/people/<person_id>/reveal")
@writes(again=_again)
def person_reveal(call: Call, person_id: str) -> Afterwards:
    """Shown on this one answer; the address of the page never shows it."""
    number = disclosure.reveal(call.session, call.actor, person_id, request.form.get("reason", ""), call.now)
    return Afterwards(lambda call: person_page(call, person_id, number=number))


@blueprint.post("/people/<person_id>/death")
@writes(again=_again)
def person_death(call: Call, person_id: str) -> ResponseReturnValue:
    """A day of death is entered, corrected, or (left empty) taken back; both corrections need a reason."""
    deaths.require_may_record(call.session, call.actor, person_id)
    day = typed_day_or_none(request.form.get("happened_on", ""), "happened_on")
    known = person_files.person_file(call.session, person_id)["person"]["died_on"]
    if known is not None:
        deaths.correct(call.session, call.actor, person_id, day, request.form.get("death_reason", ""), call.now)
        flash("死亡登记已更正，更正的理由留在档案中。", "success")
    elif day is None:
        raise Invalid({"happened_on": "请填写死亡日期"})
    else:
        deaths.record_by_staff(call.session, call.actor, person_id, day, call.now)
        flash("死亡已登记：次月起不再发放，有其他成员的随即重新核算。", "success")
    return redirect(url_for("desk.person", person_id=person_id))


def history_again(call: Call, rejection: Rejection, person_id: str, change_id: str) -> ResponseReturnValue:
    """The file, where something of its history could not be taken back."""
    if rejection.status not in (409, 422):
        raise rejection
    return person_page(call, person_id, rejection)


def masked_number(person: Mapping[str, Any]) -> str:
    """The number of a file as everybody may see it."""
    return mask_id_number(person["id_number"] or "") or "尚未查明"


def person_page(call: Call, person_id: str, rejection: Rejection | None = None, number: str | None = None) -> str:
    """The file with what was typed into one of its forms, where that was refused."""
    file = person_files.person_file(call.session, person_id)
    policy.require_may_open(call.session, call.actor, person_id)
    known = file["person"]["id_number"]
    cases = lists.find(call.session, call.actor, lists.CaseFilter(text=known), None, MOST_CASES).items if known else []
    return render_template(
        "desk/person.html",
        person=file["person"],
        cases=cases,
        number=number or mask_id_number(file["person"]["id_number"] or "") or "尚未查明（临时档案）",
        changes=file["changes"],
        staff=appointed.user_names(call.session, {each.by_id for each in file["changes"] if each.by_id}),
        merges=people.may_merge(call.actor),
        message=rejection.message if rejection and not rejection.fields else None,
        revealed=number is not None,
        members=file["members"],
        awards=file["awards"],
        events=file["events"],
        parts=[(TITLES[each.role], each) for each in roles.parts_of(call.session, file["person"]["id"])],
        consents=consents.history(call.session, person_id)[::-1],
        titles=programme_titles(call.session),
        places=identity.region_names(call.session, {row.region_id for row in file["awards"]}),
        dossier=dossiers.latest(call.session, call.actor, f"{dossiers.PERSON}:{file['person']['id']}"),
        reason=request.form.get("reason", ""),
        full_error=rejection.fields.get("reason") if rejection and request.endpoint == "desk.person_dossier" else None,
        records_deaths=identity_policy.may(call.actor, deaths.RIGHT),
        typed=request.form,
        errors=rejection.fields if rejection else {},
    )
