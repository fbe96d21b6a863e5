"""What the public is told of a letter: by its code, or by the bytes of the file that somebody holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.core.chinese import mask_name
from app.core.exact_json import load_json
from app.core.spelling import compact
from app.definitions import store as definitions
from app.documents import codes
from app.documents.contract import ADDRESSEE, Contract, load_contract
from app.documents.models import Document, DocumentPdf

IDENTICAL, CHANGED, ANOTHER = "identical", "changed", "another"
_NAMES, _AMOUNTS, _HIDDEN = (ADDRESSEE, "masked_name", "masked_id"), ("money",), "＊＊＊"
_BRACKETS = str.maketrans("", "", "〔〕[]【】()（）〈〉<>《》")


@dataclass(frozen=True, slots=True)
class Voiding:
    """The notice by which a letter is no longer valid."""

    title: str
    number: str | None
    on: date


@dataclass(frozen=True, slots=True)
class Letter:
    """An issued letter. `facts`: names and amounts that stand in it, by their labels; `file`: how a file compares.

    `signature`: how its PDF is signed, and `signer` by whom; None until there is one.
    """

    title: str
    number: str | None
    office_id: str
    issued_on: date
    voiding: Voiding | None
    facts: tuple[tuple[str, str], ...]
    signature: str | None = None
    signer: str | None = None
    file: str | None = None


def by_code(session: Session, number: str, code: str, sha256: str | None = None) -> Letter | None:
    """The letter of a code; where a number was typed too, only if it is the letter's. Who has the code has the letter
    before him and is told what stands in it.

    sha256: of a file to compare with what was issued; one of another letter is told apart from one that was changed.
    None for a wrong code, a wrong number and a letter that never left the house alike.
    """
    found = _issued(session, Document.verify_code.in_(codes.meant(code)))
    if found is None:
        return None
    contract, frozen = _content(session, found)
    if number.strip() and _key(number) not in {_key(each) for each in _numbers(found, contract, frozen)}:
        return None
    letter = _letter(session, found, tuple(_facts(contract, frozen)))
    if sha256 is None:
        return letter
    if sha256 in (found.sha256, found.pdf_sha256):
        return replace(letter, file=IDENTICAL)
    return replace(letter, file=ANOTHER if _of_file(session, sha256) else CHANGED)


def by_file(session: Session, sha256: str) -> Letter | None:
    """The letter that was issued in exactly these bytes, names and amounts masked; None where there is none."""
    found = _of_file(session, sha256)
    if found is None:
        return None
    facts = tuple(_facts(*_content(session, found), masked=True))
    return replace(_letter(session, found, facts), file=IDENTICAL)


def _of_file(session: Session, sha256: str) -> Any | None:
    """By the PDF, which people download, or by the Word file."""
    return _issued(session, DocumentPdf.sha256 == sha256) or _issued(session, Document.sha256 == sha256)


def _issued(session: Session, which: ColumnElement[bool]) -> Any | None:
    """Its bytes were issued: nobody holds a letter that has none, whether it is still to come or was dropped."""
    columns = (
        Document.id, Document.title, Document.number, Document.office_id, Document.issued_on, Document.contract_hash,
        Document.frozen, Document.sha256, Document.voided_by, Document.voided_at,
        DocumentPdf.sha256.label("pdf_sha256"), DocumentPdf.signature, DocumentPdf.signer,
    )  # fmt: skip
    of = select(*columns).outerjoin_from(Document, DocumentPdf, DocumentPdf.id == Document.id)
    return session.execute(of.where(which, Document.sha256.is_not(None)).limit(1)).one_or_none()


def _content(session: Session, row: Any) -> tuple[Contract, dict[str, Any]]:
    contract = load_contract(definitions.blobs(session, {row.contract_hash})[row.contract_hash])
    return contract, load_json(session.info["vault"].open_text(row.frozen, "document", "frozen", row.id))


def _letter(session: Session, row: Any, facts: tuple[tuple[str, str], ...]) -> Letter:
    voiding = None
    if row.voided_by is not None:
        by = select(Document.title, Document.number, Document.issued_on).where(Document.id == row.voided_by)
        voiding = Voiding(*session.execute(by).one())
    return Letter(
        row.title, row.number, row.office_id, row.issued_on, voiding, facts, row.signature, row.signer
    )  # fmt: skip


def _numbers(row: Any, contract: Contract, frozen: dict[str, Any]) -> Iterator[str]:
    """What stands on the letter as its number: that of its case where it has none of its own."""
    printed = (each.name for each in contract.variables.values() if each.source.strip() in NUMBERS)
    yield from (frozen[name] for name in printed if isinstance(frozen.get(name), str))
    if row.number:
        yield row.number


NUMBERS = ("letter.number", "case.number")


def _key(number: str) -> str:
    return compact(number).translate(_BRACKETS).casefold()


def _facts(contract: Contract, frozen: dict[str, Any], *, masked: bool = False) -> Iterator[tuple[str, str]]:
    """To whom and how much: what somebody compares with the paper in hand."""
    for variable in contract.variables.values():
        value = frozen.get(variable.name)
        if not isinstance(value, str) or variable.type not in _NAMES + _AMOUNTS:
            continue
        hidden = mask_name(value) if variable.type == ADDRESSEE else _HIDDEN if variable.type in _AMOUNTS else value
        yield variable.label or variable.name, hidden if masked else value
