"""Whoever objects by the portal confirms a telephone number first: a code goes there, and until it comes back nothing
stops. Nobody is told whether a number objected before.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from app.core.errors import Gone, Invalid
from app.core.exact_json import dump_json, load_json
from app.core.ids import new_id, random_code
from app.core.spelling import compact
from app.db import rows_changed, training
from app.identity.credentials import Throttled
from app.jobs import operations as jobs
from app.jobs.operations import DueJob
from app.jobs.runner import OutsideHandler
from app.outside import Messenger
from app.publicity.models import UnconfirmedObjection
from app.publicity.objections import contact

SEND = "objection.code"
DIGITS, LENGTH = "0123456789", 6
LIFE, PAUSE, KEPT = timedelta(minutes=10), timedelta(minutes=1), timedelta(days=1)
TRIES, SENDS = 5, 3
MOST_OF_CONTACT, MOST_OF_NOTICE = 5, 100
"""Messages to one number in a day, and objections to one notice that began in a day: no number is made a target."""
OVER = "验证码已经失效或者试错太多，请重新发送验证码"
LOST = "这份异议已经过期，没有提交。请回到公示重新填写"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An objection that waits for its code. `shown`: the code itself, where nothing leaves a training installation."""

    id: str
    notice_id: str
    phone: str
    again_at: datetime | None
    shown: str


def begin(session: Session, notice_id: str, said: Mapping[str, Any], held: str, now: datetime) -> str:
    """Keep an objection {name, phone, reason} and send its code; its id. Raises Throttled.

    held: what the same visitor wrote before; the same number for the same notice gets no second message for a corrected
    text while its code is fresh, so that a double tap sends one.
    """
    before = session.get(UnconfirmedObjection, held) if held else None
    index = contact(session, said["phone"])
    if before is not None and (before.notice_id, before.contact_blind) == (notice_id, index):
        before.sealed = _sealed(session, before.id, {**said, "code": _opened(session, before)["code"]})
        if now - before.sent_at >= PAUSE:
            send_again(session, before.id, now)
        return before.id
    _require_room(session, notice_id, index, now)
    row = UnconfirmedObjection(
        id=new_id(), notice_id=notice_id, contact_blind=index, sealed=b"", tries=0, sends=0, sent_at=now, begun_at=now
    )
    _send(session, row, said, now)
    session.add(row)
    session.flush()
    return row.id


def waiting(session: Session, objection_id: str, now: datetime) -> Waiting:
    """Raises Gone where it was confirmed or forgotten."""
    row = _kept(session, objection_id, now)
    said, again = _opened(session, row), row.sent_at + PAUSE
    shown = said["code"] if training.is_training(session) else ""
    return Waiting(row.id, row.notice_id, said["phone"], again if row.sends < SENDS else None, shown)


def send_again(session: Session, objection_id: str, now: datetime) -> None:
    """Another code to the same number. Raises Gone and Throttled."""
    row = _kept(session, objection_id, now)
    if row.sends >= SENDS:
        raise Throttled(f"验证码已经发了 {SENDS} 次，请核对手机号，或者带身份证到乡镇（街道）窗口提出")
    if now - row.sent_at < PAUSE:
        raise Throttled("验证码刚刚发出，请等一分钟再重新发送")
    _require_room(session, row.notice_id, row.contact_blind, now, more=1)
    _send(session, row, _opened(session, row), now)
    session.flush()


def count_try(session: Session, objection_id: str, now: datetime) -> None:
    """Count a try at the code; commit before the code is looked at. Raises Gone where no try is left."""
    _kept(session, objection_id, now)
    left = (
        UnconfirmedObjection.id == objection_id, UnconfirmedObjection.tries < TRIES,
        UnconfirmedObjection.sent_at > now - LIFE,
    )  # fmt: skip
    counted = update(UnconfirmedObjection).where(*left).values(tries=UnconfirmedObjection.tries + 1)
    if rows_changed(session, counted) != 1:
        raise Invalid({"code": OVER})


