"""Where a case stands, in one sentence that an applicant understands and that is true of the case as it is."""

from __future__ import annotations

from datetime import date

from app.cases.progress import Progress
from app.core.chinese import chinese_date
from app.inbox import exchanges

ENDS = {
    "approved": "您的申请已经批准，怎样发放写在决定书里，可以在下面下载。",
    "refused": "您的申请没有批准。理由和依据写在告知书里，可以在下面下载；不服的，下面写了怎么办。",
    "withdrawn": "您已经撤回这次申请。需要时可以重新申请。",
    "ended": "这件事已经办结，不再办理。想知道原因的，请问下面的单位。",
}
SUSPENDED = "您的申请暂停办理，原因请问下面的单位。"


def sentence(progress: Progress, handed_in: bool = False) -> str:
    """What happens now, and until when. `handed_in`: papers came in since they were asked for."""
    if not progress.is_open:
        return _paid(progress) or ENDS.get(progress.status, ENDS["ended"])
    if progress.status == "suspended":
        return SUSPENDED
    if progress.missing:
        told = _missing(progress, handed_in)
    elif progress.paused:
        told = f"{progress.paused.replace('申请人', '您')}，在这以前办理期限暂停计算。"
    else:
        told = f"{'；'.join(progress.words) or '正在办理'}{_until(progress)}。"
    return f"经办人有话问您，请在下面答复。{told}" if _asked(progress) else told


def _paid(progress: Progress) -> str:
    """What became of the money that the case itself ordered; empty where it ordered none."""
    if progress.status != "approved":
        return ""
    again = {order.replaces for order in progress.orders}
    states = {order.status for order in progress.orders if order.id not in again and not order.given_up}
    if "returned" in states:
        return "您的申请已经批准，但是救助金被银行退回。请核对账户，带身份证和银行卡到下面的单位办理。"
    if "pending" in states:
        return "您的申请已经批准，救助金会发到登记的账户，决定书可以在下面下载。"
    return "您的申请已经批准，救助金已经发放，决定书可以在下面下载。" if states else ""


def _missing(progress: Progress, handed_in: bool) -> str:
    paused = "，补齐以前办理期限暂停计算" if progress.paused else ""
    if handed_in:
        return f"您补交的材料已经收到，正在等经办人核对{paused}。"
    return f"还缺材料，等您补交：{'、'.join(progress.missing)}{paused}。"


def _asked(progress: Progress) -> bool:
    return any(each.status == exchanges.OPEN for each in progress.exchanges)


def _until(progress: Progress) -> str:
    if progress.public_until is not None:
        return f"，到{_day(progress.public_until, progress.seen_on)}为止，没有人提出不同意见就进入下一步"
    if progress.until is None:
        return ""
    day = _day(progress.until, progress.seen_on)
    if progress.until < progress.seen_on:
        return f"，这一步应在{day}前办完，已经超过期限，您可以催办或者打电话问"
    return f"，{day}前（含当天）{'有答复' if progress.answers else '办完这一步'}"


def _day(day: date, today: date) -> str:
    """Without the year where it is this year's: 10月15日."""
    return f"{day.month}月{day.day}日" if day.year == today.year else chinese_date(day)
