"""Logging in with an identity provider. It vouches for who somebody is; accounts and positions are made here alone."""

from __future__ import annotations

from flask import redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from app.desk.blueprint import blueprint
from app.desk.sessions import let_in
from app.identity import credentials
from app.web import ANYONE, oidc, services, transacts_itself
from app.web.login import safe_next

ONWARD = "onward"


@blueprint.get("/oidc")
@transacts_itself(ANYONE)
def oidc_login() -> ResponseReturnValue:
    session[ONWARD] = safe_next(request.args.get("next"), url_for("desk.inbox_page"))
    return oidc.send_off(url_for("desk.oidc_callback", _external=True))


@blueprint.get("/oidc/callback")
@transacts_itself(ANYONE)
def oidc_callback() -> ResponseReturnValue:
    """An account that is there already, or nothing: whom the provider knows is not thereby employed here."""
    onward = safe_next(session.pop(ONWARD, None), url_for("desk.inbox_page"))
    username, now = oidc.came_back(), services().clock.now()
    with services().database.write() as transaction:
        user_id = credentials.vouched_for(transaction, username, now, request.remote_addr or "")
    if user_id is None:
        raise credentials.LoginRefused("统一身份认证没有通过，或者这个用户在这里没有账号，请重试或联系本单位系统管理员")
    let_in(user_id)
    return redirect(onward)
