"""Materials as pictures, for thumbnails and for the viewer: nothing of the uploaded file itself reaches the page."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from app.cases import pages as cases
from app.core.whole import whole_number
from app.desk.blueprint import blueprint
from app.files import queries as files
from app.files.kinds import PDF
from app.files.picturing import PAGE, THUMB, Picture, Thumbs, draw
from app.web import STAFF, transaction, transacts_itself

_THUMBS = Thumbs()
COUNT = "X-Pages"


@blueprint.get("/materials/<file_id>/picture")
@transacts_itself(STAFF)
def material_picture(file_id: str) -> ResponseReturnValue:
    """`page`: which page of a PDF, from 1, to be read; without it a thumbnail. 204 for what cannot be shown."""
    page = whole_number(request.args.get("page", ""))
    with transaction(STAFF, writing=False) as call:
        row = files.upload(call.session, file_id)
        cases.seen(call.session, call.actor, row.case_id, call.now)
        if page is None and (kept := _THUMBS.get(file_id)):
            return _sent(kept)
        opened = files.open_upload(call.session, file_id)
    shown = opened.kind.shown or opened.kind is PDF
    found = draw(opened.content, opened.kind, PAGE if page else THUMB, page or 1) if shown else None
    if found is None:
        return Response(status=204)
    if page is None:
        _THUMBS.keep(file_id, found)
    return _sent(found)


def _sent(picture: Picture) -> Response:
    response = Response(picture.jpeg, mimetype="image/jpeg")
    response.headers[COUNT] = str(picture.pages)
    return response
