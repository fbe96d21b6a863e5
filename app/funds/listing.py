"""Who is in a batch: what it pays, and the lines of everybody whom it reaches, in single statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, case, exists, func, literal, null, select
from sqlalchemy.orm import Session

from app.core.errors import Gone
from app.db.types import Money
from app.funds import arrears, quota, quota_due
from app.funds.models import Arrears, Batch, BatchLine, PaymentOrder
from app.funds.quota import QUOTA
from app.identity.queries import RegionRef
from app.jobs.sql import insert_if_new, random_id
from app.registry import paying

LINE: Table = BatchLine.__table__  # type: ignore[assignment]
LONGEST_KEY, LONGEST_CLAUSE = 30, 100
SOURCES = ("county_fund", "city_fund")
MONTHLY = "monthly"
KINDS = {"seasonal": "一次性补助", MONTHLY: "按月发放", "price": "价格临时补贴", QUOTA: "机构定额补助"}


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
    if spec.amount is None and spec.kind not in (MONTHLY, QUOTA):
        faults["amount"] = "请填写发放标准，单位为元"
    if not 0 < len(spec.key) <= LONGEST_KEY:
        faults["key"] = f"请填写批次代号（不超过 {LONGEST_KEY} 字），例如 2021春节"
    if not 0 < len(spec.title) <= 100:
        faults["title"] = "请填写批次名称（不超过 100 字）"
    if not spec.programmes:
        faults["programmes"] = "请至少选择一个救助项目"
    return faults


def list_lines(session: Session, batch_id: str, spec: BatchSpec, region: RegionRef, today: date) -> None:
    """Lines for everybody, or every institution, whom the batch reaches and who has none yet. Raises Invalid."""
    if spec.kind == QUOTA:
        quota_due.list_lines(session, batch_id, spec, region, today)
        return
    session.connection().execute(_lines(session, batch_id, spec, region))
    if spec.kind == MONTHLY and spec.amount is None:
        arrears.list_open(session, batch_id, region, spec.programmes, spec.due_on)


def require_current(session: Session, batch: Batch, region: RegionRef, today: date) -> list[quota_due.Owing]:
    """What of subsidies is owed; nothing for other batches.

    Raises Gone where a standard was raised, or somebody died, between listing a month and confirming it.
    """
    if batch.kind == QUOTA:
        return quota_due.require_current(session, batch, region, today)
    if batch.kind != MONTHLY or batch.amount is not None or batch.programmes is None:
        return []
    paid = paying.in_payment_select(region, batch.programmes, paying.of_month(batch.due_on)).subquery()
    mine = (BatchLine.batch_id == batch.id) & ~BatchLine.excluded
    # One look-up a line, whatever the database believes to know of the size of tables that were just filled.
    due = select(paid.c.monthly).where(paid.c.award_id == BatchLine.award_id).limit(1).scalar_subquery()
    lacked = select(func.sum(Arrears.amount, type_=Money())).where(Arrears.line_id == BatchLine.id).scalar_subquery()
    changed = BatchLine.amount.is_distinct_from(case((BatchLine.purpose == arrears.ARREARS, lacked), else_=due))
    stale = session.scalar(select(func.count()).select_from(BatchLine).where(mine, changed)) or 0
    if stale:
        raise Gone(f"名单编制以后有 {stale} 户的金额或在保情况有变化，请先点“更新名单”，核对后再确认")
    return []


def spec_of(batch: Batch, region_code: str) -> BatchSpec:
    """What a batch that was drafted pays."""
    kept = ("key", "kind", "title", "clause", "due_on", "amount", "per", "source", "split")
    given = {name: getattr(batch, name) for name in kept}
    return BatchSpec(region_code=region_code, programmes=tuple(batch.programmes or ()), **given)


def _lines(session: Session, batch_id: str, spec: BatchSpec, region: RegionRef) -> Any:
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
    return insert_if_new(LINE, "batch_id", "once").from_select(list(values), chosen)


def purpose_of(kind: str, key: str, due_on: date) -> str:
    """What the orders of a batch are for: a month, or the occasion."""
    return f"{due_on:%Y-%m}" if kind in (MONTHLY, QUOTA) else key


def once_key(kind: str, key: str, due_on: date) -> Any:
    """What, with a line's `once`, names its order: an occasion, or a month in which an award is paid once, or an
    institution its subsidy."""
    if kind == QUOTA:
        return literal(quota.once_key(due_on))
    return literal(f"monthly:{due_on:%Y-%m}:" if kind == MONTHLY else f"batch:{key}:")
