"""The Word file of a letter, as the desk and the API hand it out."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from app.cases import pages
from app.documents import operations as letters
from app.web import transaction
from app.web.download import DOCX, attachment


def word_file(who: str, document_id: str) -> ResponseReturnValue:
    """Drawn while nobody waits, where no worker has come to it yet. The right to it may end meanwhile, and is asked
    again. Raises NotFound, NotYours.
    """
    with transaction(who, writing=False) as call:
        pages.letter(call.session, call.actor, document_id, call.now)
        draw = letters.drawing(call.session, document_id)
    drawn = draw() if draw else None
    with transaction(who, writing=True) as call:
        pages.letter(call.session, call.actor, document_id, call.now)
        issued = letters.hand_out(call.session, call.actor, document_id, call.now, drawn)
    return attachment(issued.content, issued.filename, DOCX)
