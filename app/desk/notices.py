"""公示 in the regions of the viewer."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.desk.blueprint import blueprint
from app.publicity import queries as publicity
from app.web import Call, reads
from app.web.paging import cut

PAGE_ROWS = 18


@blueprint.get("/notices")
@reads()
def notice_list(call: Call) -> ResponseReturnValue:
    after = request.args.get("after")
    notices = publicity.notices_seen(call.session, call.actor, after or "", PAGE_ROWS + 1)
    return render_template("desk/notices.html", page=cut(notices, PAGE_ROWS), after=after)
