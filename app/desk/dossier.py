"""One person, one file (E16): asking for it, how far it is, taking it away."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import Rejection
from app.desk.blueprint import blueprint
from app.desk.cases import again as case_again
from app.desk.people import person_page
from app.dossier import operations as dossiers
from app.dossier.binding import BINDING, LETTERS, MATERIALS
from app.web import Call, reads, writes
from app.web.download import PDF, attachment

STAGES = {"": "正在读取案卷", MATERIALS: "正在整理材料", LETTERS: "正在转换文书", BINDING: "正在装订和编页"}


def _person_again(call: Call, rejection: Rejection, person_id: str) -> ResponseReturnValue:
    if rejection.status != 422:
        raise rejection
    return person_page(call, person_id, rejection)


@blueprint.post("/cases/<case_id>/dossier")
@writes(again=case_again)
def case_dossier(call: Call, case_id: str) -> ResponseReturnValue:
    asked = dossiers.ask_for_case(call.session, call.actor, case_id, request.form.get("reason", ""), call.now)
    return redirect(url_for("desk.dossier_page", dossier_id=asked))


@blueprint.post("/people/<person_id>/dossier")
@writes(again=_person_again)
def person_dossier(call: Call, person_id: str) -> ResponseReturnValue:
    asked = dossiers.ask_for_person(call.session, call.actor, person_id, request.form.get("reason", ""), call.now)
    return redirect(url_for("desk.dossier_page", dossier_id=asked))


@blueprint.get("/dossiers/<dossier_id>")
@reads()
def dossier_page(call: Call, dossier_id: str) -> ResponseReturnValue:
    found = dossiers.dossier(call.session, call.actor, dossier_id, call.now)
    kind, _, key = found.subject.partition(":")
    if kind == dossiers.CASE:
        back, again = url_for("desk.case", case_id=key), url_for("desk.case_dossier", case_id=key)
    elif kind == dossiers.BATCH:
        back, again = url_for("desk.together_page", batch_id=key), url_for("desk.together_letters", batch_id=key)
    else:
        back, again = url_for("desk.person", person_id=key), url_for("desk.person_dossier", person_id=key)
    heading = "办理清单和文书" if kind == dossiers.BATCH else "一人一档"
    return render_template(
        "desk/dossier.html", row=found, stage=STAGES[found.stage], back=back, again=again, days=dossiers.KEPT.days,
        heading=heading, is_file=kind != dossiers.BATCH,
    )  # fmt: skip


@blueprint.get("/dossiers/<dossier_id>.pdf")
@writes()
def dossier_file(call: Call, dossier_id: str) -> ResponseReturnValue:
    """That it leaves is on record."""
    taken = dossiers.take(call.session, call.actor, dossier_id, call.now)
    return attachment(taken.content, taken.name, PDF)
