"""Login and logout."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import Rejection
from app.desk.blueprint import blueprint
from app.identity import sessions
from app.identity.credentials import authenticate
from app.web import ANYONE, ARRIVING, Call, Unauthorized, oidc, reads, services, transacts_itself
from app.web.login import safe_next, session_key, sign_in, sign_out


@blueprint.get("/login")
@reads(ANYONE)
def login(call: Call) -> ResponseReturnValue:
    return _page("", None)


@blueprint.post("/login")
@transacts_itself(ANYONE)
def login_submit() -> ResponseReturnValue:
    """Each attempt is committed before the password is looked at, so that a refusal does not erase it."""
    database, now = services().database, services().clock.now()
    username = request.form.get("username", "")
    try:
        user_id = authenticate(database, username, request.form.get("password", ""), now, request.remote_addr or "")
    except Rejection as rejection:
        return _page(username, rejection.message), rejection.status
    let_in(user_id)
    return redirect(safe_next(request.args.get("next"), url_for("desk.inbox_page")))


def _page(username: str, message: str | None) -> str:
    return render_template("desk/login.html", username=username, message=message, provider=oidc.title())


def let_in(user_id: str) -> None:
    """A new session for who has proved who they are; the one that the browser had ends. Raises Unauthorized."""
    now, address = services().clock.now(), request.remote_addr or ""
    with services().database.write() as session:
        sessions.log_out(session, session_key(), now, address)
        _, key = sessions.begin(
            session, user_id, now, address=address, agent=request.user_agent.string, rules=services().rules
        )
        entry = services().browsers.load(session, key, now)
    if entry is None:
        raise Unauthorized
    sign_in(key, entry)


@blueprint.post("/logout")
@transacts_itself(ANYONE)
def logout() -> ResponseReturnValue:
    """The session ends here, not only in this browser: a copy of the cookie opens nothing any more."""
    key = session_key()
    if key:
        with services().database.write() as session:
            sessions.log_out(session, key, services().clock.now(), request.remote_addr or "")
    sign_out()
    return redirect(url_for("desk.login"))


@blueprint.get("/alive")
@reads(ARRIVING)
def alive(call: Call) -> ResponseReturnValue:
    """Keeps the session of somebody who is filling in a long form."""
    return "", 204
