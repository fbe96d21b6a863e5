"""Batches: one-off grants to those in payment (B6, F3) and the monthly payment of awards.

Drafted, previewed, lines excluded with a reason, confirmed by a second person; one order a line. Everything between a
draft and its orders is done by the database in single statements, so that half a million lines are no problem.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, Table, case, exists, func, insert, literal, null, select, update
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import Actor
from app.core.errors import Duplicate, Gone, Invalid, NotFound, NotYours, OverLimit
from app.core.ids import new_id
from app.db import rows_changed
from app.db.types import Money
from app.funds.models import Batch, BatchLine, PaymentOrder
from app.identity import policy
from app.identity import queries as identity
from app.jobs import operations as jobs
from app.jobs.sql import count_inserted, insert_if_new, random_id
from app.registry import paying
from app.registry.paying import HOUSE

LINE: Table = BatchLine.__table__  # type: ignore[assignment]
ORDER: Table = PaymentOrder.__table__  # type: ignore[assignment]
LETTER = "batch.letter"
LONGEST_KEY, LONGEST_CLAUSE, MOST_AT_ONCE = 30, 100, 1000
SOURCES = ("county_fund", "city_fund")
MONTHLY = "monthly"
KINDS = {"seasonal": "一次性补助", MONTHLY: "按月发放", "price": "价格临时补贴"}


@dataclass(frozen=True, slots=True)
class BatchSpec:
    """What a batch pays. `per` is `household` or `person`; without `amount` every award's monthly amount is paid.

    `key` names the occasion (`spring-festival-2021`): one batch of a key a region.
    """

    key: str
    kind: str
    title: str
    clause: str
    region_code: str
    programmes: Sequence[str]
    due_on: date
    amount: Decimal | None = None
    per: str = "household"
    source: str = "county_fund"
    split: Sequence[dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a batch comes to."""

    lines: int
    excluded: int
    total: Decimal


def draft(session: Session, actor: Actor, spec: BatchSpec, now: datetime) -> str:
    """List everybody in payment on the day, nobody paid yet. Raises NotYours, Invalid, Duplicate."""
    region = identity.region_by_code(session, spec.region_code, spec.due_on)
    chain = identity.chain(session, region.id)
    policy.require_covers(session, actor, chain, "draft_batches")
    if faults := faults_of(spec):
        raise Invalid(faults)
    same = (Batch.key == spec.key) & (Batch.region_id == region.id)
    if session.scalar(select(Batch.id).where(same, Batch.status != "dropped")) is not None:
        raise Duplicate(f"{chain.nearest.name}已有批次「{spec.key}」，请打开原批次办理，不要重复建立")
    session.execute(update(Batch).where(same).values(key=Batch.key + ":" + Batch.id))
    batch_id = new_id()
    row = {
        "id": batch_id,
        "key": spec.key,
        "kind": spec.kind,
        "title": spec.title,
        "clause": spec.clause,
        "region_id": region.id,
        "county_id": chain.county.id if chain.county else None,
        "amount": spec.amount,
        "per": spec.per,
        "source": spec.source,
        "split": list(spec.split) if spec.split else None,
        "due_on": spec.due_on,
        "status": "draft",
        "drafted_by": actor.user_id,
        "drafted_at": now,
    }
    session.execute(insert(Batch).values(row))
    session.connection().execute(_lines(session, batch_id, spec, chain.nearest))
    tell(session, batch_id, "drafted", actor, now, title=spec.title, amount=spec.amount, due_on=spec.due_on)
    return batch_id


def preview(session: Session, batch_id: str) -> Preview:
    """Lines, exclusions and the sum of what would be paid."""
    mine = BatchLine.batch_id == batch_id
    counts = select(func.count().filter(~BatchLine.excluded), func.count().filter(BatchLine.excluded)).where(mine)
    lines, excluded = session.execute(counts).one()
    total = session.scalar(select(func.sum(BatchLine.amount)).where(mine, ~BatchLine.excluded))
    return Preview(lines, excluded, total or Decimal("0.00"))


def exclude(session: Session, actor: Actor, batch_id: str, line_ids: Sequence[str], reason: str, now: datetime) -> None:
    """Take people out of a draft, with the reason. Raises NotYours, Gone, Invalid."""
    draft_of(session, actor, batch_id, "review_batches")
    if not 0 < len(reason.strip()) <= 200:
        raise Invalid({"reason": "请填写剔除理由（不超过 200 字）"})
    if not line_ids:
        raise Invalid({"lines": "请先勾选要剔除的人员"})
    _mark(session, batch_id, line_ids, excluded=True, reason=reason.strip())
    tell(session, batch_id, "excluded", actor, now, lines=list(line_ids), reason=reason.strip())


