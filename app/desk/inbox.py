"""The list of work (待办): its tabs and filters, its Excel, how its rows stand now, and lists that somebody keeps."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime
from functools import partial
from typing import Any

from flask import Response, flash, g, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.cases import alike
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Gone, NotFound, NotYours, Rejection, Taken
from app.core.ids import digest
from app.definitions.queries import programme_titles
from app.desk import worklist_address as address
from app.desk.blueprint import blueprint
from app.desk.deadlines import office_days, soon
from app.desk.export import note
from app.desk.signing import post_of, signed
from app.desk.worklist_sheet import workbook
from app.identity import appointed
from app.identity import queries as identity
from app.inbox import listing, views
from app.inbox import operations as inbox
from app.web import Call, Record, hands_out, reads, writes
from app.web.display import moment
from app.web.download import exported
from app.worklist import queries as worklist
from app.worklist.rows import Row

EXPORT_ROWS, POLLED, CLAIMED = 5000, 120, 100
_GONE = "所选的（现在没有待办）"
_ITEM_NAME = re.compile(r"（[^（）]*）$")


@blueprint.get("/")
@reads()
def inbox_page(call: Call) -> ResponseReturnValue:
    return listed(call, _asked(call, request.args), request.args.get("after"))


def not_together(call: Call, rejection: Rejection) -> ResponseReturnValue:
    """What cannot be decided together is said where it was ticked, and stays ticked."""
    if rejection.status in (403, 404):
        raise rejection
    asked = _asked(call, address.parsed(request.args.get("list", "")))
    return listed(call, asked, None, rejection.message, request.form.getlist("item"))


def listed(
    call: Call, asked: address.Address, after: str | None, message: str = "", ticked: Collection[str] = ()
) -> str:
    """The list as it was asked for. `message`: why what was done with the ticked items was refused."""
    found = worklist.listed(call.session, call.actor, asked.filter, asked.sort, after, asked.size)
    g.desk_open = found.counts[listing.MINE]
    places, people = worklist.names(call.session, found.rows)
    titles = programme_titles(call.session)
    choices = _choices(call, asked, titles)
    return render_template(
        "desk/inbox.html",
        rows=found.rows,
        next=found.next,
        after=after,
        asked=asked,
        tabs=[(tab, label, listing.cap(found.counts[tab])) for tab, label in address.TABS.items()],
        address=address,
        titles=titles,
        choices=choices,
        told=address.told(asked, choices),
        together=_together(call, found.rows),
        views=views.views_of(call.session, call.actor),
        places=places,
        people=people,
        post=partial(post_of, places=places),
        acting=_acting(call.actor),
        seen_at=call.now.isoformat(),
        message=message,
        ticked=ticked,
    )


def _together(call: Call, rows: list[Row]) -> dict[str, str]:
    """By task, with which others of the page it may be decided."""
    own = [row for row in rows if row.kind == "task" and row.status == "open" and row.mine]
    return alike.kinds(call.session, [(row.id, row.case_id, row.programme, row.step) for row in own]) if own else {}


def _acting(actor: Actor) -> dict[str, str]:
    """For whom the actor does what is addressed to a candidate, where it is not his own position too."""
    own = {held.candidate for held in actor.appointments if held.principal is None}
    return {held.candidate: held.principal_name for held in actor.deputises if held.candidate not in own}


def _asked(call: Call, args: MultiDict[str, str]) -> address.Address:
    today = local_date(call.now)
    return address.read(args, today, soon(today, office_days()))


def _choices(call: Call, asked: address.Address, titles: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer: what there is in this tab, and what is chosen already."""
    rows = listing.choices(call.session, call.actor, worklist.asked(call.session, call.actor, _bare(asked)))
    villages = {each for each in (asked.filter.village_id, *(row.village_id for row in rows)) if each}
    steps = {row.element_id: _ITEM_NAME.sub("", row.title) for row in rows}
    found = {
        "programme": {row.programme: titles.get(row.programme, row.programme) for row in rows},
        "step": steps,
        "village": identity.region_names(call.session, villages),
    }
    if asked.filter.programme:
        found["programme"].setdefault(asked.filter.programme, titles.get(asked.filter.programme, _GONE))
    if asked.filter.step:
        steps.setdefault(asked.filter.step, _GONE)
    return {name: sorted(each.items(), key=lambda pair: pair[1]) for name, each in found.items()}


