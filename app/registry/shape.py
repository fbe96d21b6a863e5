"""What `registry.…` of expressions holds, as a shape: `RegistryReader` is the same in a running case."""

from __future__ import annotations

from app.feel import shapes

_BENEFITS = shapes.listing(
    shapes.context(
        programme=shapes.typed("string", "项目", certain=True),
        region=shapes.typed("string", "区划代码", certain=True),
        province=shapes.typed("string", "省级区划代码", certain=True),
        paid_on=shapes.typed("date", "发放日期或享受起日", certain=True),
        amount=shapes.typed("number", "金额（元）", certain=True),
        monthly=shapes.typed("boolean", "是否按月", certain=True),
        in_payment=shapes.typed("boolean", "是否正在享受", certain=True),
        case_number=shapes.typed("string", "案件编号"),
    ),
    "享受或享受过的救助",
    certain=True,
)
REGISTRY = shapes.context(
    "救助登记信息",
    certain=True,
    known=shapes.typed("boolean", "登记库里有没有这个人", certain=True),
    benefits=_BENEFITS.titled("申请人享受或享受过的救助"),
    died_on=shapes.typed("date", "申请人登记的死亡日期（没有登记的为空）"),
    members=shapes.listing(
        shapes.context(
            id_number=shapes.typed("string", "公民身份号码", certain=True),
            name=shapes.typed("string", "姓名"),
            benefits=_BENEFITS,
            household_known=shapes.typed("boolean", "是否登记在某个家庭", certain=True),
            other_household=shapes.typed("boolean", "是否登记在别的家庭", certain=True),
            died_on=shapes.typed("date", "登记的死亡日期（没有登记的为空）"),
        ),
        "家庭成员",
        certain=True,
    ),
    household=shapes.typed("list<string>", "与申请人同住的人的姓名", certain=True),
    institutions=shapes.listing(
        shapes.context(
            id=shapes.typed("string", "机构编号", certain=True),
            name=shapes.typed("string", "机构名称", certain=True),
            kind=shapes.typed("string", "机构类别"),
            beds=shapes.typed("number", "床位数"),
            free=shapes.typed("number", "空余床位（没有登记床位的为空）"),
        ),
        "本县的供养服务机构",
        certain=True,
    ),
    city_places=shapes.listing(
        shapes.context(
            name=shapes.typed("string", "机构名称", certain=True),
            county=shapes.typed("string", "所在的县（市、区），市属的为市", certain=True),
            kind=shapes.typed("string", "机构类别"),
            free=shapes.typed("number", "空余床位（没有登记床位的为空）"),
        ),
        "全市没有住满的供养服务机构，空床位多的在前",
        certain=True,
    ),
    line=shapes.listing(
        shapes.context(
            award_id=shapes.typed("string", "轮候人的待遇编号（还没有开始待遇的为空）"),
            rank=shapes.typed("number", "轮候次序（小的在前）", certain=True),
            place=shapes.typed("number", "现在排在第几位", certain=True),
            own=shapes.typed("boolean", "是不是本案的人", certain=True),
        ),
        "本县轮候机构床位的人，先轮到的在前",
        certain=True,
    ),
    goods=shapes.listing(
        shapes.context(
            name=shapes.typed("string", "物资名称", certain=True),
            unit=shapes.typed("string", "单位", certain=True),
            on_hand=shapes.typed("number", "结存数量", certain=True),
            region=shapes.typed("string", "物资库所在的区划代码", certain=True),
            place=shapes.typed("string", "物资库所在地", certain=True),
        ),
        "本县各物资库登记的物资",
        certain=True,
    ),
    consents=shapes.listing(
        shapes.context(
            scope=shapes.typed("string", "同意的事项", certain=True),
            form=shapes.typed("string", "形式", certain=True),
            given_on=shapes.typed("date", "表示意愿的日期", certain=True),
            given_by=shapes.typed("string", "由谁表示", certain=True),
        ),
        "申请人现在同意的事项（已经撤回的不在其中）",
        certain=True,
    ),
)
