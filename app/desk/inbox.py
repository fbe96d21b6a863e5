"""The inbox (待办)."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.core.clock import local_date
from app.definitions.queries import programme_titles
from app.desk.blueprint import blueprint
from app.desk.context import capped, place_namer
from app.identity.positions import title_of
from app.inbox import queries as inbox
from app.web import Call, reads

PAGE_ROWS = 18
SCOPES = (("", "全部", "all"), ("overdue", "超期", "overdue"), ("mine", "我签收的", "mine"))


@blueprint.get("/")
@reads()
def inbox_page(call: Call) -> ResponseReturnValue:
    today = local_date(call.now)
    scope, after = request.args.get("scope", ""), request.args.get("after")
    chosen = inbox.Filter(
        programme=request.args.get("programme") or None,
        position=request.args.get("position") or None,
        overdue_on=today if scope == "overdue" else None,
        mine=scope == "mine",
        text=request.args.get("q", "").strip() or None,
    )
    page = inbox.open_tasks(call.session, call.actor, chosen, after, PAGE_ROWS)
    counts = inbox.counts(call.session, call.actor, today)
    titles = programme_titles(call.session)
    return render_template(
        "desk/inbox.html",
        page=page,
        after=after,
        filter=chosen,
        scope=scope,
        scopes=[(key, label, capped(counts[name])) for key, label, name in SCOPES],
        filtered=chosen != inbox.Filter(),
        programmes=sorted(titles.items(), key=lambda pair: pair[1]),
        programme_titles=titles,
        positions=[(key, title_of(key)) for key in sorted(call.actor.positions)],
        place=place_namer(call.session, page.items),
    )
