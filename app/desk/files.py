"""Handing out letters and materials, each after a check of its case."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as NoSuchAddress

from app.cases import pages as cases
from app.desk.blueprint import blueprint
from app.documents import operations as letters
from app.files import queries as files
from app.handout import word_file
from app.web import STAFF, Call, reads, transaction, transacts_itself
from app.web.download import COMING, PDF, attachment, inline


@blueprint.get("/materials/<file_id>")
@reads()
def material(call: Call, file_id: str) -> ResponseReturnValue:
    row = files.upload(call.session, file_id)
    cases.seen(call.session, call.actor, row.case_id, call.now)
    opened = files.open_upload(call.session, file_id)
    send = inline if opened.kind.shown else attachment
    return send(opened.content, opened.name, opened.kind.media_type)


@blueprint.get("/documents/<document_id>.<kind>")
@transacts_itself(STAFF)
def document(document_id: str, kind: str) -> ResponseReturnValue:
    """Issued at the first download at the latest; the PDF is the stored one, or a page that says that it is coming."""
    if kind not in ("docx", "pdf"):
        raise NoSuchAddress
    if kind == "docx":
        return word_file(STAFF, document_id)
    with transaction(STAFF, writing=True) as call:
        row = cases.letter(call.session, call.actor, document_id, call.now)
        again = "again" in request.args
        found = letters.hand_out_pdf(call.session, call.actor, document_id, call.now, again=again)
        if found is not None:
            return attachment(found.content, found.filename, PDF)
        failed = letters.is_given_up(call.session, document_id)
    with transaction(STAFF, writing=False):
        page = render_template("desk/letter_coming.html", letter=row, failed=failed)
    return page, 202, {} if failed else COMING
