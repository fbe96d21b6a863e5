"""Figures of an office as an Excel workbook: programmes, places, months and steps, a sheet each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.sheets import Sheet, book, columns
from app.tally.queries import Figures, Line, StepLine

_CASES = (
    ("受理申请", 10), ("办结申请", 10), ("批准", 8), ("不予救助", 10), ("撤回", 8), ("平均用时（工作日）", 16),
    ("在保事项", 10), ("在办案件", 10), ("未办事项", 10), ("其中逾期", 10), ("逾期办结的环节", 14),
    ("决定资金（元）", 16), ("支付资金（元）", 16), ("退汇资金（元）", 16),
)  # fmt: skip
STEPS = columns(
    ("项目", 24), ("环节", 28), ("办理次数", 10), ("平均用时（工作日）", 16), ("法定时限（工作日）", 16),
    ("逾期办结", 10),
)  # fmt: skip


def workbook(found: Figures, titles: Mapping[str, str], places: Mapping[str, str]) -> bytes:
    """`places`: names of regions by id."""
    return book([
        _sheet("项目", "项目", ((titles.get(key, key), line) for key, line in found.programmes.items()), found.whole),
        _sheet("地区", "地区", ((places.get(key, "县本级"), line) for key, line in found.places.items()), found.whole),
        _sheet("月份", "月份", found.months.items(), None),
        Sheet("环节", STEPS, [_step(step, titles) for step in found.steps]),
    ])  # fmt: skip


def _sheet(title: str, first: str, lines: Iterable[tuple[str, Line]], whole: Line | None) -> Sheet:
    rows = [_row(name, line) for name, line in lines]
    return Sheet(title, columns((first, 24), *_CASES), [*rows, _row("合计", whole)] if whole else rows)


def _row(name: str, line: Line) -> tuple[Any, ...]:
    mean = round(line.mean, 1) if line.mean is not None else None
    return (
        name, line.received, line.closed, line.approved, line.refused, line.withdrawn, mean, line.later, line.running,
        line.open, line.overdue, line.late, line.decided, line.paid, line.returned,
    )  # fmt: skip


def _step(step: StepLine, titles: Mapping[str, str]) -> tuple[Any, ...]:
    limit = round(step.limit, 1) if step.limit is not None else None
    return (titles.get(step.programme, step.programme), step.title, step.count, round(step.mean, 1), limit, step.late)
