"""What a change changes, in words: by programme, file and place in it."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.changes import policy, queries, store
from app.gate.diff import compare
from app.gate.diff.differences import WORDS
from app.studio.blueprint import blueprint
from app.web import Call, reads


@blueprint.get("/changes/<change_id>/compare")
@reads()
def change_compare(call: Call, change_id: str) -> ResponseReturnValue:
    policy.require_reader(call.session, call.actor)
    row = store.found(call.session, change_id)
    found = [
        (bundle, compare(queries.base_files(call.session, bundle), store.files_of(call.session, bundle)))
        for bundle in store.bundles_of(call.session, change_id)
    ]
    return render_template(
        "studio/compare.html",
        change=row,
        found=found,
        words=WORDS,
        figures=queries.figures(call.session, change_id),
    )
