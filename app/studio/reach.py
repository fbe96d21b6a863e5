"""What the stories of a draft come to, and what of it none does: on the diagrams, in tables and letters."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.changes import checking, policy, store
from app.core.clock import local_date
from app.definitions.bundle import Bundle
from app.definitions.errors import BundleError
from app.engine import DiagramError
from app.feel import FeelError
from app.gate import reachable
from app.studio.blueprint import blueprint
from app.web import Call, reads

MISSED = {"state": "waiting", "text": "没有故事走到"}


@blueprint.get("/changes/<change_id>/programmes/<bundle_id>/reach")
@reads()
def bundle_reach(call: Call, change_id: str, bundle_id: str) -> ResponseReturnValue:
    policy.require_reader(call.session, call.actor)
    bundle = store.bundle_of(call.session, change_id, bundle_id)
    subject = checking.subject_of(call.session, bundle, local_date(call.now))
    check = checking.fitting(call.session, bundle_id, subject)
    shares = _shares(store.files_of(call.session, bundle), check.reached) if check and check.reached else []
    elements = next((each.missed for each in shares if each.kind == reachable.ELEMENTS), ())
    diagrams = dict.fromkeys(each.file for each in elements)
    return render_template(
        "studio/reach.html",
        change=store.found(call.session, change_id),
        bundle=bundle,
        check=check,
        shares=shares,
        diagrams={path: {each.key: MISSED for each in elements if each.file == path} for path in diagrams},
    )


def _shares(files: dict[str, bytes], reached: dict[str, list[str]]) -> list[reachable.Share]:
    """Nothing of what cannot be read as a whole: the check says why."""
    try:
        return reachable.shares(Bundle(files), reached)
    except (BundleError, DiagramError, FeelError):
        return []
