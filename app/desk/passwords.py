"""Changing one's own password: when one wants to, and before anything else where the account asks for it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.entry import FACTOR, PASSWORD
from app.core.errors import Invalid, Rejection
from app.desk.blueprint import blueprint
from app.identity import credentials, passwords
from app.web import ARRIVING, Call, Owing, reads, services, transaction, transacts_itself
from app.web.login import safe_next


@blueprint.get("/password")
@reads(ARRIVING)
def own_password(call: Call) -> ResponseReturnValue:
    _require_factor()
    return _page(None)


@blueprint.post("/password")
@transacts_itself(ARRIVING)
def change_password() -> ResponseReturnValue:
    """The old password is asked again, and counted like a login; all other sessions end with it."""
    with transaction(ARRIVING, writing=False) as call:
        _require_factor()
        username, now = credentials.username_of(call.session, call.actor.user_id or ""), call.now
    rules, old, new = services().rules, request.form.get("old", ""), request.form.get("new", "")
    try:
        if new != request.form.get("again", ""):
            raise Invalid({"again": "两次输入的新密码不一样，请重新输入"})
        address = request.remote_addr or ""
        credentials.authenticate(services().database, username, old, now, address, told="password_confirmed")
        with transaction(ARRIVING, writing=False) as call:
            hashed = passwords.hashed(call.session, call.actor, new, rules)
        with transaction(ARRIVING, writing=True) as call:
            passwords.change(call.session, call.actor, hashed, now, rules=rules, keep=current_user.entry.id)
    except Rejection as rejection:
        with transaction(ARRIVING, writing=False):
            return _page(rejection), 422
    flash("密码已修改，其他地方的登录已经退出。", "success")
    return redirect(safe_next(request.args.get("next"), url_for("desk.account")))


def _require_factor() -> None:
    """Who only knows the password must not choose the next one."""
    if current_user.entry.owes == FACTOR:
        raise Owing(FACTOR)


def _page(rejection: Rejection | None) -> str:
    rules = services().rules
    forced = current_user.entry.owes == PASSWORD
    return render_template(
        "desk/password.html", forced=forced, rules=rules, message=rejection.message if rejection else None
    )
