"""Applications and tasks over the API."""

from __future__ import annotations

from typing import Any

from app.api import schemas
from app.api.blueprint import blueprint
from app.cases import lists
from app.cases import operations as cases
from app.core.clock import local_date
from app.inbox import listing
from app.inbox import operations as inbox
from app.inbox import queries as items
from app.web import BEARER, Call, reads, writes


@blueprint.post("/applications")
@blueprint.output(schemas.Receipt, status_code=201)
@writes(BEARER)
@blueprint.input(schemas.Application)
@blueprint.doc(summary="提交申请", operation_id="apply")
def apply(call: Call, json_data: dict[str, Any]) -> Any:
    """窗口代办：以授权码主人的身份在其辖区内提交申请。"""
    return cases.apply(
        call.session, call.actor, json_data["programme"], json_data["region"], json_data["data"], call.now
    )


@blueprint.get("/tasks")
@reads(BEARER)
@blueprint.input(schemas.TaskQuery, location="query", unknown=None)
@blueprint.output(schemas.TaskPage)
@blueprint.doc(summary="我的待办", operation_id="list_tasks")
def tasks(call: Call, query_data: dict[str, Any]) -> Any:
    """特急的在前，其次期限近的在前。翻页时把 `next` 放进 `after`。"""
    text = query_data["text"]
    chosen = listing.Filter(
        tab=listing.OVERDUE if query_data["overdue"] else listing.MINE,
        today=local_date(call.now),
        programme=query_data["programme"],
        position=query_data["position"],
        mine=query_data["mine"],
        text=text,
        cases=lists.found(call.session, call.actor, text) if text else None,
        kinds=(),
    )
    return listing.page(call.session, call.actor, chosen, listing.DUE, query_data["after"], query_data["limit"])


@blueprint.post("/tasks/<task_id>/claim")
@blueprint.output(schemas.Claimed)
@writes(BEARER)
@blueprint.doc(summary="签收待办", operation_id="claim_task")
def claim(call: Call, task_id: str) -> Any:
    """签收后同岗位的其他人不能办理。"""
    inbox.claim(call.session, call.actor, task_id, call.now)
    return _as_it_stands(call, task_id)


@blueprint.post("/tasks/<task_id>/unclaim")
@blueprint.output(schemas.Claimed)
@writes(BEARER)
@blueprint.doc(summary="放回待签收", operation_id="unclaim_task")
def unclaim(call: Call, task_id: str) -> Any:
    """放回后同岗位的人都可以办理。"""
    inbox.unclaim(call.session, call.actor, task_id, call.now)
    return _as_it_stands(call, task_id)


@blueprint.post("/tasks/<task_id>/complete")
@blueprint.output(schemas.Completed)
@writes(BEARER)
@blueprint.input(schemas.Submission)
@blueprint.doc(summary="办结待办", operation_id="complete_task")
def complete(call: Call, task_id: str, json_data: dict[str, Any]) -> Any:
    """与网页同样的校验；有误时 422，`fields` 指出字段。"""
    return cases.complete_task(call.session, call.actor, task_id, json_data["data"], call.now)


def _as_it_stands(call: Call, task_id: str) -> Any:
    """The task as a mapping: Flask would take a tuple for an answer with its status."""
    found = items.item(call.session, task_id)
    return found and found._asdict()
