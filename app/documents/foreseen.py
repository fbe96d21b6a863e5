"""A letter that a trial recorded: what it would say, before anybody sends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.exact_json import load_json
from app.definitions import store as definitions
from app.documents import sample
from app.documents.contract import load_contract
from app.documents.models import Document
from app.documents.rendering import render
from app.documents.template import load_template
from app.documents.text import extract_text

MARK = "预览，尚未开出，不具效力"
NUMBERED_LATER = "（办结时编号）"
_CODED_LATER = "（办结时生成）"
_COLUMNS = (
    Document.id, Document.title, Document.number, Document.verify_code, Document.copies, Document.template_hash,
    Document.contract_hash, Document.frozen,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ForeseenLetter:
    """Everything that rendering needs; no session, since that takes longer than a writer may be held."""

    title: str
    copies: int
    template: bytes
    contract: bytes
    frozen: Mapping[str, Any]

    def docx(self) -> bytes:
        """The letter, marked above and below. Raises DocumentError."""
        return sample.marked(self._rendered(), MARK)

    def text(self) -> str:
        """What it says, one paragraph to a line. Raises DocumentError."""
        return extract_text(self._rendered())

    def _rendered(self) -> bytes:
        return render(load_template(self.template), load_contract(self.contract), self.frozen)


def letters_since(session: Session, case_id: str, since: int) -> list[ForeseenLetter]:
    """The letters of a case at audit number `since` and later, oldest first.

    Number and code are taken out wherever they stand: the real ones are given when the task is completed.
    """
    query = select(*_COLUMNS).where(Document.case_id == case_id, Document.case_seq >= since)
    rows = session.execute(query.order_by(Document.created_at, Document.id)).all()
    blobs = definitions.blobs(session, {each for row in rows for each in (row.template_hash, row.contract_hash)})
    return [
        ForeseenLetter(row.title, row.copies, blobs[row.template_hash], blobs[row.contract_hash], _frozen(session, row))
        for row in rows
    ]


def _frozen(session: Session, row: Any) -> Mapping[str, Any]:
    later = {row.verify_code: _CODED_LATER} | ({row.number: NUMBERED_LATER} if row.number else {})
    kept = load_json(session.info["vault"].open_text(row.frozen, "document", "frozen", row.id))
    return {name: _without(value, later) for name, value in kept.items()}


def _without(value: Any, later: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for given, said in later.items():
            value = value.replace(given, said)
        return value
    if isinstance(value, dict):
        return {name: _without(inner, later) for name, inner in value.items()}
    return [_without(inner, later) for inner in value] if isinstance(value, list) else value
