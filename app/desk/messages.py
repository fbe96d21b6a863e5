"""Messages to whoever is signed in: how many are unread, the list, and the digest by mail."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import Gone, Rejection
from app.desk.bell import bell_text
from app.desk.blueprint import blueprint
from app.inbox import queries as items
from app.inbox.listing import COPY, cap
from app.messages import operations as messages
from app.messages import queries
from app.web import Call, reads, services, writes
from app.web.paging import cut

PAGE_ROWS = 18


@blueprint.get("/messages")
@reads()
def message_list(call: Call) -> ResponseReturnValue:
    return _page(call)


def _page(call: Call, rejection: Rejection | None = None) -> str:
    after = request.args.get("after")
    rows = queries.page(call.session, call.actor, after, PAGE_ROWS + 1)
    return render_template(
        "desk/messages.html",
        page=cut(rows, PAGE_ROWS),
        after=after,
        mails=services().acts.digests,
        address=request.form.get("address", queries.address(call.session, call.actor)),
        errors=rejection.fields if rejection else {},
    )


@blueprint.get("/messages/unread")
@reads(by_itself=True)
def message_count(call: Call) -> ResponseReturnValue:
    """How many are unread, for the bell of an open page. 304 where nothing changed."""
    count = queries.unread(call.session, call.actor)
    if str(count) in request.if_none_match:
        return Response(status=304)
    answer = make_response(jsonify(count=cap(count), text=bell_text(cap(count))))
    answer.set_etag(str(count))
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@blueprint.post("/messages/<message_id>/open")
@writes()
def message_open(call: Call, message_id: str) -> ResponseReturnValue:
    """Read it, and go to where the reader can do something: the work if it is still his, else the case."""
    row = messages.read(call.session, call.actor, message_id, call.now)
    return redirect(_target(call, row))


@blueprint.post("/messages/read")
@writes()
def message_read_all(call: Call) -> ResponseReturnValue:
    messages.read_all(call.session, call.actor, call.now)
    flash("全部标为已读。", "success")
    return redirect(url_for("desk.message_list"))


def _again(call: Call, rejection: Rejection) -> ResponseReturnValue:
    if rejection.status != 422:
        raise rejection
    return _page(call, rejection)


@blueprint.post("/messages/digest")
@writes(again=_again)
def message_digest(call: Call) -> ResponseReturnValue:
    if not services().acts.digests:
        raise Gone("本系统没有开通消息摘要，请联系系统管理员")
    address = request.form.get("address", "")
    messages.choose_digest(call.session, call.actor, address, call.now)
    told = "每天一封，只写案号和环节，不写姓名和内容。" if address.strip() else "不再发送邮件摘要。"
    flash(told, "success")
    return redirect(url_for("desk.message_list"))


def _target(call: Call, row: Any) -> str:
    if not row.case_id:
        return url_for("desk.absence_page")
    item = items.item(call.session, row.item_id) if row.item_id else None
    free = (None, *call.actor.hands)
    if item is None or item.status != "open" or item.kind == COPY or item.assignee_id not in free:
        return url_for("desk.case", case_id=row.case_id)
    if item.candidate not in call.actor.candidates:
        return url_for("desk.case", case_id=row.case_id)
    return url_for("desk.task", task_id=item.id)
