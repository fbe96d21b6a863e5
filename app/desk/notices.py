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
    """All notices, or (`leads=open`, for who handles objections) those with leads that wait to be looked into."""
    after, handles = request.args.get("after"), identity_policy.may(call.actor, OBJECTIONS)
    only = handles and request.args.get("leads") == "open"
    leads_for = OBJECTIONS if only else None
    notices = publicity.notices_seen(call.session, call.actor, after or "", PAGE_ROWS + 1, leads_for)
    page = cut(notices, PAGE_ROWS)
    leads = waiting_of(call.session, [each.case_id for each in page.items]) if handles else {}
    return render_template("desk/notices.html", page=page, after=after, leads=leads, handles=handles, only=only)
