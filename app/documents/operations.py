"""Recording documents (number, blobs of template and contract, frozen data) and issuing their bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Any, cast

from sqlalchemy import Table, insert, select, text, update
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Gone, NotFound
from app.core.exact_json import dump_json, load_json
from app.core.ids import digest, new_id, random_code
from app.db import Prepared, training
from app.definitions import store as definitions
from app.definitions.letters import Letter
from app.documents import codes, sample
from app.documents.contract import Address, Contract, load_contract
from app.documents.errors import DocumentError
from app.documents.models import Document, DocumentPdf, DocumentSequence
from app.documents.rendering import render
from app.documents.template import load_template
from app.engine import compose
from app.figures.catalogue import catalogue
from app.identity.queries import OfficeRow, RegionChain
from app.jobs import operations as jobs
from app.jobs import standing

ISSUE, PRINT = "document.issue", "document.pdf"
TAKE_BACK = timedelta(minutes=1)
"""An action can be taken back this long; what leaves the house waits for it."""
KINDS = ("county", "township", "village")
"""Offices that a letter may name: `county_office` and so on."""
PDF = ("document_pdf", "content")
DOCUMENT: Table = Document.__table__  # type: ignore[assignment]
# Built once: most actions run them, and building a statement costs more than running it.
_RECORD = Prepared(insert(DOCUMENT))


@dataclass(frozen=True, slots=True)
class DocumentRequest:
    """A document to be recorded; `scope` is what its contract's expressions read.

    `address` says to whom a letter to somebody goes; asked for the names alone that the letter addresses.
    `letter` comes from the release of the case or of the programme: what is published later changes nothing.
    `element_id` is the element that issues it.
    `origin` is an order of a batch. `chain` is the region concerned: it decides which documents clauses cite, and which
    remedies are told.
    """

    letter: Letter
    scope: Mapping[str, Any]
    address: Address
    chain: RegionChain
    case_id: str | None
    case_seq: int | None
    subject: str
    copies: int | None = None
    origin: str | None = None
    element_id: str | None = None


@dataclass(frozen=True, slots=True)
class ReadyDocument:
    """A request whose data were frozen by the contract; only the number and the code are missing."""

    request: DocumentRequest
    contract: Contract
    office: OfficeRow
    offices: Mapping[str, OfficeRow]
    issued_on: date
    frozen: Mapping[str, Any] | None = None

    @property
    def title(self) -> str:
        return self.contract.title


@dataclass(frozen=True, slots=True)
class Issued:
    """The issued file."""

    filename: str
    content: bytes
    sha256: str


def prepare(
    session: Session, request: DocumentRequest, offices: Mapping[str, OfficeRow], issuer: str | None, now: datetime
) -> ReadyDocument:
    """Check that the contract's data are all there. Raises DocumentError naming template, variable and expression."""
    contract = load_contract(request.letter.contract)
    office = offices.get(issuer or contract.issuer)
    if office is None and issuer is None and request.chain.township is None:
        office = offices.get("county")  # nothing below it is concerned
    if office is None:
        raise DocumentError("案件所在地没有对应的发文单位，请管理员补充机构", template=contract.title)
    ready = ReadyDocument(request, contract, office, offices, local_date(now))
    return replace(ready, frozen=_freeze(session, ready, number="〔〕号", verify_code="0" * codes.LENGTH))


def record(session: Session, ready: ReadyDocument, now: datetime) -> str:
    """Number the document, freeze its data and keep the record; returns its id."""
    return record_all(session, [ready], now)[0]


def record_all(session: Session, ready: Sequence[ReadyDocument], now: datetime) -> list[str]:
    """The same for many, numbered in their order; their ids. As many statements as there are sequences, and two."""
    rows = [_row(session, each, number, now) for each, number in zip(ready, _next_numbers(session, ready), strict=True)]
    _RECORD.run_all(session, rows)
    jobs.enqueue_all(session, [_issuing(each.request, row["id"], now) for each, row in zip(ready, rows, strict=True)])
    return [row["id"] for row in rows]


def _row(session: Session, ready: ReadyDocument, number: str | None, now: datetime) -> dict[str, Any]:
    request, contract = ready.request, ready.contract
    code = random_code(codes.LETTERS, codes.LENGTH)
    frozen = _freeze(session, ready, number=number or request.subject, verify_code=code)
    document_id = new_id()
    return {
        "id": document_id,
        "case_id": request.case_id,
        "case_seq": request.case_seq,
        "origin": request.origin,
        "element_id": request.element_id,
        "template": request.letter.key,
        "template_hash": request.letter.template_hash,
        "contract_hash": request.letter.contract_hash,
        "title": contract.title,
        "number": number,
        "verify_code": code,
        "office_id": ready.office.id,
        "copies": int(request.copies or contract.copies),
        "issued_on": ready.issued_on,
        "frozen": session.info["vault"].seal_text(dump_json(frozen), "document", "frozen", document_id),
        "created_at": now,
    }


