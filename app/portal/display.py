"""How large the letters are; a link, so that it works everywhere and changes nothing but the look."""

from __future__ import annotations

from flask import make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.portal.blueprint import blueprint
from app.web import ANYONE, Call, reads
from app.web.login import safe_next
from app.web.text_size import choose


@blueprint.get("/display")
@reads(ANYONE)
def display(call: Call) -> ResponseReturnValue:
    answer = make_response(redirect(safe_next(request.args.get("back"), url_for("portal.home"))))
    choose(answer, request.args.get("text", ""))
    return answer
