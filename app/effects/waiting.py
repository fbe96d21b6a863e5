"""Effects that ask somebody outside and wait for the answer."""

from __future__ import annotations

from app.effects.model import YUAN, Input, Schema

# The departments of F10 (核对).
DEPARTMENTS = {
    "vehicles": "车辆",
    "hukou": "户籍",
    "securities": "证券",
    "deposits": "银行存款",
    "business": "工商登记",
    "insurance": "社会保险和商业保险",
    "housing_fund": "住房公积金",
    "tax": "税务",
    "real_estate": "不动产",
    "farm_machines": "大型农机具",
}

# One answer for all who were asked about: what a table needs to decide, and in words what a person needs to know.
ANSWER = (
    Input("found", "是否查到", "boolean", required=True, hint="名下没有登记的为否"),
    Input("count", "数量", "number", unit="项", lowest="0", hint="车辆、房产、账户等的数量"),
    Input("amount", "金额", "number", unit=YUAN, lowest="0", hint="存款、市值、缴税等的合计"),
    Input("text", "说明", "string", hint="查到的内容，逐人写明"),
)

ASK = Schema(
    "ask",
    "向部门核对",
    (
        Input("department", "核对事项", "string", required=True, clause="F10", choices=DEPARTMENTS),
        Input("authorised", "已有核对授权", "boolean", required=True, clause="F10",
              hint="授权书已经存档的为真；没有授权不能核对"),
        Input("until", "等待到哪一天", "date", required=True, hint="到这一天仍无答复，流程继续，结果注明超时"),
        Input("persons", "核对对象", "list<context<id_number: string, name: string>>",
              hint="不填为申请人和家庭成员"),
    ),
    result={
        "answered": "boolean",
        "timed_out": "boolean",
        "answer": f"context<{', '.join(f'{each.name}: {each.type}' for each in ANSWER)}>",
        "on": "date",
    },
    waits=True,
    answer=ANSWER,
    sentence="向{department}部门提出核对，等待答复至 {until}",
    undo="尚未答复的核对已经收回",
    timed_out="部门逾期未答复核对，流程继续",
    answered="部门答复了核对",
    clause="F10",
)  # fmt: skip

SCHEMAS = (ASK,)
