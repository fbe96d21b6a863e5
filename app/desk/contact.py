"""How the applicant of a case is reached: a new query code at the window."""

from __future__ import annotations

from flask import redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from app.cases import operations as cases
from app.desk.applications import RECEIPT
from app.desk.blueprint import blueprint
from app.desk.cases import again
from app.web import Call, writes


@blueprint.post("/cases/<case_id>/code")
@writes(again=again)
def renew_code(call: Call, case_id: str) -> ResponseReturnValue:
    """The card of whoever stands at the window was looked at; the slip is printed as that of an application is."""
    receipt = cases.renew_code(call.session, call.actor, case_id, request.form.get("id_number", ""), call.now)
    session[RECEIPT] = [receipt.case_id, receipt.number, receipt.query_code, True]
    return redirect(url_for("desk.application_receipt"))
