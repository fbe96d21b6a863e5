"""What a change changes, in words: by programme, file and place in it."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.changes import policy, queries, store, summing_up
from app.changes.names import STATES
from app.core.clock import local_date
from app.definitions import lists, news
from app.gate.comparing import compare_sides
from app.gate.diff import compare
from app.gate.diff.differences import WORDS
from app.gate.diff.three import TITLES
from app.identity import appointed
from app.identity import queries as identity
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
        summary=summing_up.of_change(call.session, row, call.now),
    )


@blueprint.get("/changes/<change_id>/summary")
@reads()
def change_summary(call: Call, change_id: str) -> ResponseReturnValue:
    """The change in sentences, to be printed and signed."""
    policy.require_reader(call.session, call.actor)
    row = store.found(call.session, change_id)
    people = [each for each in (row.opened_by, row.submitted_by, row.decided_by) if each]
    return render_template(
        "studio/summary.html",
        change=row,
        state=STATES[row.state],
        places=sorted(identity.region_names(call.session, store.scopes_of(call.session, change_id)).values()),
        names=appointed.user_names(call.session, people),
        summary=summing_up.of_change(call.session, row, call.now),
    )


@blueprint.get("/releases/<release_id>/compare")
@reads()
def release_compare(call: Call, release_id: str) -> ResponseReturnValue:
    """An owner's release beside the base that it changed and the base as it stands now; conflicts first."""
    policy.require_reader(call.session, call.actor)
    on = local_date(call.now)
    release_id = lists.find(call.session, release_id, on)
    found = compare_sides(call.session, release_id, on)
    return render_template(
        "studio/release_compare.html",
        found=found,
        groups=[(title, [each for each in found.sides if each.state == state]) for state, title in TITLES.items()],
        told=[each for each in news.for_actor(call.session, call.actor, on) if each.release_id == release_id],
    )