def _issuing(request: DocumentRequest, document_id: str, now: datetime) -> jobs.NewJob:
    """A worker issues what nobody asks for before; the letters of a batch take turns with those of other counties."""
    due, dedup = now + TAKE_BACK, f"{ISSUE}:{document_id}"
    if request.origin is None:
        return jobs.NewJob(ISSUE, {}, due, dedup, request.case_id, reference=document_id)
    county = request.chain.county.id if request.chain.county else None
    return jobs.NewJob(ISSUE, {}, due, dedup, request.case_id, jobs.BULK, reference=document_id, county=county)


def drawing(session: Session, document_id: str) -> Callable[[], bytes] | None:
    """What draws a letter that nobody has issued, without the database: for who must not keep writers waiting
    meanwhile. None for one that was issued. Raises NotFound and Gone.
    """
    row = session.get(Document, document_id)
    if row is None:
        raise NotFound("没有这份文书，请核对后重试")
    _require_not_dropped(row)
    return _drawing(session, row) if row.content is None else None


def issue(session: Session, document_id: str, drawn: bytes | None = None) -> Issued:
    """The bytes of a document: rendered, sealed and hashed the first time, the same bytes ever after.

    `drawn` is what `drawing` gave; whoever comes first keeps his. From the first time on its PDF is on its way too,
    which takes a worker a moment (`pdfs`). Raises NotFound, and Gone for a letter whose act was taken back before.
    """
    row = session.get(Document, document_id)
    if row is None:
        raise NotFound("没有这份文书，请核对后重试")
    _require_not_dropped(row)
    vault = session.info["vault"]
    if row.content is None:
        content = drawn or _drawing(session, row)()
        sealed = vault.seal(content, "document", "content", document_id)
        row.content, row.sha256 = sealed, digest(content)
        unissued = (Document.id == document_id) & Document.content.is_(None)
        session.execute(update(Document).where(unissued).values(content=sealed, sha256=row.sha256))
        jobs.enqueue_all(session, [printing(row, row.created_at)])
    else:
        content = vault.open(row.content, "document", "content", document_id)
    return Issued(f"{row.title}{row.number or ''}.docx", content, row.sha256 or "")


def hand_out(session: Session, actor: Actor, document_id: str, now: datetime, drawn: bytes | None = None) -> Issued:
    """The bytes of a document for somebody who takes them away; that is on record. `drawn`: as in `issue`."""
    issued = issue(session, document_id, drawn)
    audit.append(session, f"document:{document_id}", "downloaded", actor, {}, None, now, shared=True)
    return issued


def hand_out_pdf(
    session: Session, actor: Actor, document_id: str, now: datetime, *, again: bool = False
) -> Issued | None:
    """The stored PDF for somebody who takes it away, which is on record; the same bytes ever after.

    None while there is none: it is on its way, and that of a letter from before PDFs were stored is asked for now.
    `again` asks also for what was given up. Raises NotFound, Gone.
    """
    row = session.get(Document, document_id)
    if row is None:
        raise NotFound("没有这份文书，请核对后重试")
    _require_not_dropped(row)
    kept = session.get(DocumentPdf, document_id)
    if kept is not None:
        audit.append(session, f"document:{document_id}", "downloaded", actor, {"pdf": True}, None, now, shared=True)
        content = session.info["vault"].open(kept.content, *PDF, document_id)
        return Issued(f"{row.title}{row.number or ''}.pdf", content, kept.sha256)
    if row.content is not None:
        jobs.enqueue_all(session, [printing(row, now, jobs.URGENT)])
        jobs.hurry(session, f"{PRINT}:{document_id}", now)
    if again:
        jobs.revive_named(session, _works(document_id), now)
    return None


def drop_unissued(session: Session, case_id: str, since: int, now: datetime) -> None:
    """Letters of a case at audit number `since` and later that nobody has seen are void without a notice: their
    numbers stay used, and they are never issued."""
    unseen = (Document.case_id == case_id) & (Document.case_seq >= since) & Document.content.is_(None)
    # Locked in the order in which workers lock what they have rendered.
    dropped = select(Document.id).where(unseen, Document.voided_at.is_(None)).order_by(Document.id).with_for_update()
    ids = session.scalars(dropped).all()
    session.execute(update(Document).where(Document.id.in_(ids)).values(voided_at=now))
    for document_id in ids:
        jobs.cancel(session, dedup=f"{ISSUE}:{document_id}")


