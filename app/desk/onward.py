"""Where somebody goes from a task that is done: to the list as he filtered it, or to the next task in it."""

from __future__ import annotations

from flask import request, url_for

from app.core.clock import local_date
from app.desk import worklist_address as address
from app.desk.deadlines import office_days, soon
from app.web import Call
from app.worklist import queries as worklist

NEXT = "next"


def onward(call: Call) -> str:
    """The address. The task's own carries the list as `list`; `_action` says `next` for the next task."""
    text = request.args.get("list", "")
    if request.form.get("_action") == NEXT:
        today = local_date(call.now)
        asked = address.read(address.parsed(text), today, soon(today, office_days()))
        task_id = worklist.next_task(call.session, call.actor, asked.filter, asked.sort)
        if task_id:
            return url_for("desk.task", task_id=task_id, list=text or None)
    return address.back(text)
