"""Letters, public notices and messages."""

from __future__ import annotations

from app.effects.model import Input, Schema

OFFICES = {"village": "村（社区）", "township": "乡镇（街道）", "county": "县级民政部门"}
NOTICES = {"review": "拟救助公示", "decision": "救助结果公布", "ending": "拟终止公示"}
_MORE = "文书模板用到的其他内容，在文书清单里写作 document.<名称>"
_ISSUER = Input("issuer", "发文单位", "string", choices=OFFICES, hint="不填为文书清单中写明的单位")
_COPIES = Input("copies", "份数", "number", unit="份", lowest="1", hint="不填为文书清单中写明的份数")


def _notice(kind: str) -> tuple[Input, ...]:
    return (
        Input("kind", "类别", "string", choices=NOTICES, hint=f"不填为{NOTICES[kind]}"),
        Input("days", "天数", "number", unit="天", lowest="1", hint="不填为标准 publicity_days 的值"),
        Input("place", "张贴地点", "string", hint="不填为案件所在地的公示栏"),
        Input("summary", "内容摘要", "string", hint="公示栏上显示的一句话"),
        Input("template", "文书模板", "string", refers="template", hint="不填为公示书（publicity_notice）"),
        _ISSUER,
        _COPIES,
    )


_OBJECTION = Input(
    "objection_number", "异议编号", "string",
    hint="填了就是给这位异议人的答复，只有异议人和处理异议的人看得到",
)  # fmt: skip

DOCUMENT = Schema(
    "document",
    "出具文书",
    (Input("template", "文书模板", "string", required=True, refers="template"), _ISSUER, _COPIES, _OBJECTION),
    letter=True,
    further=f"{_MORE}；收信人登记为已经去世的，文书自动写给现在的领款人，没有的写给“某某的家属”",
    sentence="开出《{title}》",
    undo="开出的文书已经书面声明作废",
)

PUBLICITY = Schema(
    "publicity",
    "公示",
    _notice("review"),
    letter=True,
    waits=True,
    further=_MORE,
    sentence="开始{kind}，至 {until}",
    undo="公示已经撤下，或者恢复到有异议时的状态",
    timed_out="公示期满",
)

ANNOUNCE = Schema(
    "announce",
    "公布结果",
    _notice("decision"),
    result={"from": "date", "until": "date", "place": "string"},
    letter=True,
    further=_MORE,
    sentence="公布结果，至 {until}",
    undo="公布的结果已经撤下",
)

TAKE_DOWN = Schema(
    "take_down",
    "撤下公示",
    (Input("reason", "原因", "string", hint="不填为异议成立"),),
    sentence="撤下公示：{reason}",
    undo="撤下的公示恢复到撤下之前的状态",
)

NOTIFY = Schema(
    "notify",
    "发送通知",
    (
        Input("text", "内容", "string", required=True),
        Input(
            "to",
            "知会岗位",
            "string",
            refers="position",
            hint="填写则进入该岗位的知会；不填则发短信给申请人；申请人已经去世的不发，改为知会受理岗位",
        ),
    ),
    sentence="发送通知：{text}",
    undo="尚未发出的通知和尚未阅看的知会已经收回",
)

SCHEMAS = (DOCUMENT, PUBLICITY, ANNOUNCE, TAKE_DOWN, NOTIFY)
