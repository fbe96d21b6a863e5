"""What stands beside the fields of a task, in words; asked for anew as one types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.cases import beside as besides
from app.cases import pages as views
from app.core.chinese import words_of
from app.core.errors import Gone, Taken
from app.desk.blueprint import blueprint
from app.desk.rulings import figure_told
from app.figures.catalogue import catalogue
from app.forms.model import token
from app.web import Call, reads


@blueprint.post("/tasks/<task_id>/rules")
@reads()
def task_rules(call: Call, task_id: str) -> ResponseReturnValue:
    """For each field what stands beside it, given what is typed; 204 once it is nobody's or somebody else's work: the
    page asks by itself, and who acts on it is told then. It only looks, so no writer waits for it."""
    try:
        page = views.task_page(call.session, call.actor, task_id, call.now)
    except (Gone, Taken):
        return "", 204
    found = page.beside(page.form.parse(request.form))
    return jsonify(in_words(call.session, found, [ref.code for ref in page.chain.refs]))


def in_words(session: Session, found: besides.Beside, codes: Sequence[str]) -> dict[str, Markup]:
    """By the path of a field; `codes` are those of the case's region and all above."""
    known = catalogue(session)
    told = partial(figure_told, known=known, cite=partial(known.cite, region_codes=codes))
    return {
        path: _html(found.filled.get(path, ""), found.earlier.get(path, ()), found.rules.get(path, ()), told)
        for path in found.earlier.keys() | found.rules.keys() | found.filled.keys()
    }


def _html(
    filled: str, earlier: Sequence[besides.Earlier], rules: Sequence[besides.Rule], told: Callable[..., Any]
) -> Markup:
    figures = dict.fromkeys(told(read) for rule in rules for read in rule.figures)
    before = [(each.title, _read(each), _control(each)) for each in earlier]
    parts = {"filled": filled, "earlier": before, "rules": rules, "figures": list(figures), "words_of": words_of}
    return Markup(render_template("desk/_beside.html", **parts))


def _read(each: besides.Earlier) -> str:
    given = each.value if isinstance(each.value, list) else [each.value]
    labels = {option.token: option.label for option in each.field.options}
    return "、".join(labels.get(token(value), words_of(value)) for value in given)


def _control(each: besides.Earlier) -> str:
    """The value as a control of the form takes it, where one click may take it over."""
    simple: Any = each.value if each.field.kind in ("number", "textfield") else ""
    return token(simple) if simple != "" else ""
