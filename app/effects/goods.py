"""Goods in kind that are handed out."""

from __future__ import annotations

from app.effects.model import Input, Schema

STORES = {"township": "乡镇（街道）物资库", "county": "县级物资库"}

HAND_OUT = Schema(
    "hand_out",
    "发放实物",
    (
        Input("goods", "发放的物资", "list<context<name: string, quantity: number>>", clause="F5",
              hint="逐样写明 name 和 quantity，单位按物资库登记的；没有的什么也不发"),
        Input("to", "领取人", "string", clause="F5", hint="签收的人；不填为申请人"),
        Input("on", "发放日期", "date", clause="F5", hint="不填为当天"),
        Input("store", "由哪里发放", "string", clause="F5", choices=STORES, hint="不填为乡镇（街道）物资库"),
        Input("slip", "凭哪份文书发放", "string", clause="F5", refers="template",
              hint="前面的环节已经开出、没有作废的文书；不填为不凭单"),
        Input("parts", "凭单几联", "number", unit="联", clause="F5", lowest="1", hint="各联都由领取人签收"),
    ),
    result={
        "goods": "list<context<name: string, unit: string, quantity: number>>",
        "text": "string",
        "slip": "string",
    },
    sentence="[发放实物：{goods}，由{to}签收][（凭{slip}）]",
    undo="发放的物资已经冲回，请收回入库",
)  # fmt: skip

SCHEMAS = (HAND_OUT,)
