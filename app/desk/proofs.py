"""What the auditor sees of the records' own soundness: verifications, signed days, faults and what to do."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app import audit
from app.auditing import checks
from app.desk.blueprint import blueprint
from app.identity import policy
from app.web import Call, reads

DAYS = 7


@blueprint.get("/audit")
@reads()
def proof_page(call: Call) -> ResponseReturnValue:
    policy.require_any(call.session, call.actor, "read_audit")
    found = checks.last_checks(call.session, DAYS)
    roots = audit.roots(call.session, DAYS)
    return render_template("desk/proofs.html", last=found[0] if found else None, checks=found, roots=roots)
