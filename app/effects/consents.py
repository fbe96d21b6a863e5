"""What people allow, and what they allow no more."""

from __future__ import annotations

from app.effects.model import Input, Schema

RECORD_CONSENT = Schema(
    "record_consent",
    "登记本人同意",
    (
        Input(
            "scope",
            "同意的事项",
            "string",
            required=True,
            clause="E21",
            hint="写人能读懂的名称，例如土地收益；规则按它查找",
        ),
        Input("form", "形式", "string", required=True, clause="E21", hint="例如书面同意"),
        Input("on", "表示意愿的日期", "date", clause="E21", hint="不填为当天"),
        Input("by", "由谁表示", "string", clause="E21", hint="不填为本人"),
    ),
    sentence="登记{by}的同意（{form}），自{on}起",
    undo="同意的登记已经撤销",
)

WITHDRAW_CONSENT = Schema(
    "withdraw_consent",
    "登记撤回同意",
    (
        Input("scope", "撤回的事项", "string", clause="E21", hint="不填为全部"),
        Input("on", "撤回的日期", "date", clause="E21", hint="不填为当天"),
    ),
    sentence="登记撤回同意，自{on}起",
    undo="撤回的登记已经撤销",
)

SCHEMAS = (RECORD_CONSENT, WITHDRAW_CONSENT)
