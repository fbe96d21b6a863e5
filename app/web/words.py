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
PAYMENT = {
    "pending": ("待支付", "navy"),
    "paid": ("已支付", "green"),
    "returned": ("已退汇", "amber"),
    "cancelled": ("已取消", ""),
}
SIGNATURE = {"signed": "已数字签名", "picture": "仅有印章图样", "none": "未数字签名，也没有印章图样"}
CLAIM_ENTRY = {"claimed": "应追回", "repaid": "已归还", "returned": "银行退回", "waived": "不再追回",
               "undone": "改定后不必归还"}  # fmt: skip
MOVE = {
    "ordered": "生成支付单",
    "filed": "交银行",
    "paid": "到账",
    "returned": "退汇",
    "cancelled": "取消",
    "given_up": "不再发放",
    **{kind: word for kind, word in CLAIM_ENTRY.items() if kind != "returned"},
}
SOURCE = {
    "county_fund": "县级救助资金",
    "city_fund": "市级救助资金",
    "higher_fund": "上级补助资金",
    "reserve_fund": "乡镇备用金",
    "brought_in": "原系统已发放",
}
FUND_ENTRY = {
    "top_up": "拨入",
    "paid": "支付",
    "reconciled": "盘点",
    "merged": "划转",
    "returned": "退汇",
    "repaid": "追回",
}
BATCH = {"draft": ("待确认", "amber"), "confirmed": ("已确认", "green"), "dropped": ("已作废", "")}
TAKEOVER = {"proposed": ("待确认", "amber"), "confirmed": ("已确认", "green"), "dropped": ("已作废", "")}
AWARD = {
    "in_payment": ("在保", "green"),
    "paid": ("一次性", "navy"),
    "ended": ("已终止", ""),
    "withdrawn": ("已撤销", ""),
}
AWARD_EVENT = {
    "started": "开始救助",
    "brought_in": "由原系统导入",
    "changed": "调整",
    "recalculated": "重新核算",
    "left": "减员",
    "undone": "撤销减员",
    "ended": "终止",
    "withdrawn": "撤销",
}
AWARD_KIND = {
    "household": "整户",
    "single_person": "单人户",
    "elderly": "老年人",
    "disabled": "残疾人",
    "minor": "未成年人",
    "orphan": "孤儿",
}
PROGRAMME = {"orphan_support": "孤儿基本生活费"}
"""Programmes that people receive without a bundle of ours."""
PROCESS = {"main": "申请", "recheck": "复核", "change": "变更", "ending": "终止", "visit": "探访", "departure": "减员"}


GOODS_ENTRY = {"received": "入库", "issued": "发放", "returned": "退回入库", "corrected": "冲减入库", "counted": "盘点"}


SMS = {
    "waiting": ("等待发送", ""),
    "sent": ("已发送", "green"),
    "failed": ("没有发出去", "red"),
    "withheld": ("没有发", "amber"),
    "taken_back": ("已收回", ""),
}


def sms(code: str) -> tuple[str, str]:
    return SMS.get(code, (code, ""))


def status(code: str) -> tuple[str, str]:
    return STATUS.get(code, (code, ""))


def notice(code: str) -> tuple[str, str]:
    return NOTICE.get(code, (code, ""))


def signature(kind: str) -> str:
    """What proves the PDF of a letter; the picture of a seal is no electronic seal."""
    return SIGNATURE.get(kind, kind)


def payment(code: str) -> tuple[str, str]:
    return PAYMENT.get(code, (code, ""))


def move(kind: str) -> str:
    return MOVE.get(kind, kind)


def source(code: str) -> str:
    return SOURCE.get(code, code)


def fund_entry(kind: str) -> str:
    return FUND_ENTRY.get(kind, kind)


def goods_entry(kind: str) -> str:
    return GOODS_ENTRY.get(kind, kind)


def claim_entry(kind: str) -> str:
    return CLAIM_ENTRY.get(kind, kind)


def batch(code: str) -> tuple[str, str]:
    return BATCH.get(code, (code, ""))


def takeover(code: str) -> tuple[str, str]:
    return TAKEOVER.get(code, (code, ""))


def asked(text: str | None, *chosen: str | None) -> str:
    """What a list shows, in words, as it stands above the list on paper."""
    return "；".join(each for each in (text and f"查找“{text}”", *chosen) if each) or "全部"


def award(code: str) -> tuple[str, str]:
    return AWARD.get(code, (code, ""))


def award_event(kind: str) -> str:
    return AWARD_EVENT.get(kind, kind)


def award_kind(kind: str | None) -> str:
    return AWARD_KIND.get(kind or "", kind or "")


def programme(code: str) -> str:
    return PROGRAMME.get(code, code)


def process(key: str, otherwise: str) -> str:
    """The usual name of a process on an award; one that a policy owner added goes by the name of its start."""
    return PROCESS.get(key, otherwise)
