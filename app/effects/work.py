"""What is done to the case's own work: obligations, clocks, sampling, further processes."""

from __future__ import annotations

from app.effects.model import Input, Schema

OWED = Schema(
    "owed",
    "登记待补事项",
    (
        Input("items", "待补事项", "list<context<key: string, title: string, clause: string, "
              "parts: list<context<order: string, amount: number>>>>",
              clause="B2", hint="逐项写明 key 和 title，按显示的顺序；没有的不登记；应当追回的（overpaid）写明 parts"),
    ),
    sentence="登记待补事项：{items}",
    undo="登记的待补事项已经取消",
)  # fmt: skip

SETTLE_OWED = Schema(
    "settle_owed",
    "补齐待补事项",
    (Input("items", "已补齐的事项", "list<string>", required=True, clause="B2", hint="登记时的 key"),),
    sentence="待补事项已补齐：{items}",
    undo="已补齐的事项重新列为待补",
)

PAUSE_CLOCK = Schema(
    "pause_clock",
    "暂停计时",
    (
        Input("clock", "时限", "string", refers="clock", hint="不填为本案件的全部时限"),
        Input("reason", "原因", "string", hint="不填为本环节的名称"),
    ),
    sentence="期限暂停：{reason}",
    undo="暂停的期限继续计算",
)

RESUME_CLOCK = Schema(
    "resume_clock",
    "恢复计时",
    (
        Input("clock", "时限", "string", refers="clock", hint="不填为本案件的全部时限"),
        Input("reason", "说明", "string", hint="只写入办理经过"),
    ),
    sentence="期限继续计算[：{reason}]",
    undo="恢复计算的期限重新暂停",
)

DRAW_SAMPLE = Schema(
    "draw_sample",
    "随机抽取",
    (Input("rate", "抽取比例", "number", required=True, clause="E7", lowest="0", highest="1", hint="0 到 1 之间"),),
    result={"drawn": "boolean", "lot": "number", "rate": "number", "seed": "string"},
    sentence="按比例 {rate} 随机抽取，抽中：{drawn}",
)

START_PROCESS = Schema(
    "start_process",
    "启动后续流程",
    (
        Input("process", "流程", "string", required=True, refers="process"),
        Input("data", "带入的内容", "context", hint="后续流程从 application 读取"),
    ),
    sentence="启动后续流程“{process}”",
    undo="已启动的后续流程随之撤销",
)

STOP_PROCESS = Schema(
    "stop_process",
    "撤销未决的后续流程",
    (
        Input("process", "流程", "string", required=True, refers="process"),
        Input("reason", "理由", "string", required=True),
    ),
    sentence="撤销先前启动、还没有决定的“{process}”：{reason}",
    undo="撤销的后续流程重新启动",
)

SCHEMAS = (OWED, SETTLE_OWED, PAUSE_CLOCK, RESUME_CLOCK, DRAW_SAMPLE, START_PROCESS, STOP_PROCESS)
