"""公示 in the regions of the viewer."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.cases.policy import OBJECTIONS
from app.desk.blueprint import blueprint
from app.identity import policy as identity_policy
from app.publicity import queries as publicity
from app.publicity.leads import waiting_of
from app.web import Call, reads
from app.web.paging import cut

PAGE_ROWS = 18


@blueprint.get("/notices")
@reads()
def notice_list(call: Call) -> ResponseReturnValue:
    after = request.args.get("after")
    notices = publicity.notices_seen(call.session, call.actor, after or "", PAGE_ROWS + 1)
    page = cut(notices, PAGE_ROWS)
    leads = {}
    if identity_policy.may(call.actor, OBJECTIONS):
        leads = waiting_of(call.session, [each.case_id for each in page.items])
    return render_template("desk/notices.html", page=page, after=after, leads=leads)
