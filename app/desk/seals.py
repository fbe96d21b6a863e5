"""印章图样 of an office, on its page: shown, replaced, taken away."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import Invalid, Rejection
from app.desk import offices
from app.desk.blueprint import blueprint
from app.documents import seals
from app.documents.isolated import seal_isolated
from app.web import STAFF, Call, reads, transaction, transacts_itself, writes
from app.web.download import inline
from app.web.posted import files_of


@blueprint.get("/offices/<office_id>/seal.png")
@reads()
def office_seal(call: Call, office_id: str) -> ResponseReturnValue:
    return inline(seals.shown(call.session, call.actor, office_id), "seal.png", "image/png")


def _again(call: Call, rejection: Rejection, office_id: str) -> ResponseReturnValue:
    if not isinstance(rejection, Invalid):
        raise rejection
    return offices.page(call, office_id, rejection)


@blueprint.post("/offices/<office_id>/seal")
@transacts_itself(STAFF, again=_again)
def office_seal_keep(office_id: str) -> ResponseReturnValue:
    """The picture is drawn anew in a child, with no transaction open, for who may keep it."""
    with transaction(STAFF, writing=False) as call:
        seals.require_may_keep(call.session, call.actor, office_id)
    sent = files_of(request, "seal")
    png = seal_isolated(sent[0][2]) if sent else None
    with transaction(STAFF, writing=True) as call:
        seals.keep(call.session, call.actor, office_id, png, call.now)
    flash("印章图样已保存，从现在起制发的文书盖在落款处。", "success")
    return redirect(url_for("desk.office", office_id=office_id))


@blueprint.post("/offices/<office_id>/seal/drop")
@writes(again=offices.again)
def office_seal_drop(call: Call, office_id: str) -> ResponseReturnValue:
    seals.drop(call.session, call.actor, office_id, call.now)
    flash("印章图样已取消，已经制发的文书不变。", "success")
    return redirect(url_for("desk.office", office_id=office_id))