def _bare(asked: address.Address) -> listing.Filter:
    return listing.Filter(tab=asked.filter.tab, today=asked.filter.today, soon_on=asked.filter.soon_on)


@blueprint.get("/worklist.xlsx")
@hands_out()
def inbox_export(call: Call) -> tuple[ResponseReturnValue, Record]:
    asked = _asked(call, request.args)
    rows = worklist.exported(call.session, call.actor, asked.filter, asked.sort, EXPORT_ROWS)
    return _workbook(call, rows, asked.filter.today)


def _workbook(call: Call, rows: list[Row], today: date) -> tuple[ResponseReturnValue, Record]:
    places, people = worklist.names(call.session, rows)
    offices = identity.office_names(call.session, {row.office_id for row in rows if row.office_id})
    content = workbook(rows, programme_titles(call.session), places, people, offices, office_days(), today)
    return exported(content, f"worklist-{today.isoformat()}.xlsx"), note("worklist", len(rows))


@blueprint.post("/worklist/picked.xlsx")
@hands_out()
def inbox_export_picked(call: Call) -> tuple[ResponseReturnValue, Record]:
    chosen = request.form.getlist("item")[:EXPORT_ROWS]
    return _workbook(call, worklist.picked(call.session, call.actor, chosen), local_date(call.now))


@blueprint.post("/worklist/claim")
@writes()
def inbox_claim(call: Call) -> ResponseReturnValue:
    """Sign for what is ticked; what a colleague was faster with is said, and the rest is done."""
    chosen, missed = request.form.getlist("item")[:CLAIMED], []
    for item_id in chosen:
        try:
            inbox.claim(call.session, call.actor, item_id, call.now)
        except (Gone, Taken, NotFound, NotYours) as refusal:
            missed.append(refusal.message)
    if done := len(chosen) - len(missed):
        flash(f"已签收 {done} 项。", "success")
    if missed or not chosen:
        flash(f"{len(missed)} 项没有签收：{missed[0]}" if missed else "没有选中任何一项，请先勾选。", "warning")
    return redirect(address.back(request.args.get("list", "")))


@blueprint.get("/worklist/changes")
@reads(by_itself=True)
def inbox_changes(call: Call) -> ResponseReturnValue:
    """How the rows of a page stand now: what others took or finished, and how much is new. 304 where nothing is."""
    ids = request.args.get("ids", "").split(",")[:POLLED]
    rows, fresh = listing.states(call.session, call.actor, ids, _since(call))
    stamp = digest(repr([sorted(map(tuple, rows), key=repr), fresh]).encode())[:32]
    if stamp in request.if_none_match:
        return Response(status=304)
    names = appointed.user_names(call.session, {row.assignee_id for row in rows} - {None})
    told = {row.id: _told(call, row, names) for row in rows}
    answer = make_response(jsonify(rows=told, fresh=f"有 {listing.cap(fresh)} 项新待办" if fresh else ""))
    answer.set_etag(stamp)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _since(call: Call) -> datetime:
    try:
        found = datetime.fromisoformat(request.args.get("since", ""))
    except ValueError:
        return call.now
    return found if found.tzinfo else call.now


def _told(call: Call, row: Any, names: dict[str, str]) -> dict[str, Any]:
    if row.status != "open":
        who = row.closed_by_name or "系统"
        word = "办结" if row.status == "done" else "收回"
        return {"gone": True, "text": f"{who}已{word}，{moment(row.closed_at)[-5:]}"}
    if row.assignee_id in (None, call.actor.user_id):
        return {"gone": False, "text": "我" if row.assignee_id else "待签收"}
    return {"gone": False, "text": signed(names.get(row.assignee_id, "他人"), row.claimed_at)}


@blueprint.post("/worklist/views")
@writes()
def view_save(call: Call) -> ResponseReturnValue:
    kept = address.parsed(request.form.get("query", ""))
    asked = address.read(kept, local_date(call.now), local_date(call.now))
    views.save(call.session, call.actor, request.form.get("name", ""), asked.text())
    flash("常用筛选已保存，在列表上方随时打开。", "success")
    return redirect(url_for("desk.inbox_page", **asked.query()))


@blueprint.post("/worklist/views/<view_id>/drop")
@writes()
def view_drop(call: Call, view_id: str) -> ResponseReturnValue:
    views.drop(call.session, call.actor, view_id)
    flash("常用筛选已删除。", "success")
    return redirect(url_for("desk.inbox_page"))
