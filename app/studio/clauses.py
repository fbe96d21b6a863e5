"""From the clause (条款): what carries each one, what nothing carries, and the way to change it."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.changes import citing
from app.gate import carriers
from app.studio.blueprint import blueprint
from app.web import Call, reads

KINDS = {
    carriers.ELEMENTS: "环节", carriers.CLOCKS: "时限", carriers.ROWS: "决策表", carriers.FIGURES: "标准",
    carriers.LETTERS: "文书", carriers.STORY: "故事",
}  # fmt: skip


@blueprint.get("/clauses")
@reads()
def clause_list(call: Call) -> ResponseReturnValue:
    text = request.args.get("q", "").strip()
    found = [
        (document, [each for each in views if not text or _matches(each, text)])
        for document, views in citing.documents(call.session, call.actor, call.now)
    ]
    return render_template("studio/clauses.html", found=found, kinds=KINDS, text=text)


@blueprint.get("/clauses/<clause_id>")
@reads()
def clause(call: Call, clause_id: str) -> ResponseReturnValue:
    view = citing.clause(call.session, call.actor, clause_id, call.now)
    return render_template("studio/clause.html", view=view, kinds=KINDS)


def _matches(view: citing.ClauseView, text: str) -> bool:
    clause = view.clause
    return any(text.casefold() in part.casefold() for part in (clause.id, clause.title, clause.text, view.at))
