"""Pages of security officers: sessions, tokens and second factors of their regions' people."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.desk.blueprint import blueprint
from app.identity import oversight
from app.identity.positions import POSITIONS
from app.web import Call, reads, services, writes


@blueprint.get("/logins")
@reads()
def login_list(call: Call) -> ResponseReturnValue:
    text = request.args.get("q", "").strip()
    found = oversight.overview(call.session, call.actor, call.now, services().rules, text)
    return render_template("desk/logins.html", found=found, positions=POSITIONS.values(), q=text)


@blueprint.post("/logins/sessions/<session_id>/end")
@writes()
def login_end(call: Call, session_id: str) -> ResponseReturnValue:
    oversight.end_session(call.session, call.actor, session_id, call.now)
    return _done("那里的登录已经退出。")


@blueprint.post("/logins/tokens/<token_id>/revoke")
@writes()
def login_token_revoke(call: Call, token_id: str) -> ResponseReturnValue:
    oversight.revoke_token(call.session, call.actor, token_id, call.now)
    return _done("授权码已撤销。")


@blueprint.post("/logins/people/<user_id>/factor/reset")
@writes()
def login_factor_reset(call: Call, user_id: str) -> ResponseReturnValue:
    oversight.reset_factor(call.session, call.actor, user_id, call.now)
    return _done("二次验证已重置，此人的登录已经全部退出。")


@blueprint.post("/logins/positions/<position>/factor")
@writes()
def login_factor_require(call: Call, position: str) -> ResponseReturnValue:
    if request.form.get("required") == "true":
        oversight.require_factor(call.session, call.actor, position, call.now)
        return _done("已要求这个岗位二次验证，任职的人下一次操作时就要绑定。")
    oversight.waive_factor(call.session, call.actor, position, call.now)
    return _done("这个岗位不再要求二次验证。")


def _done(message: str) -> ResponseReturnValue:
    flash(message, "success")
    return redirect(url_for("desk.login_list"))
