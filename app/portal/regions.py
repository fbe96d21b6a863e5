"""Regions by their names, one level after the other: for lists that a script fills while somebody chooses."""

from __future__ import annotations

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from app.core.clock import local_date
from app.identity import choosing
from app.portal.blueprint import blueprint
from app.web import ANYONE, Call, reads


@blueprint.get("/regions")
@reads(ANYONE)
def regions(call: Call) -> ResponseReturnValue:
    """`[[code, name], …]` directly below `?above=`; public, and the same for everybody that day."""
    answer = jsonify(choosing.below(call.session, request.args.get("above", "")[:12], local_date(call.now)))
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer
