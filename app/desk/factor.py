"""The second factor of one's own account: bind, give a code after the password, unbind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import segno
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.errors import Rejection
from app.desk.blueprint import blueprint
from app.identity import factor as second
from app.web import ARRIVING, STAFF, Call, reads, services, transaction, transacts_itself, writes
from app.web.login import safe_next

Result = TypeVar("Result")


@blueprint.get("/factor")
@reads(ARRIVING)
def factor(call: Call) -> ResponseReturnValue:
    return _page(call)


@blueprint.post("/factor/begin")
@writes(ARRIVING)
def factor_begin(call: Call) -> ResponseReturnValue:
    second.begin(call.session, call.actor, call.now)
    return redirect(url_for("desk.factor", next=request.args.get("next")))


@blueprint.post("/factor/confirm")
@transacts_itself(ARRIVING)
def factor_confirm() -> ResponseReturnValue:
    """The recovery codes are shown on this one page and never again."""
    return _with_code(ARRIVING, second.confirm, lambda codes: render_template("desk/recovery.html", codes=codes))


@blueprint.post("/factor/verify")
@transacts_itself(ARRIVING)
def factor_verify() -> ResponseReturnValue:
    onward = safe_next(request.args.get("next"), url_for("desk.inbox_page"))
    return _with_code(ARRIVING, second.verify, lambda _: redirect(onward))


@blueprint.post("/factor/remove")
@transacts_itself(STAFF)
def factor_remove() -> ResponseReturnValue:
    def removed(_: object) -> ResponseReturnValue:
        flash("二次验证已解除绑定。", "success")
        return redirect(url_for("desk.account"))

    return _with_code(STAFF, second.remove, removed)


def _with_code(
    who: str, act: Callable[..., Result], answer: Callable[[Result], ResponseReturnValue]
) -> ResponseReturnValue:
    """Each try is committed before the code is looked at, as a login is."""
    with transaction(who, writing=False) as call:
        actor, entry, now = call.actor, current_user.entry, call.now
    try:
        code, address = request.form.get("code", ""), request.remote_addr or ""
        done = act(services().database, actor, entry.id, code, now, address)
    except Rejection as rejection:
        with transaction(who, writing=False) as call:
            return _page(call, rejection.message), rejection.status
    return answer(done)


def _page(call: Call, message: str | None = None) -> str:
    state = second.state_of(call.session, call.actor.user_id or "")
    picture = segno.make(state.uri, error="m").svg_data_uri(scale=5) if state.uri else None
    return render_template(
        "desk/factor.html", state=state, picture=picture, owes=current_user.entry.owes, message=message
    )
