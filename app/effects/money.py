"""Money and what lives on when the case has ended: payments, awards, institutions."""

from __future__ import annotations

from app.effects.model import YUAN, Input, Schema

SOURCES = {
    "county_fund": "县级救助资金",
    "city_fund": "市级救助资金",
    "higher_fund": "上级补助资金",
    "reserve_fund": "乡镇备用金",
}

PAYMENT = Schema(
    "payment",
    "支付一次性救助",
    (
        Input("amount", "金额", "number", required=True, unit=YUAN, lowest="0.01"),
        Input("instalments", "分几期", "number", unit="期", clause="C4", lowest="1", hint="不填为一次付清"),
        Input("on", "首次支付日", "date", hint="不填为当天"),
        Input("payee", "收款人", "string", hint="不填为申请人"),
        Input("account", "银行账号", "string", hint="不填为申请时填写的账号"),
        Input("institution", "收款的供养机构", "string", clause="E17",
              hint="本县或者本市登记的机构名称，付到它登记的账号，不再写收款人和账号；不填为付给收款人"),
        Input("source", "资金来源", "string", clause="B5", choices=SOURCES, hint="不填为县级救助资金"),
        Input("split", "分担比例", "list<context<source: string, share: number>>", clause="E18",
              hint="每一方的来源和份额；不填为由资金来源全额承担"),
    ),
    result={"amount": "number", "schedule": "list<context<due: date, amount: number>>"},
    sentence="确定资金 {amount}[，分 {instalments} 次]（{source}）[，付给{institution}]",
    undo="尚未支付的款项已经取消",
)  # fmt: skip

AWARD_START = Schema(
    "award_start",
    "开始按月救助",
    (
        Input("programme", "救助项目", "string", hint="不填为本项目"),
        Input("recipient", "受助人", "context<id_number: string, name: string>", clause="D2",
              hint="监护人代为申请时填写；不填为申请人"),
        Input("kind", "待遇类别", "string", hint="例如整户、单人户"),
        Input("monthly", "每月金额", "number", required=True, unit=YUAN, lowest="0"),
        Input("on", "开始日", "date", hint="不填为当天"),
        Input("recheck_on", "下次复核日", "date", clause="D6"),
        Input("visit_on", "下次探访日", "date", clause="E11"),
        Input("facts", "随待遇保存的内容", "context", hint="以后的流程从 case.award 读取"),
        Input("institution_id", "供养机构", "string", clause="E12", hint="入住机构的编号；居家不填"),
        Input("place_rank", "轮候位次", "number", unit="位", clause="E12", lowest="1", hint="轮候机构床位时填写"),
    ),
    result={"id": "string", "monthly": "number", "starts_on": "date"},
    sentence="开始按月救助，每月 {monthly}",
    undo="按月救助已经撤销",
)  # fmt: skip

AWARD_CHANGE = Schema(
    "award_change",
    "调整在保待遇",
    (
        Input("award_id", "待遇编号", "string", hint="不填为本案件的待遇"),
        Input("monthly", "每月金额", "number", unit=YUAN, lowest="0", hint="不填则不变"),
        Input("recheck_on", "下次复核日", "date", clause="D6", hint="不填则不变"),
        Input("facts", "随待遇保存的内容", "context", hint="并入原有内容"),
        Input("members", "保障成员", "list<context<id_number: string, name: string, relation: string>>", clause="D6",
              hint="从当天起保障的全部家庭成员；不填则不变"),
        Input("recipient", "领款人", "context<id_number: string, name: string>", clause="D4",
              hint="改由谁领款，账号另行登记；不填则不变"),
        Input("institution_id", "供养机构", "string", clause="E12", nullable=True, hint="空值为居家；不写则不变"),
        Input("place_rank", "轮候位次", "number", unit="位", clause="E12", lowest="1", nullable=True,
              hint="空值为不再轮候；不写则不变"),
        Input("visit_on", "下次探访日", "date", clause="E11", nullable=True, hint="空值为不再探访；不写则不变"),
        Input("roles", "承担角色的人", "list<context<role: string, id_number: string, name: string>>", clause="F2",
              hint="从当天起改由谁承担，例如换了监护人；角色为 applicant、guardian、payee；不填则不变"),
        Input("account", "银行账号", "string", clause="F2", hint="改付到哪个账号；不填则不变"),
    ),
    sentence="调整在保待遇[，每月 {monthly}][，下次复核日 {recheck_on}]",
    undo="在保待遇恢复为调整之前的内容",
)  # fmt: skip

AWARD_END = Schema(
    "award_end",
    "终止在保待遇",
    (
        Input("award_id", "待遇编号", "string", hint="不填为本案件的待遇"),
        Input("reason", "终止原因", "string", required=True),
        Input("on", "终止日", "date", hint="不填为当天"),
    ),
    sentence="停止救助：{reason}，自{on}起",
    undo="终止已经撤销，待遇继续发放",
)

RECORD_DEATH = Schema(
    "record_death",
    "登记死亡",
    (
        Input("id_number", "公民身份号码", "string", required=True, hint="本待遇的一名保障成员"),
        Input("on", "死亡日期", "date", required=True),
    ),
    result={
        "id_number": "string",
        "first_unpaid": "date",
        "remaining": "number",
        "overpaid": "list<context<order: string, due: date, amount: number>>",
    },
    sentence="登记死亡：{name}，{on}",
    undo="死亡登记已经撤销",
)

REGISTER_INSTITUTION = Schema(
    "register_institution",
    "登记供养机构",
    (
        Input("name", "机构名称", "string", required=True, hint="本县已有同名机构的，使用原来的登记"),
        Input("keep", "留床位", "boolean", clause="E12", hint="留一张空床位给本案，撤回、退回或者不批准的放出"),
        Input(
            "rank",
            "轮候次序",
            "number",
            unit="位",
            clause="E12",
            lowest="1",
            hint="留床位时不得越过轮候在前的人；不填为没有人轮候",
        ),
        Input(
            "allocated",
            "市级调配",
            "boolean",
            clause="E12",
            hint="在全市查找机构，没有登记过的登记为市属机构；不填为在本县查找",
        ),
    ),
    result={"id": "string", "office_id": "string", "name": "string", "free": "number"},
    sentence="登记供养机构{name}",
    undo="本案留的床位已经放出，新登记的供养机构已经撤销登记",
)

RATE_INSTITUTION = Schema(
    "rate_institution",
    "评定机构星级",
    (
        Input("institution_id", "供养机构", "string", required=True, clause="E17"),
        Input("stars", "星级", "number", required=True, clause="E17", lowest="1", highest="3"),
        Input("on", "从哪一天起", "date", clause="E17", hint="不填为当天"),
    ),
    sentence="评定{name}为 {stars} 星，自{on}起",
    undo="星级评定已经撤销，恢复为评定之前的星级",
)

JOIN_LINE = Schema(
    "join_line",
    "登记轮候床位",
    (Input("rank", "轮候次序", "number", unit="位", clause="E12", lowest="1", hint="空值为不轮候，什么也不登记"),),
    result={"place": "number"},
    sentence="[登记轮候机构床位，现在排在第{place}位]",
    undo="登记的轮候已经取消",
)

SCHEMAS = (
    PAYMENT, AWARD_START, AWARD_CHANGE, AWARD_END, RECORD_DEATH, REGISTER_INSTITUTION, RATE_INSTITUTION, JOIN_LINE,
)  # fmt: skip
