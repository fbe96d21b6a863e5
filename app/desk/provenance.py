"""Where the sentences of a letter come from (来历): release, element, form, row, figure, and the clause behind each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from app import audit
from app.cases import provenance
from app.core.chinese import words_of
from app.core.errors import Rejection
from app.definitions import policy
from app.desk.blueprint import blueprint
from app.figures.catalogue import catalogue
from app.figures.clauses import Clause
from app.identity import policy as identity_policy
from app.web import Afterwards, Call, reads, writes

KINDS = {
    provenance.FORM: "填写", provenance.DECISION: "决策表", provenance.FIGURE: "标准", provenance.STEP: "步骤",
    provenance.GIVEN: "登记",
}  # fmt: skip


@blueprint.get("/documents/<document_id>/provenance")
@reads()
def document_provenance(call: Call, document_id: str) -> ResponseReturnValue:
    return _page(call, provenance.letter(call.session, call.actor, document_id, call.now))


@blueprint.get("/letters")
@reads()
def letter_lookup(call: Call) -> ResponseReturnValue:
    return _lookup(call)


def _lookup(call: Call, rejection: Rejection | None = None) -> str:
    identity_policy.require_any(call.session, call.actor, policy.DRAFTS)
    typed = request.form if rejection else {}
    return render_template("desk/letter_lookup.html", typed=typed, message=rejection.message if rejection else None)


@blueprint.post("/letters")
@writes(again=_lookup)
def letter_in_hand(call: Call) -> Afterwards:
    """What a policy owner finds behind a letter that somebody brings: who has its code holds it. It is on record."""
    number, code = request.form.get("number", ""), request.form.get("code", "")
    letter = provenance.letter_in_hand(call.session, call.actor, number, code)
    audit.append(call.session, f"document:{letter.row.id}", "traced", call.actor, {}, None, call.now, shared=True)
    return Afterwards(lambda call: _page(call, letter))


def _page(call: Call, letter: provenance.Letter) -> str:
    return render_template(
        "desk/provenance.html",
        letter=letter,
        kinds=KINDS,
        clauses=_clauses(call, letter),
        sees_case=identity_policy.may(call.actor, "see_cases"),
        is_owner=identity_policy.may(call.actor, policy.DRAFTS),
        shown=_shown,
    )


def _clauses(call: Call, letter: provenance.Letter) -> dict[str, Clause]:
    """What every cited clause says, by id."""
    known = catalogue(call.session).clauses
    origins = (each for sentence in letter.sentences for value in sentence.printed for each in value.origins)
    cited: Iterable[str] = (*letter.clauses, *(id for each in origins for id in each.clauses))
    return {id: known[id] for id in dict.fromkeys(cited)}


def _shown(value: Any) -> Markup:
    """A printed value as it reads; a list line by line."""
    if not isinstance(value, list):
        return escape("—" if value is None or value == "" else words_of(value))
    lines = ("，".join(words_of(part) for part in each.values() if part is not None) if isinstance(each, dict)
             else words_of(each) for each in value)  # fmt: skip
    return Markup("<br>").join(lines)
