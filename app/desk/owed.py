"""What is still owed after the fact (待补, B2), the most overdue first."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.cases import obligations, operations
from app.core.clock import local_date
from app.core.errors import Rejection
from app.desk.blueprint import blueprint
from app.desk.context import place_namer
from app.identity import policy as identity_policy
from app.web import Call, reads, writes

PAGE_ROWS = 18
NONE: Mapping[str, str] = MappingProxyType({})


@blueprint.get("/owed")
@reads()
def owed_list(call: Call) -> ResponseReturnValue:
    return _page(call)


def _again(call: Call, rejection: Rejection, owed_id: str) -> ResponseReturnValue:
    if rejection.status != 422:
        raise rejection
    return _page(call, {owed_id: rejection.message})


@blueprint.post("/owed/<owed_id>/settle")
@writes(again=_again)
def owed_settle(call: Call, owed_id: str) -> ResponseReturnValue:
    """Money that was owed back has come back, or is written off."""
    operations.settle_claim(call.session, call.actor, owed_id, request.form.get("note", ""), call.now)
    flash("已登记，处理的说明留在案件中。", "success")
    return redirect(url_for("desk.owed_list"))


def _page(call: Call, errors: Mapping[str, str] = NONE) -> str:
    after, today = request.args.get("after"), local_date(call.now)
    page = obligations.owed_in(call.session, call.actor, after, PAGE_ROWS)
    return render_template(
        "desk/owed.html",
        page=page,
        after=after,
        ages={row.id: (today - local_date(row.since)).days for row in page.items},
        place=place_namer(call.session, page.items),
        settles=identity_policy.may(call.actor, "steer_cases"),
        errors=errors,
    )
