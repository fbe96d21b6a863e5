"""One line that says how a case stands: the next step, whose it is, and until when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.cases.pages import CasePage
from app.core.chinese import chinese_date
from app.inbox.exchanges import ASIDE
from app.web import words
from app.web.display import day, yuan

CLOSED = {
    "approved": "已批准", "refused": "已决定不予救助", "withdrawn": "申请已撤回", "ended": "已办结",
}  # fmt: skip


def standing(page: CasePage, holders: Mapping[str, str], post: Callable[[str], str], today: date) -> str:
    """`post` names a position as it is said there, `holders` the staff by id who have signed for one."""
    case = page.case
    if page.incidents:
        step = page.steps.get(page.incidents[0].element_id, page.incidents[0].element_id)
        return f"“{step}”处理失败，原因排除后重试"
    if case.closed_at is not None:
        return _over(page)
    if case.status == "suspended":
        return "已暂停办理，期限停止计算，恢复后接着办"
    tasks = [item for item in page.items if item.status == "open" and item.kind not in ASIDE]
    if tasks:
        return _next(tasks, holders, post, today)
    return _awaited(page)


def _next(tasks: list[Any], holders: Mapping[str, str], post: Callable[[str], str], today: date) -> str:
    first = min(tasks, key=lambda item: (item.due_on is None, item.due_on or date.max, item.created_at))
    holder = holders.get(first.assignee_id)
    signed = f"{holder}已签收" if holder else "待签收"
    until = f"，{chinese_date(first.due_on)}前办完" if first.due_on else ""
    if first.due_on and first.due_on < today:
        until = f"，应于{chinese_date(first.due_on)}前办完，已经逾期"
    more = f"；另有 {len(tasks) - 1} 项同时在办" if len(tasks) > 1 else ""
    return f"下一步“{first.title}”，由{post(first.position)}办理（{signed}）{until}{more}"


def _awaited(page: CasePage) -> str:
    """Nobody has anything to do: what is waited for, the nearest first."""
    asked = [each for each in page.waiting if not each.answered]
    if asked:
        return f"等{asked[0].department}答复“{asked[0].title}”，最迟{chinese_date(asked[0].until)}"
    posted = [notice for notice in page.notices if notice.status == "posted"]
    if posted:
        return f"公示中，{chinese_date(posted[0].until_on)}期满，没有异议即自动往下办理"
    interrupted = [notice for notice in page.notices if notice.status == "interrupted"]
    if interrupted:
        return "公示期间有异议，正在核查，公示暂停"
    clocks = [clock for clock in page.clocks if clock.is_live]
    if clocks:
        nearest = min(clocks, key=lambda clock: clock.due_on)
        return f"没有人要办的事，在等“{nearest.title}”到期（{chinese_date(nearest.due_on)}）"
    return "没有人要办的事，在等资金或者期限"


def _over(page: CasePage) -> str:
    case = page.case
    head = f"{CLOSED.get(case.status, words.status(case.status)[0])}，{day(case.closed_at)} 办结"
    sums = {status: sum((order.amount for order in page.orders if order.status == status), Decimal())
            for status in ("pending", "paid", "returned")}  # fmt: skip
    parts = [f"{words.payment(status)[0]} {yuan(amount)}" for status, amount in sums.items() if amount]
    owed = [row.title for row in page.owed if row.settled_at is None]
    if owed:
        parts.append(f"待补齐{'、'.join(owed)}")
    return "；".join([head, *parts])