def include(session: Session, actor: Actor, batch_id: str, line_ids: Sequence[str], now: datetime) -> None:
    """Put people back into a draft. Raises NotYours, Gone."""
    draft_of(session, actor, batch_id, "review_batches")
    if not line_ids:
        raise Invalid({"lines": "请先勾选要恢复的人员"})
    _mark(session, batch_id, line_ids, excluded=False, reason=None)
    tell(session, batch_id, "included", actor, now, lines=list(line_ids))


def drop(session: Session, actor: Actor, batch_id: str, now: datetime) -> None:
    """Give up a draft; its key is free again. Raises NotYours, Gone."""
    draft_of(session, actor, batch_id, "review_batches")
    session.execute(update(Batch).where(Batch.id == batch_id).values(status="dropped"))
    tell(session, batch_id, "dropped", actor, now)


def confirm(session: Session, actor: Actor, batch_id: str, now: datetime) -> int:
    """One order a line, with the line's id, by somebody who neither drafted it nor added to it; how many new orders.

    Repeating it pays nobody twice. Raises NotYours or NotFound; Gone when the batch was dropped.
    """
    batch = _locked(session, actor, batch_id, "confirm_batches")
    if batch.status == "dropped":
        raise Gone("这个批次已作废，请重新建立")
    if batch.drafted_by == actor.user_id or audit.has_acted(session, _chain(batch_id), actor.user_id, ["added"]):
        raise NotYours("批次须由另一人确认，不能确认自己编制的或者自己添加过人员的批次")
    ordered = count_inserted(session, _orders(session, batch, now))
    values = {"status": "confirmed", "confirmed_by": actor.user_id, "confirmed_at": now}
    session.execute(update(Batch).where(Batch.id == batch_id, Batch.status == "draft").values(values))
    jobs.launch(session, LETTER, _letters(batch_id), now)
    tell(session, batch_id, "confirmed", actor, now, orders=ordered)
    return ordered


def batch(session: Session, actor: Actor, batch_id: str) -> Batch:
    """One batch that the actor may see. Raises NotFound, NotYours."""
    found = session.get(Batch, batch_id)
    if found is None:
        raise NotFound("没有这个批次，请刷新列表")
    policy.require_covers(session, actor, identity.chain(session, found.region_id), "see_money")
    return found


def faults_of(spec: BatchSpec) -> dict[str, str]:
    """What is wrong with a batch, by field."""
    faults = {}
    if spec.kind not in KINDS:
        faults["kind"] = f"批次类型应为{'、'.join(KINDS.values())}之一"
    if spec.per not in ("household", "person"):
        faults["per"] = "请选择按户或按人发放"
    if spec.source not in SOURCES:
        faults["source"] = "请选择县级或市级救助资金；备用金不能用于批次"
    if len(spec.clause) > LONGEST_CLAUSE:
        faults["clause"] = f"依据不超过 {LONGEST_CLAUSE} 字，请只写文件名和文号"
    if spec.amount is None and spec.kind != MONTHLY:
        faults["amount"] = "请填写发放标准，单位为元"
    if not 0 < len(spec.key) <= LONGEST_KEY:
        faults["key"] = f"请填写批次代号（不超过 {LONGEST_KEY} 字），例如 2021春节"
    if not 0 < len(spec.title) <= 100:
        faults["title"] = "请填写批次名称（不超过 100 字）"
    if not spec.programmes:
        faults["programmes"] = "请至少选择一个救助项目"
    return faults


