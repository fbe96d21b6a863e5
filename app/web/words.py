"""Chinese words for the codes that pages show, with the colour of their tag."""

from __future__ import annotations

STATUS = {
    "in_progress": ("办理中", "navy"),
    "suspended": ("暂停", "amber"),
    "approved": ("已批准", "green"),
    "refused": ("不予救助", ""),
    "withdrawn": ("已撤回", ""),
    "ended": ("已结束", ""),
}
NOTICE = {
    "posted": ("公示中", "navy"),
    "interrupted": ("有异议，暂停", "amber"),
    "completed": ("期满", "green"),
    "taken_down": ("已撤下", ""),
}
PAYMENT = {"pending": ("待支付", "navy"), "paid": ("已支付", "green"), "cancelled": ("已取消", "")}
SOURCE = {"county_fund": "县级救助资金", "reserve_fund": "乡镇备用金"}


def status(code: str) -> tuple[str, str]:
    return STATUS.get(code, (code, ""))


def notice(code: str) -> tuple[str, str]:
    return NOTICE.get(code, (code, ""))


def payment(code: str) -> tuple[str, str]:
    return PAYMENT.get(code, (code, ""))


def source(code: str) -> str:
    return SOURCE.get(code, code)
