"""What people of the staff do with their own account: sessions and API tokens."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.errors import Invalid, Rejection
from app.core.whole import whole_number
from app.desk.blueprint import blueprint
from app.identity import factor, sessions, tokens
from app.web import Afterwards, Call, reads, services, writes


@blueprint.get("/account")
@reads()
def account(call: Call) -> ResponseReturnValue:
    return _page(call)


def _again(call: Call, rejection: Rejection) -> ResponseReturnValue:
    return _page(call, rejection=rejection)


@blueprint.post("/account/sessions/<session_id>/end")
@writes()
def end_session(call: Call, session_id: str) -> ResponseReturnValue:
    sessions.end_own(call.session, call.actor, session_id, call.now)
    flash("那里的登录已经退出。", "success")
    return redirect(url_for("desk.account"))


@blueprint.post("/account/tokens")
@writes(again=_again)
def issue_token(call: Call) -> Afterwards:
    """Shown on this one page and never again."""
    days = whole_number(request.form.get("days", ""))
    if days is None:
        raise Invalid({"days": "有效天数请填写整数"})
    reads_only = request.form.get("scope") == "read"
    label = request.form.get("label", "")
    issued = tokens.issue_token(call.session, call.actor, label, call.now, days=days, reads_only=reads_only)
    return Afterwards(lambda call: _page(call, secret=issued.secret))


@blueprint.post("/account/tokens/<token_id>/revoke")
@writes()
def revoke_token(call: Call, token_id: str) -> ResponseReturnValue:
    tokens.revoke(call.session, call.actor, call.actor.user_id or "", token_id, call.now)
    flash("授权码已撤销。", "success")
    return redirect(url_for("desk.account"))


def _page(call: Call, *, rejection: Rejection | None = None, secret: str | None = None) -> str:
    user_id = call.actor.user_id or ""
    return render_template(
        "desk/account.html",
        sessions=sessions.of_user(call.session, user_id, call.now, services().rules),
        here=current_user.entry.id,
        tokens=tokens.tokens_of(call.session, user_id, call.now),
        factor=factor.state_of(call.session, user_id),
        message=rejection.message if rejection else None,
        secret=secret,
    )
