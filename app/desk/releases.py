"""What policy owners should know of their releases: a base or a letter moved, a check fails since."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.core.clock import local_date
from app.definitions import news
from app.desk.blueprint import blueprint
from app.identity import policy as identity_policy
from app.web import Call, reads


@blueprint.get("/releases")
@reads()
def release_list(call: Call) -> ResponseReturnValue:
    identity_policy.require_any(call.session, call.actor, "draft_releases")
    found = news.for_actor(call.session, call.actor, local_date(call.now))
    return render_template("desk/releases.html", news=found)
