"""The bank's answer to a file as a table: line by line paid, or returned with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import Gone
from app.funds import bank, returns
from app.funds.models import PaymentOrder
from app.sheets import Column, read

REFERENCE, RESULT, REASON = "reference", "result", "reason"
COLUMNS = (
    Column(REFERENCE, "编号", required=True, width=36),
    Column(RESULT, "结果", required=True, hint="成功、失败"),
    Column(REASON, "原因", hint="失败的写明银行退回的原因", width=36),
    *(Column(title, title) for title in ("序号", "收款人", "账号", "金额（元）", "用途")),
)
PAID, BACK = frozenset({"成功", "已支付", "支付成功"}), frozenset({"失败", "退汇", "退回", "支付失败"})


@dataclass(frozen=True, slots=True)
class Reply:
    """How many orders the bank paid and sent back."""

    paid: int
    returned: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a bank says: the orders that it paid, and by reason those that it sent back."""

    paid: list[str]
    back: dict[str, list[str]]


def understood(content: bytes) -> Answer:
    """The bank's table; reading it takes long, and needs no database. Raises Invalid (file, or every fault by row)."""
    rows, faults = read(content, COLUMNS)
    paid: list[str] = []
    back: dict[str, list[str]] = {}
    for row in rows:
        if row.get(RESULT) in PAID:
            paid.append(row.get(REFERENCE))
        elif row.get(RESULT) not in BACK:
            faults.add(row.number, RESULT, "应写“成功”或者“失败”")
        elif not row.get(REASON):
            faults.add(row.number, REASON, "失败的应写明银行退回的原因")
        else:
            back.setdefault(row.get(REASON)[: returns.LONGEST], []).append(row.get(REFERENCE))
    faults.refuse()
    return Answer(paid, back)


def take(session: Session, actor: Actor, bank_file_id: str, answer: Answer, proof: str, now: datetime) -> Reply:
    """Enter a whole answer, or nothing of it; orders that it does not name stay at the bank.

    Raises NotYours, Gone for lines of another file or answered already.
    """
    paid, back = answer.paid, answer.back
    _require_in_file(session, bank_file_id, [*paid, *(each for ids in back.values() for each in ids)])
    if paid:
        bank.mark_paid(session, actor, paid, proof, now)
    for reason, ids in back.items():
        returns.mark_returned(session, actor, ids, reason, now)
    return Reply(len(paid), sum(map(len, back.values())))


def _require_in_file(session: Session, bank_file_id: str, ids: list[str]) -> None:
    inside = set(session.scalars(select(PaymentOrder.id).where(PaymentOrder.bank_file_id == bank_file_id)))
    strange = [each for each in ids if each not in inside]
    if strange or len(set(ids)) < len(ids):
        raise Gone(f"答复中有重复的或者不属于这个银行文件的编号（{'、'.join(strange[:3]) or '重复'}），请核对文件")