def void(session: Session, document_id: str, by_document_id: str, now: datetime) -> None:
    """A numbered notice voids the document; the document itself stays."""
    values = {"voided_by": by_document_id, "voided_at": now}
    session.execute(update(Document).where(Document.id == document_id).values(values))


def is_given_up(session: Session, document_id: str) -> bool:
    """Whether no worker tries any more to make the letter or its PDF."""
    return standing.is_given_up(session, _works(document_id))


def _require_not_dropped(row: Document) -> None:
    if row.content is None and row.voided_at is not None and row.voided_by is None:
        raise Gone("这份文书在制发以前已随办理一起撤回，文号作废，没有文件")


def _works(document_id: str) -> tuple[str, ...]:
    """The names of the work that a letter still needs."""
    return f"{ISSUE}:{document_id}", f"{PRINT}:{document_id}"


def printing(row: Any, due: datetime, priority: int | None = None, county: str | None = None) -> jobs.NewJob:
    """The work of making the PDF of a document's row; who asks for one letter does not wait for the thousands of a
    batch, of which the counties take turns."""
    if priority is None:
        priority = jobs.BULK if row.origin else jobs.NORMAL
    return jobs.NewJob(
        PRINT, {}, due, f"{PRINT}:{row.id}", row.case_id, priority, reference=row.id, county=county
    )  # fmt: skip


def _freeze(session: Session, ready: ReadyDocument, *, number: str, verify_code: str) -> dict[str, Any]:
    request, day, known = ready.request, ready.issued_on, catalogue(session)
    url = codes.address(session.info["public_url"], verify_code)
    letter = {"number": number, "date": day, "year": day.year, "verify_code": verify_code, "verify_url": url}
    own: dict[str, Any] = {"issuer": _named(ready.office), "letter": letter}
    own |= {f"{kind}_office": _named(ready.offices.get(kind)) for kind in KINDS}
    if ready.frozen is None and ready.contract.reads("remedies"):
        facts = request.chain.facts
        own["remedies"] = known.remedies_against(ready.office.kind, facts, ready.office.name, day)
    cite = partial(known.cite, region_codes=request.chain.codes, on=day, titled=True)
    return ready.contract.evaluate(compose(own, request.scope, {}), cite, request.address, again=ready.frozen)


def _named(office: OfficeRow | None) -> dict[str, str | None] | None:
    return {"name": office.name, "phone": office.phone} if office else None


def _next_numbers(session: Session, ready: Sequence[ReadyDocument]) -> list[str | None]:
    """<office><word>〔year〕n号, running per office, word and year; None of a letter that has none.

    The sequences are taken in one order, so that two who number many letters at once do not wait for each other.
    """
    scopes = [_sequence(each) for each in ready]
    taken = Counter(scope for scope in scopes if scope)
    running = {scope: next_in_sequence(session, DocumentSequence, scope, taken[scope]) for scope in sorted(taken)}
    numbers = list[str | None]()
    trained = training.WORD if taken and training.is_training(session) else ""
    for each, scope in zip(ready, scopes, strict=True):
        if scope is None:
            numbers.append(None)
            continue
        taken[scope] -= 1
        head = f"{trained}{each.office.short_name}{each.contract.number}〔{each.issued_on.year}〕"
        numbers.append(f"{head}{running[scope] - taken[scope]}号")
    return numbers


def _sequence(ready: ReadyDocument) -> str | None:
    word = ready.contract.number
    return f"{ready.office.id}:{word}:{ready.issued_on.year}" if word else None


def next_in_sequence(session: Session, table: Any, scope: str, count: int = 1) -> int:
    """The last of the next `count` running numbers of `scope` in a table `(scope, last)`; holds the row until the
    commit."""
    return cast(int, _counting(table.__tablename__).scalar(session, scope=scope, count=count))


@cache
def _counting(table: str) -> Prepared:
    """As text, which both databases read alike."""
    counting = f'INSERT INTO "{table}" (scope, last) VALUES (:scope, :count) '
    return Prepared(text(f'{counting}ON CONFLICT (scope) DO UPDATE SET last = "{table}".last + :count RETURNING last'))


def _drawing(session: Session, row: Document) -> Callable[[], bytes]:
    blobs = definitions.blobs(session, (row.template_hash, row.contract_hash))
    template, contract = blobs[row.template_hash], blobs[row.contract_hash]
    frozen = load_json(session.info["vault"].open_text(row.frozen, "document", "frozen", row.id))
    return partial(rendered, template, contract, frozen, training.is_training(session))


def rendered(template: bytes, contract: bytes, frozen: Mapping[str, Any], is_training: bool) -> bytes:
    """The letter that these files make of what was frozen, marked where people only practise."""
    letter = render(load_template(template), load_contract(contract), frozen)
    return sample.marked(letter) if is_training else letter