def _lines(session: Session, batch_id: str, spec: BatchSpec, region: identity.RegionRef) -> Any:
    # Support is paid as the award says (E18); a one-off grant is the person's own and paid as the batch says.
    monthly = spec.kind == MONTHLY
    paid_on = paying.of_month(spec.due_on) if monthly else paying.on_day(spec.due_on)
    awards = paying.in_payment_select(region, spec.programmes, paid_on).subquery()
    once = awards.c.award_id if monthly else awards.c.person_id
    split = literal(list(spec.split) if spec.split else None, LINE.c.split.type)
    if spec.amount is None:
        amount: Any = awards.c.monthly
    else:
        each = literal(spec.amount, Money)
        amount = each if spec.per == "household" else each * case((awards.c.heads > 1, awards.c.heads), else_=1)
    values = {
        "id": random_id(),
        "batch_id": literal(batch_id),
        "once": once,
        "person_id": awards.c.person_id,
        "award_id": awards.c.award_id,
        "institution_id": awards.c.institution_id if monthly else null(),
        "split": func.coalesce(awards.c.split, split) if monthly else split,
        "region_id": awards.c.region_id,
        "programme": awards.c.programme,
        "payee": awards.c.payee,
        "heads": awards.c.heads,
        "purpose": literal(purpose_of(spec.kind, spec.key, spec.due_on)),
        "amount": amount,
        "excluded": literal(False),
    }
    paid = exists().where(PaymentOrder.dedup == once_key(spec.kind, spec.key, spec.due_on) + once)
    chosen = select(*values.values()).where(amount > literal(Decimal(0), Money), ~paid).order_by(awards.c.award_id)
    return insert_if_new(session, LINE, "batch_id", "once").from_select(list(values), chosen)


def purpose_of(kind: str, key: str, due_on: date) -> str:
    """What the orders of a batch are for: a month, or the occasion."""
    return f"{due_on:%Y-%m}" if kind == MONTHLY else key


def once_key(kind: str, key: str, due_on: date) -> Any:
    """What, with a line's `once`, names its order: an occasion, or a month in which an award is paid once."""
    return literal(f"monthly:{due_on:%Y-%m}:" if kind == MONTHLY else f"batch:{key}:")


def _orders(session: Session, batch: Batch, now: datetime) -> Any:
    line = BatchLine
    values: dict[str, Any] = {
        "id": line.id,
        "batch_id": line.batch_id,
        "award_id": line.award_id,
        "programme": line.programme,
        "region_id": line.region_id,
        "county_id": literal(batch.county_id),
        "place": literal(0),
        "payee": func.coalesce(HOUSE.c.name, line.payee),
        "recipient": case((line.institution_id.is_not(None), line.payee)),
        "institution_id": line.institution_id,
        "account": null(),
        "purpose": line.purpose,
        "amount": line.amount,
        "source": literal(batch.source),
        "split": line.split,
        "due_on": literal(batch.due_on),
        "status": literal("pending"),
        "dedup": once_key(batch.kind, batch.key, batch.due_on) + line.once,
        "created_at": literal(now, PaymentOrder.created_at.type),
    }
    housed = select(*values.values()).outerjoin(HOUSE, HOUSE.c.id == line.institution_id)
    chosen = housed.where(line.batch_id == batch.id, ~line.excluded)
    return insert_if_new(session, ORDER, "dedup").from_select(list(values), chosen)


def _letters(batch_id: str) -> Select[Any]:
    return select(
        PaymentOrder.id.label("reference"),
        PaymentOrder.case_id.label("case_id"),
        (literal("batch.letter:") + PaymentOrder.id).label("dedup"),
    ).where(PaymentOrder.batch_id == batch_id)


def tell(session: Session, batch_id: str, kind: str, actor: Actor, now: datetime, **told: Any) -> None:
    """An event in the chain of the batch."""
    audit.append(session, _chain(batch_id), kind, actor, told, None, now, shared=True)


def _mark(session: Session, batch_id: str, line_ids: Sequence[str], *, excluded: bool, reason: str | None) -> None:
    if len(line_ids) > MOST_AT_ONCE:
        raise OverLimit(f"一次最多勾选 {MOST_AT_ONCE} 人（户），请分几次办理")
    mine = (BatchLine.batch_id == batch_id) & BatchLine.id.in_(line_ids)
    marked = rows_changed(session, update(BatchLine).where(mine).values(excluded=excluded, reason=reason))
    if marked != len(set(line_ids)):
        raise NotFound("所选人员不在这个批次中，请刷新后重新选择")


def draft_of(session: Session, actor: Actor, batch_id: str, capability: str) -> Batch:
    """The batch, locked, as long as it may be changed. Raises NotFound, NotYours, Gone."""
    found = _locked(session, actor, batch_id, capability)
    if found.status != "draft":
        raise Gone("批次已经确认或作废，不能再修改")
    return found


def _locked(session: Session, actor: Actor, batch_id: str, capability: str) -> Batch:
    found = session.scalar(select(Batch).where(Batch.id == batch_id).with_for_update())
    if found is None:
        raise NotFound("没有这个批次，请刷新列表")
    policy.require_covers(session, actor, identity.chain(session, found.region_id), capability)
    return found


def _chain(batch_id: str) -> str:
    return f"batch:{batch_id}"
