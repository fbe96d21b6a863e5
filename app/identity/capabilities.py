"""What positions may do (权限): the names, and what an installation begins with.

The table `capability` says which position has which, and belongs to the security officers; this list only seeds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.identity.positions import POSITIONS

SYSTEM, SECURITY, POLICY, AUDIT = "system", "security", "policy", "audit"
DUTIES: Mapping[str, str] = MappingProxyType(
    {SYSTEM: "系统管理", SECURITY: "安全管理", POLICY: "政策管理", AUDIT: "审计"}
)
"""Duties that must be apart: neither a position nor an account has two of them (等保 names three; policy is ours).

Who keeps people does not say what they may do, who says it does not write the rules, and who looks on does neither.
"""
DUTY_POSITIONS: Mapping[str, str] = MappingProxyType(
    {SYSTEM: "administrator", SECURITY: "security_officer", POLICY: "policy_owner", AUDIT: "auditor"}
)
"""Duty → the position that has it at first, at county, city and province."""

_CASES = ("village_cadre", "township_clerk", "township_head", "county_clerk", "county_head", "finance")
_STEERING = ("township_clerk", "township_head", "county_clerk", "county_head")
_MONEY = (*_STEERING, "finance")
_SYSTEM, _SECURITY, _POLICY, _AUDIT = ((DUTY_POSITIONS[duty],) for duty in DUTIES)


@dataclass(frozen=True, slots=True)
class Capability:
    """`seeded` are the positions that have it at first.

    `regional` capabilities reach the region of the office and all below it; the others go with the work that is
    addressed to the position.
    """

    key: str
    title: str
    seeded: tuple[str, ...]
    duty: str | None = None
    regional: bool = True


CAPABILITIES: Mapping[str, Capability] = MappingProxyType(
    {
        each.key: each
        for each in (
            Capability("see_cases", "查看案件", _CASES),
            Capability("file_applications", "受理申请", _CASES),
            Capability("withdraw_cases", "代为撤回申请", ("village_cadre", *_STEERING)),
            Capability("start_processes", "启动在保流程", ("village_cadre", *_STEERING)),
            Capability("return_cases", "退回案件", (*_CASES, "institution", "city_clerk"), regional=False),
            Capability("hold_cases", "暂停和恢复案件", ("township_head", "county_head")),
            Capability("direct_work", "分派工作、解除他人签收", ("township_head", "county_head")),
            Capability("reopen_cases", "重新办理已发放的案件", ("county_head",)),
            Capability("steer_cases", "注销案件、销记追回款", _STEERING),
            Capability("handle_objections", "处理公示异议和线索", _STEERING),
            Capability("correct_applications", "更正申请内容", ("township_clerk",)),
            Capability("mend_incidents", "重新处理异常", (*_CASES, *_POLICY, *_SYSTEM)),
            Capability("answer_checks", "填写部门核对的答复", ("county_clerk", "township_clerk")),
            Capability("receive_notices", "接收系统知会", ("township_clerk", "county_clerk"), regional=False),
            Capability("see_awards", "查看在保信息和个人档案", _CASES),
            Capability("record_deaths", "登记死亡", ("township_clerk", "county_clerk")),
            Capability("merge_people", "合并和拆分个人档案", ("county_clerk", "county_head")),
            Capability("draw_rechecks", "随机抽查", ("county_clerk", "county_head")),
            Capability("keep_institutions", "登记供养机构账号", ("county_clerk", "county_head", "finance")),
            Capability("take_over_awards", "导入原系统的在保待遇", ("county_clerk",)),
            Capability("confirm_takeovers", "确认导入的在保待遇", ("county_head",)),
            Capability("see_money", "查看资金", _MONEY),
            Capability("pay", "拨付资金", ("finance",)),
            Capability("keep_claims", "登记追回款", ("township_clerk", "county_clerk", "finance")),
            Capability("waive_claims", "决定不再追回", ("county_head",)),
            Capability("read_ledger", "查看资金专账", ("county_clerk", "county_head", "finance", *_AUDIT)),
            Capability("see_statistics", "查看统计", (*_STEERING, "finance", *_POLICY, *_AUDIT)),
            Capability("keep_funds", "管理备用金", ("township_head", "county_clerk", "county_head", "finance")),
            Capability("keep_goods", "管理物资", ("township_clerk", "county_clerk")),
            Capability("draft_batches", "编制批次", ("township_clerk", "county_clerk", "finance")),
            Capability("review_batches", "核对批次名单", _STEERING),
            Capability("confirm_batches", "确认批次", ("township_head", "county_head")),
            Capability("see_figures", "查看标准和时限", (*_CASES, *_POLICY, *_SYSTEM, *_AUDIT)),
            Capability("enter_figures", "录入标准和时限", _POLICY, POLICY),
            Capability("confirm_figures", "确认标准和时限", _POLICY, POLICY),
            Capability("keep_calendar", "维护工作日历", _POLICY, POLICY),
            Capability("draft_releases", "起草政策发布版", _POLICY, POLICY),
            Capability("approve_releases", "批准政策发布版", _POLICY, POLICY),
            Capability("keep_people", "管理机构和人员", _SYSTEM, SYSTEM),
            Capability("keep_rights", "维护岗位权限", _SECURITY, SECURITY),
            Capability("keep_logins", "管理登录安全", _SECURITY, SECURITY),
            Capability("read_audit", "查阅审计记录", _AUDIT, AUDIT),
        )
    }
)


def seeded_for(position: str) -> frozenset[str]:
    """What the position may do at first."""
    return frozenset(key for key, each in CAPABILITIES.items() if position in each.seeded)


def positions_with(capability: str, level: str | None = None) -> tuple[str, ...]:
    """Keys of the positions that have a capability from the beginning; of a level of offices, or of all."""
    return tuple(
        key for key, each in POSITIONS.items()
        if capability in seeded_for(key) and (level is None or each.level == level)
    )  # fmt: skip


def duties_of(capabilities: Iterable[str]) -> frozenset[str]:
    """The duties that must be apart among these capabilities."""
    return frozenset(duty for key in capabilities if (duty := CAPABILITIES[key].duty))
