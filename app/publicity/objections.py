"""Objections: each has a number, a code with which the objector looks after it, and a reply of its own.

Who objected is sealed; a telephone number is found again by its blind index alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.core.clock import local_date
from app.core.errors import NotFound
from app.core.exact_json import dump_json, load_json
from app.core.ids import new_id, random_code
from app.core.spelling import compact
from app.db import training
from app.documents import codes
from app.documents.operations import next_in_sequence
from app.identity import queries as identity
from app.jobs import operations as jobs
from app.jobs.operations import DueJob
from app.jobs.runner import OutsideHandler
from app.outside import Messenger
from app.publicity.models import Notice, Objection, ObjectionNumber

PHONE, WINDOW = "phone", "window"
ANSWERED = "objection.answered"
CODE_LENGTH = codes.QUERY_LENGTH
MOST_OF_CONTACT, PERIOD = 5, timedelta(days=30)
"""So many notices one contact can stop in this time; what comes beyond is a lead."""
NO_SUCH = "异议编号或查询码不正确，请核对回执"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the objector keeps; the code is shown once."""

    number: str
    query_code: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How an objection stands, for who made it. `reply_id`: the letter that answers it."""

    id: str
    number: str
    programme_title: str
    region_id: str
    subject: str
    reason: str
    received_at: datetime
    answered: bool
    notice_status: str
    reply_id: str | None


def add(session: Session, notice: Notice, said: Mapping[str, Any], confirmed: str, now: datetime) -> Receipt:
    """Record an objection whose contact is confirmed. `said`: {name?, phone?, reason}."""
    objection_id, number, code = new_id(), _next_number(session, notice, now), _new_code()
    row = {
        "id": objection_id,
        "notice_id": notice.id,
        "case_id": notice.case_id,
        "number": number,
        "query_hash": _blind(session, code),
        "contact_blind": contact(session, said["phone"]) if said.get("phone") else None,
        "confirmed": confirmed,
        "sealed": _sealed(session, objection_id, said),
        "received_at": now,
    }
    session.execute(insert(Objection).values(row))
    return Receipt(number, code)


def add_to(session: Session, objection: Objection, said: Mapping[str, Any]) -> Receipt:
    """Who objected to the notice already says more, and gets a new code: the old one may be lost."""
    before = _opened(session, objection)
    told = str(said["reason"])
    if told not in before["reason"]:
        before["reason"] = f"{before['reason']}\n补充：{told}"
        objection.sealed = _sealed(session, objection.id, before)
    return _coded(session, objection)


def renew_code(session: Session, case_id: str, objection_id: str) -> Receipt:
    """A new code for an objection of the case; the old one is of no use any more. Raises NotFound."""
    made = session.get(Objection, objection_id)
    if made is None or made.case_id != case_id or made.number is None:
        raise NotFound("这个案件没有这件异议，请刷新页面")
    return _coded(session, made)


def of_contact(session: Session, notice_id: str, phone: str) -> Objection | None:
    """What somebody with this telephone number objected to a notice; the latest."""
    mine = Objection.notice_id == notice_id, Objection.contact_blind == contact(session, phone)
    return session.scalar(select(Objection).where(*mine).order_by(Objection.received_at.desc()).limit(1))


def has_enough(session: Session, phone: str, now: datetime) -> bool:
    """Whether this contact has stopped as many notices as one may."""
    recent = Objection.contact_blind == contact(session, phone), Objection.received_at > now - PERIOD
    return (session.scalar(select(func.count()).where(*recent)) or 0) >= MOST_OF_CONTACT


def answered_by(session: Session, case_id: str, seq: int, number: str, document_id: str, due: datetime) -> None:
    """A letter of the case answers the objection of this number; who gave a telephone is told where to read it."""
    mine = (Objection.case_id == case_id) & (Objection.number == number)
    made = session.scalars(select(Objection).where(mine)).one_or_none()
    if made is None:
        return
    made.reply_id = document_id
    if made.confirmed == PHONE and (phone := _opened(session, made).get("phone")):
        at = f"打开 {session.info['public_url']}/objections ，" if session.info["public_url"] else ""
        text = f"您提出的异议（{number}）已书面答复，请{at}凭异议编号和查询码查看答复书。"
        jobs.enqueue(
            session, ANSWERED, {"to": phone, "text": text}, due=due, dedup=f"{ANSWERED}:{document_id}",
            case_id=case_id, case_seq=seq, reference=document_id,
        )  # fmt: skip


def telling(messenger: Messenger) -> OutsideHandler:
    """Tell an objector of the reply; in a training installation nothing leaves the house."""

    def prepare(session: Session, job: DueJob, now: datetime) -> bool:
        return not training.is_training(session)

    def send(job: DueJob, prepared: bool) -> None:
        if prepared:
            messenger.send(job.id, job.payload["to"], job.payload["text"])

    def finish(session: Session, job: DueJob, result: None, now: datetime) -> None:
        return None

    return OutsideHandler(send, prepare, finish)


def replies_of(session: Session, case_id: str) -> frozenset[str]:
    """Ids of the letters of a case that are for objectors alone."""
    letters = select(Objection.reply_id).where(Objection.case_id == case_id, Objection.reply_id.is_not(None))
    return frozenset(session.scalars(letters))


def is_reply(session: Session, case_id: str, document_id: str) -> bool:
    """Whether a letter of a case is for an objector alone."""
    return document_id in replies_of(session, case_id)


def find(session: Session, number: str, query_code: str) -> str:
    """The id of an objection. Raises NotFound alike for a wrong number and a wrong code."""
    hashes = [_blind(session, each) for each in codes.meant(query_code, CODE_LENGTH)]
    proved = Objection.number == compact(number).upper(), Objection.query_hash.in_(hashes)
    found = session.scalar(select(Objection.id).where(*proved))
    if found is None:
        raise NotFound(NO_SUCH)
    return found


def standing(session: Session, objection_id: str) -> Standing:
    """For who proved number and code. Raises NotFound."""
    row = session.execute(
        select(Objection, Notice).join(Notice, Notice.id == Objection.notice_id).where(Objection.id == objection_id)
    ).one_or_none()
    if row is None:
        raise NotFound(NO_SUCH)
    made, notice = row
    return Standing(
        made.id, made.number or "", notice.programme_title, notice.region_id, notice.subject,
        _opened(session, made)["reason"], made.received_at, made.answered_seq is not None, notice.status, made.reply_id,
    )  # fmt: skip


def contact(session: Session, phone: str) -> str:
    """The blind index of a telephone number."""
    index: str = session.info["vault"].blind(phone, "contact")
    return index


def _next_number(session: Session, notice: Notice, now: datetime) -> str:
    """``Y220122-2020-0001``: county and year, as cases have them."""
    code = identity.region(session, notice.county_id or notice.region_id).code
    year = local_date(now).year
    running = next_in_sequence(session, ObjectionNumber, f"{code}:{year}")
    trained = training.PREFIX if training.is_training(session) else ""
    return f"{trained}Y{code}-{year}-{running:04d}"


def _coded(session: Session, objection: Objection) -> Receipt:
    code = _new_code()
    objection.query_hash = _blind(session, code)
    session.flush()
    return Receipt(objection.number or "", code)


def _new_code() -> str:
    return random_code(codes.LETTERS, CODE_LENGTH)


def _blind(session: Session, code: str) -> str:
    index: str = session.info["vault"].blind(code, "query")
    return index


def _sealed(session: Session, objection_id: str, said: Mapping[str, Any]) -> bytes:
    sealed: bytes = session.info["vault"].seal_text(dump_json(dict(said)), "objection", "sealed", objection_id)
    return sealed


def _opened(session: Session, objection: Objection) -> dict[str, Any]:
    vault = session.info["vault"]
    said: dict[str, Any] = load_json(vault.open_text(objection.sealed, "objection", "sealed", objection.id))
    return said
