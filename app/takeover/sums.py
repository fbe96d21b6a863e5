"""Whether sums are what the figures of today say: each line calculated by the diagram that follows figures (D15)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from app.cases.calculating import Calculator
from app.cases.recalculation import calculator
from app.core.clock import local_date
from app.figures.errors import FigureMissing
from app.registry.queries import IN_PAYMENT, AwardState
from app.takeover.file import Findings
from app.takeover.lines import Line


def compare(session: Session, lines: Iterable[Line], findings: Findings, now: datetime) -> None:
    """Warn of sums that differ from what the record of the line comes to; they come in as they are paid."""
    calculators: dict[tuple[str, str], Calculator | None] = {}
    for line in lines:
        if line.once or not line.facts:
            continue
        key = line.programme, line.region_id
        if key not in calculators:
            calculators[key] = calculator(session, *key, now)
        by = calculators[key]
        if by is None:
            continue
        worth, missing = _worth(by, line, local_date(now))
        if missing:
            findings.warn(line, f"不能核对金额：{missing}")
            calculators[key] = None  # it is missing for everybody there
        elif worth != line.amount:
            more = "高" if line.amount > worth else "低"
            told = f"每月 {line.amount} 元，比按现行标准核算的 {worth} 元{more}，照文件导入，请核对"
            findings.warn(line, told)


def _worth(by: Calculator, line: Line, today: date) -> tuple[Decimal, str]:
    """A month's sum by the figures of today, the line's own where people must look; or what is missing."""
    try:
        return by.month_worth(_state(line, by.now), line.facts, line.amount, today), ""
    except FigureMissing as missing:
        return line.amount, str(missing)


def _state(line: Line, now: datetime) -> AwardState:
    return AwardState(
        id="", programme=line.programme, kind=line.kind, person_id="", id_number=line.id_number, name=line.name,
        household_id=None, region_id=line.region_id, monthly=line.amount, starts_on=line.starts_on, ended_on=None,
        status=IN_PAYMENT, recheck_on=line.recheck_on, institution_id=line.institution_id, account=None, case_id=None,
        facts=line.facts, recorded_at=now,
    )  # fmt: skip
