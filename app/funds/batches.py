"""Batches: one-off grants to those in payment (B6, F3) and the monthly payment of awards.

Drafted, previewed, lines excluded with a reason, confirmed by a second person; one order a line. Everything between a
draft and its orders is done by the database in single statements, so that half a million lines are no problem.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, Table, case, delete, func, insert, literal, null, select, update
from sqlalchemy.orm import Session

from app import audit
from app.audit import books
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Duplicate, Gone, Invalid, NotFound, NotYours, OverLimit
from app.core.ids import digest, new_id
from app.core.months import first_of
from app.db import rows_changed
from app.funds import arrears, quota, quota_due
from app.funds.listing import (
    BatchSpec,
    faults_of,
    list_lines,
    once_key,
    require_current,
    spec_of,
)
from app.funds.models import Batch, BatchLine, PaymentOrder
from app.identity import policy
from app.identity import queries as identity
from app.jobs import operations as jobs
from app.jobs.sql import count_inserted, insert_if_new
from app.registry.paying import HOUSE

LINE: Table = BatchLine.__table__  # type: ignore[assignment]
ORDER: Table = PaymentOrder.__table__  # type: ignore[assignment]
LETTER = "batch.letter"
MOST_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Preview:
    """What a batch comes to."""

    lines: int
    excluded: int
    total: Decimal


def draft(session: Session, actor: Actor, spec: BatchSpec, now: datetime) -> str:
    """List everybody in payment on the day, or what institutions get for its month; nobody is paid yet.

    Raises NotYours, Invalid, Duplicate.
    """
    chain = identity.chain_of_code(session, spec.region_code, spec.due_on)
    policy.require_covers(session, actor, chain, "draft_batches")
    today, faults = local_date(now), faults_of(spec)
    if spec.kind == quota.QUOTA:
        faults |= quota.faults_of(chain.nearest.level, first_of(spec.due_on), today, spec.amount)
    if faults:
        raise Invalid(faults)
    same = (Batch.key == spec.key) & (Batch.region_id == chain.nearest.id)
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
        "region_id": chain.nearest.id,
        "county_id": chain.county.id if chain.county else None,
        "amount": spec.amount,
        "per": spec.per,
        "source": spec.source,
        "split": list(spec.split) if spec.split else None,
        "programmes": list(spec.programmes),
        "due_on": spec.due_on,
        "status": "draft",
        "drafted_by": actor.user_id,
        "drafted_at": now,
    }
    session.execute(insert(Batch).values(row))
    list_lines(session, batch_id, spec, chain.nearest, today)
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
    arrears.release(session, batch_id)
    session.execute(update(Batch).where(Batch.id == batch_id).values(status="dropped"))
    tell(session, batch_id, "dropped", actor, now)


def confirm(session: Session, actor: Actor, batch_id: str, now: datetime) -> int:
    """One order a line, with the line's id, by somebody who neither drafted it nor added to it; how many new orders.

    Repeating it pays nobody twice. Raises NotYours or NotFound; Gone when the batch was dropped, or when amounts have
    changed since it was listed.
    """
    batch = _locked(session, actor, batch_id, "confirm_batches")
    if batch.status == "dropped":
        raise Gone("这个批次已作废，请重新建立")
    if batch.drafted_by == actor.user_id or audit.has_acted(session, _chain(batch_id), actor.user_id, ["added"]):
        raise NotYours("批次须由另一人确认，不能确认自己编制的或者自己添加过人员的批次")
    region, owing = identity.chain(session, batch.region_id).nearest, []
    if batch.status == "draft":
        owing = require_current(session, batch, region, local_date(now))
        arrears.release(session, batch_id, excluded_only=True)
    ordered = count_inserted(session, _orders(session, batch, now))
    quota_due.settle(session, owing, batch, region, actor, now)
    values = {"status": "confirmed", "confirmed_by": actor.user_id, "confirmed_at": now}
    session.execute(update(Batch).where(Batch.id == batch_id, Batch.status == "draft").values(values))
    jobs.launch(session, jobs.launching(LETTER, _letters(batch_id)), now)
    if ordered:
        audit.witness(session, books.BATCH, batch_id, digest_of_batch(session, batch_id))
    tell(session, batch_id, "confirmed", actor, now, orders=ordered)
    return ordered


def digest_of_batch(session: Session, batch_id: str) -> str:
    """What changes when an order of the batch is changed, removed or added."""
    amounts = select(ORDER.c.id, ORDER.c.amount).where(ORDER.c.batch_id == batch_id)
    told = sorted(f"{order_id} {books.text_of(amount)}" for order_id, amount in session.execute(amounts))
    return digest("\n".join(told).encode())


def batch(session: Session, actor: Actor, batch_id: str) -> Batch:
    """One batch that the actor may see. Raises NotFound, NotYours."""
    found = session.get(Batch, batch_id)
    if found is None:
        raise NotFound("没有这个批次，请刷新列表")
    policy.require_covers(session, actor, identity.chain(session, found.region_id), "see_money")
    return found


def refresh(session: Session, actor: Actor, batch_id: str, now: datetime) -> None:
    """List a draft anew with the amounts of today; who was excluded stays so. Raises NotYours, Gone."""
    batch = draft_of(session, actor, batch_id, "review_batches")
    arrears.release(session, batch_id)
    listed = (LINE.c.award_id.is_not(None) | LINE.c.institution_id.is_not(None)) & ~LINE.c.excluded
    session.connection().execute(delete(LINE).where(LINE.c.batch_id == batch_id, listed))
    region = identity.chain(session, batch.region_id).nearest
    list_lines(session, batch_id, spec_of(batch, region.code), region, local_date(now))
    tell(session, batch_id, "refreshed", actor, now)


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
        "recipient": case((line.institution_id.is_not(None) & line.award_id.is_not(None), line.payee)),
        "institution_id": line.institution_id,
        "account": null(),
        "purpose": line.purpose,
        "amount": line.amount,
        "source": literal(batch.source),
        "split": line.split,
        "due_on": literal(batch.due_on),
        "status": literal("pending"),
        "dedup": _dedup(batch),
        "created_at": literal(now, PaymentOrder.created_at.type),
    }
    housed = select(*values.values()).outerjoin(HOUSE, HOUSE.c.id == line.institution_id)
    chosen = housed.where(line.batch_id == batch.id, ~line.excluded)
    return insert_if_new(ORDER, "dedup").from_select(list(values), chosen)


def _dedup(batch: Batch) -> Any:
    """The name of a line's order: what the batch says, or what the line pays of months that were ordered before."""
    own = once_key(batch.kind, batch.key, batch.due_on) + BatchLine.once
    return quota_due.dedup_of(own) if batch.kind == quota.QUOTA else arrears.dedup_of(BatchLine.once, own)


def _letters(batch_id: str) -> Select[Any]:
    return select(
        PaymentOrder.id.label("reference"),
        PaymentOrder.case_id.label("case_id"),
        (literal("batch.letter:") + PaymentOrder.id).label("dedup"),
        PaymentOrder.county_id.label("county"),
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
