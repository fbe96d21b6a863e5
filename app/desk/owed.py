"""What is still owed after the fact (待补, B2), the most overdue first."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.cases import obligations
from app.core.clock import local_date
from app.desk.blueprint import blueprint
from app.desk.context import place_namer
from app.identity import policy as identity_policy
from app.web import Call, reads

PAGE_ROWS = 18


@blueprint.get("/owed")
@reads()
def owed_list(call: Call) -> ResponseReturnValue:
    after, today = request.args.get("after"), local_date(call.now)
    page = obligations.owed_in(call.session, call.actor, after, PAGE_ROWS)
    return render_template(
        "desk/owed.html",
        page=page,
        after=after,
        ages={row.id: (today - local_date(row.since)).days for row in page.items},
        place=place_namer(call.session, page.items),
        sees_money=identity_policy.may(call.actor, "see_money"),
    )
