"""Households in hardship that are in no payment, added to a one-off grant by hand (B6), each with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from app.core import bank_account
from app.core.actor import Actor
from app.core.errors import Duplicate, Gone, Invalid
from app.core.ids import new_id
from app.funds import batches, listing
from app.funds.batches import LINE
from app.funds.models import BatchLine, PaymentOrder
from app.funds.operations import LINE_SEALED
from app.identity import queries as identity
from app.registry import paying, people

# Grants of an occasion are handled the emergency way (B6), so they count there where no award names a programme.
PROGRAMME = "emergency_relief"
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Addition:
    """Whom to add: `heads` counts where the batch pays by the person; `account` may be unknown until it is paid."""

    name: str
    id_number: str
    basis: str
    region_code: str
    account: str | None = None
    heads: int = 1


def add(session: Session, actor: Actor, batch_id: str, addition: Addition, now: datetime) -> str:
    """A line of a draft for somebody who is in no payment; returns its id.

    Raises NotYours, Gone, Invalid (name, id_number, basis, account, heads, region), and Duplicate for somebody who is
    in the batch already, by himself or by an award that covers him, or was paid for the occasion before.
    """
    batch = batches.draft_of(session, actor, batch_id, "draft_batches")
    if batch.kind == listing.MONTHLY or batch.amount is None:
        raise Gone("按月发放的批次只发给在保对象，不能另外添加")
    _require_sound(addition)
    region = identity.region_by_code(session, addition.region_code, batch.due_on)
    if batch.region_id not in identity.chain(session, region.id).ids:
        raise Invalid({"region": "请选择批次所在地区内的村（社区）或乡镇（街道）"})
    person_id = people.record_person(session, addition.id_number, addition.name.strip(), now)
    _require_new(session, batch, person_id)
    line_id = new_id()
    account = (addition.account or "").replace(" ", "")
    row = {
        "id": line_id,
        "batch_id": batch_id,
        "once": person_id,
        "person_id": person_id,
        "split": batch.split,
        "account": session.info["vault"].seal_text(account, *LINE_SEALED, line_id) if account else None,
        "basis": addition.basis.strip(),
        "region_id": region.id,
        "programme": PROGRAMME,
        "payee": addition.name.strip(),
        "heads": addition.heads,
        "purpose": listing.purpose_of(batch.kind, batch.key, batch.due_on),
        "amount": batch.amount * (addition.heads if batch.per == "person" else Decimal(1)),
        "excluded": False,
    }
    session.execute(insert(LINE).values(row))
    batches.tell(session, batch_id, "added", actor, now, line=line_id, payee=row["payee"], basis=row["basis"])
    return line_id


def _require_sound(addition: Addition) -> None:
    faults = {}
    if not 0 < len(addition.name.strip()) <= 60:
        faults["name"] = "请填写姓名（不超过 60 字）"
    if not 0 < len(addition.basis.strip()) <= LONGEST:
        faults["basis"] = f"请写明生活困难的情况和依据（不超过 {LONGEST} 字）"
    account = (addition.account or "").replace(" ", "")
    if account and not bank_account.is_valid(account):
        faults["account"] = "银行账号应为 12 到 19 位数字，暂时没有的不填"
    if not 1 <= addition.heads <= 30:
        faults["heads"] = "人数应为 1 到 30"
    if faults:
        raise Invalid(faults)


def _require_new(session: Session, batch: batches.Batch, person_id: str) -> None:
    covered = paying.awards_covering(person_id, batch.due_on)
    mine = (BatchLine.person_id == person_id) | BatchLine.award_id.in_(covered)
    if session.scalar(select(exists().where(BatchLine.batch_id == batch.id, mine))):
        raise Duplicate("此人已在这个批次的名单中（本人或者所在家庭），不能重复添加", clause="B6")
    paid = PaymentOrder.dedup == listing.once_key(batch.kind, batch.key, batch.due_on) + person_id
    if session.scalar(select(exists().where(paid))):
        raise Duplicate(f"此人已在「{batch.key}」的另一个批次中发放，不能重复发放", clause="B6")
