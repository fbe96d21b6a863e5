"""`document`: a letter or an agreement, recorded with its number and frozen data; its bytes are issued afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from app.cases.action import Action
from app.cases.addressing import address
from app.cases.effects.base import EffectObject
from app.cases.plan import Planned, Rank
from app.definitions.letters import Letter
from app.documents import operations as documents
from app.documents import queries as issued
from app.documents.contract import VOID_NOTICE
from app.effects import SCHEMAS
from app.engine import Effect, Element
from app.jobs import operations as jobs
from app.publicity import objections


class Document(EffectObject):
    """Check now that everything the contract requires is there; number and record it in the order of locks."""

    schema = SCHEMAS["document"]

    def plan(
        self,
        action: Action,
        effect: Effect,
        *,
        template: str,
        issuer: str | None,
        copies: int | None,
        objection_number: str | None,
        further: dict[str, Any],
    ) -> None:
        given = further if objection_number is None else {**further, "objection_number": objection_number}
        title = write(action, template, given, issuer, copies, effect.variables, effect.element)
        self.note(action, title=title)

    def undo(self, action: Action, since: int, reason: str) -> int:
        """Void the letters by numbered notices."""
        jobs.cancel(action.session, case_id=action.case.id, kind=objections.ANSWERED, since=since)
        voided = issued.voidable_since(action.session, action.case.id, since)
        for row in voided:
            _void(action, row, reason)
        return len(voided)

    def reopen(self, action: Action, since: int, reason: str) -> int:
        """Letters stay until the one that takes their place is written."""
        return 0


def write(
    action: Action,
    template: str,
    given: Mapping[str, Any],
    issuer: str | None = None,
    copies: int | None = None,
    variables: Mapping[str, Any] | None = None,
    element: Element | None = None,
) -> str:
    """Plan a document of the case whose contract sees `given` as `document`.

    Returns its title. Raises DocumentError.
    """
    names = action.names(element, {"document": dict(given)}, variables)
    made = ready(action, action.letter(template), names, issuer, copies, element)
    action.plan(Planned(Rank.NUMBER, partial(_record, ready=made, objection=given.get("objection_number"))))
    return made.title


def ready(
    action: Action,
    letter: Letter,
    scope: Mapping[str, Any],
    issuer: str | None = None,
    copies: int | None = None,
    element: Element | None = None,
) -> documents.ReadyDocument:
    """A letter about the case, its data frozen. Raises DocumentError."""
    request = documents.DocumentRequest(
        letter=letter,
        scope=scope,
        address=partial(address, action),
        case_id=action.case.id,
        case_seq=action.seq,
        subject=action.case.number,
        copies=copies,
        element_id=element.id if element else None,
        chain=action.chain,
    )
    return documents.prepare(action.session, request, action.offices, issuer, action.now)


def _record(action: Action, ready: documents.ReadyDocument, objection: str | None) -> None:
    document_id = documents.record(action.session, ready, action.now)
    if objection is not None:
        due = action.now + documents.TAKE_BACK
        objections.answered_by(action.session, action.case.id, action.seq, objection, document_id, due)


def _void(action: Action, row: Any, reason: str) -> None:
    given = {
        "voided_title": row.title,
        "voided_number": row.number or action.case.number,
        "voided_date": row.issued_on,
        "reason": reason,
    }
    made = ready(action, action.letter(VOID_NOTICE), action.names(None, {"document": given}))
    action.plan(Planned(Rank.NUMBER, partial(_record_void, ready=made, document_id=row.id)))


def _record_void(action: Action, ready: documents.ReadyDocument, document_id: str) -> None:
    notice_id = documents.record(action.session, ready, action.now)
    documents.void(action.session, document_id, notice_id, action.now)
