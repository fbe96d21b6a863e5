"""Login and logout."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.clock import local_date
from app.core.errors import Rejection
from app.desk.blueprint import blueprint
from app.identity.credentials import authenticate
from app.identity.queries import load_actor
from app.identity.sessions import stamp_of
from app.web import ANYONE, Call, Unauthorized, reads, services, transacts_itself
from app.web.login import safe_next, sign_in, sign_out


@blueprint.get("/login")
@reads(ANYONE)
def login(call: Call) -> ResponseReturnValue:
    return render_template("desk/login.html", username="", message=None)


@blueprint.post("/login")
@transacts_itself(ANYONE)
def login_submit() -> ResponseReturnValue:
    """Each attempt is committed before the password is looked at, so that a refusal does not erase it."""
    database, now = services().database, services().clock.now()
    username = request.form.get("username", "")
    try:
        user_id = authenticate(database, username, request.form.get("password", ""), now, request.remote_addr or "")
    except Rejection as rejection:
        page = render_template("desk/login.html", username=username, message=rejection.message)
        return page, rejection.status
    with database.read() as session:
        actor, stamp = load_actor(session, user_id, local_date(now)), stamp_of(session, user_id)
    if actor is None:
        raise Unauthorized
    sign_in(actor, stamp, now)
    return redirect(safe_next(request.args.get("next"), url_for("desk.inbox_page")))


@blueprint.post("/logout")
@transacts_itself(ANYONE)
def logout() -> ResponseReturnValue:
    sign_out()
    return redirect(url_for("desk.login"))


@blueprint.get("/alive")
@reads()
def alive(call: Call) -> ResponseReturnValue:
    """Keeps the session of somebody who is filling in a long form."""
    return "", 204
