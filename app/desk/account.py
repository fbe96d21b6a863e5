"""What people of the staff do with their own account: password and API tokens."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import Invalid, Rejection
from app.core.whole import whole_number
from app.desk.blueprint import blueprint
from app.identity import credentials, tokens
from app.identity.sessions import stamp_of
from app.web import STAFF, Call, reads, services, transaction, transacts_itself, writes
from app.web.login import STAMP


@blueprint.get("/account")
@reads()
def account(call: Call) -> ResponseReturnValue:
    return _page(call)


@blueprint.post("/account/password")
@transacts_itself(STAFF)
def change_password() -> ResponseReturnValue:
    """The old password is asked again, and counted like a login; all other sessions end with it."""
    with transaction(STAFF, writing=False) as call:
        user_id, now = call.actor.user_id or "", call.now
        username = credentials.username_of(call.session, user_id)
    try:
        if request.form.get("new", "") != request.form.get("again", ""):
            raise Invalid({"again": "两次输入的新密码不一样，请重新输入"})
        old, address = request.form.get("old", ""), request.remote_addr or ""
        credentials.authenticate(services().database, username, old, now, address)
        with transaction(STAFF, writing=True) as call:
            credentials.set_password(call.session, user_id, request.form.get("new", ""))
            stamp = stamp_of(call.session, user_id)
    except Rejection as rejection:
        with transaction(STAFF, writing=False) as call:
            return _page(call, rejection=rejection), 422
    session[STAMP] = stamp
    flash("密码已修改，其他地方的登录已经退出。", "success")
    return redirect(url_for("desk.account"))


def _again(call: Call, rejection: Rejection) -> ResponseReturnValue:
    return _page(call, rejection=rejection)


@blueprint.post("/account/tokens")
@writes(again=_again)
def issue_token(call: Call) -> ResponseReturnValue:
    """Shown on this one page and never again."""
    days = whole_number(request.form.get("days", ""))
    if days is None:
        raise Invalid({"days": "有效天数请填写整数"})
    issued = tokens.issue_token(
        call.session, call.actor.user_id or "", request.form.get("label", ""), call.now, days=days
    )
    return _page(call, secret=issued.secret)


@blueprint.post("/account/tokens/<token_id>/revoke")
@writes()
def revoke_token(call: Call, token_id: str) -> ResponseReturnValue:
    tokens.revoke_token(call.session, call.actor.user_id or "", token_id, call.now)
    flash("令牌已撤销。", "success")
    return redirect(url_for("desk.account"))


def _page(call: Call, *, rejection: Rejection | None = None, secret: str | None = None) -> str:
    return render_template(
        "desk/account.html",
        tokens=tokens.tokens_of(call.session, call.actor.user_id or "", call.now),
        message=rejection.message if rejection else None,
        secret=secret,
    )