def confirm(session: Session, objection_id: str, code: str, now: datetime) -> tuple[str, dict[str, Any]]:
    """The notice and what was said, which is confirmed and kept here no more. Raises Gone, Invalid (code)."""
    row = _kept(session, objection_id, now)
    said = _opened(session, row)
    typed = "".join(each for each in compact(code) if each.isdecimal())
    if not hmac.compare_digest(typed.encode(), said.pop("code").encode()):
        left = TRIES - row.tries
        raise Invalid({"code": f"验证码不对，请核对短信后再填，还可以试 {left} 次" if left > 0 else OVER})
    if rows_changed(session, delete(UnconfirmedObjection).where(UnconfirmedObjection.id == objection_id)) != 1:
        raise Gone(LOST)  # a second tap came first
    return row.notice_id, said


def prune(session: Session, now: datetime) -> int:
    """Forget what nobody confirmed within a day; returns how many."""
    old = delete(UnconfirmedObjection).where(UnconfirmedObjection.begun_at < now - KEPT)
    return rows_changed(session, old)


def sending(messenger: Messenger) -> OutsideHandler:
    """Send a code while it is of use; in a training installation nothing leaves the house."""

    def prepare(session: Session, job: DueJob, now: datetime) -> bool:
        alive = UnconfirmedObjection.id == job.reference, UnconfirmedObjection.sent_at > now - LIFE
        return not training.is_training(session) and bool(session.scalar(select(func.count()).where(*alive)))

    def send(job: DueJob, prepared: bool) -> None:
        if prepared:
            messenger.send(job.id, job.payload["to"], job.payload["text"])

    def finish(session: Session, job: DueJob, result: None, now: datetime) -> None:
        return None

    return OutsideHandler(send, prepare, finish)


def _kept(session: Session, objection_id: str, now: datetime) -> UnconfirmedObjection:
    row = session.get(UnconfirmedObjection, objection_id)
    if row is None or row.begun_at < now - KEPT:
        raise Gone(LOST)
    return row


def _require_room(session: Session, notice_id: str, index: str, now: datetime, more: int = 0) -> None:
    """Raises Throttled. Sends of a number count over all notices."""
    today = UnconfirmedObjection.begun_at > now - KEPT
    to_number = _sum(session, UnconfirmedObjection.contact_blind == index, today)
    begun = session.scalar(select(func.count()).where(UnconfirmedObjection.notice_id == notice_id, today)) or 0
    if to_number >= MOST_OF_CONTACT:
        raise Throttled("这个号码今天收到的验证码太多了，请明天再试，或者带身份证到乡镇（街道）窗口提出")
    if not more and begun >= MOST_OF_NOTICE:
        raise Throttled("今天对这个公示提出的异议太多，请明天再试，或者带身份证到乡镇（街道）窗口提出")


def _sum(session: Session, *which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.coalesce(func.sum(UnconfirmedObjection.sends), 0)).where(*which)) or 0


def _send(session: Session, row: UnconfirmedObjection, said: Mapping[str, Any], now: datetime) -> None:
    code = random_code(DIGITS, LENGTH)
    row.sealed = _sealed(session, row.id, {**said, "code": code})
    row.tries, row.sends, row.sent_at = 0, row.sends + 1, now
    minutes = int(LIFE.total_seconds() // 60)
    text = f"您正在对一项公示提出异议，验证码 {code}，{minutes} 分钟内有效。不是您本人操作的，请不要告诉别人。"
    jobs.enqueue(
        session, SEND, {"to": said["phone"], "text": text}, due=now, dedup=f"{SEND}:{row.id}:{row.sends}",
        priority=jobs.URGENT, reference=row.id,
    )  # fmt: skip


def _sealed(session: Session, objection_id: str, said: Mapping[str, Any]) -> bytes:
    vault = session.info["vault"]
    sealed: bytes = vault.seal_text(dump_json(dict(said)), "unconfirmed_objection", "sealed", objection_id)
    return sealed


def _opened(session: Session, row: UnconfirmedObjection) -> dict[str, Any]:
    vault = session.info["vault"]
    said: dict[str, Any] = load_json(vault.open_text(row.sealed, "unconfirmed_objection", "sealed", row.id))
    return said
