"""`case` as data: what every expression may know of the case. `app.cases.variables` makes it; a test compares both."""

from __future__ import annotations

from app.feel import shapes
from app.feel.shapes import UNKNOWN, Shape, typed
from app.identity.positions import LEVELS

_LEVEL_TITLES = dict(zip(LEVELS, ("省", "市", "县（市、区）", "乡镇（街道）", "村（社区）"), strict=True))
_PERSON = {
    "age": typed("number", "周岁（申请日）"),
    "birth_date": typed("date", "出生日期"),
    "sex": typed("string", "性别"),
}
FAILING_RULES = shapes.listing(
    shapes.context(
        code=typed("string", "结果代码", certain=True),
        field=typed("string", "字段"),
        message=typed("string", "告知内容", certain=True),
        clause=typed("string", "条款"),
    ),
    "申请时不符合的规则",
    certain=True,
)

DEPARTURE = shapes.context(
    "减员",
    certain=True,
    left=shapes.listing(typed("string", "公民身份号码", certain=True), "不再保障的成员", certain=True),
    remaining=typed("number", "仍受保障的人数", certain=True),
    reason=typed("string", "原因", certain=True),
    clause=typed("string", "条款", certain=True),
    starts_on=typed("date", "减员以后的金额从哪一天起", certain=True),
    died=typed("boolean", "是否因死亡", certain=True),
    overpaid=typed(
        "list<context<order: string, due: date, amount: number>>", "那一天起已经发放、还没有追回的款项", certain=True
    ),
)


NOTICE = shapes.context(
    "公示",
    certain=True,
    objections=shapes.listing(
        shapes.context(
            number=typed("string", "异议编号"),
            name=typed("string", "异议人"),
            phone=typed("string", "异议人电话"),
            reason=typed("string", "异议内容"),
            received_on=typed("date", "异议日期", certain=True),
        ),
        "还没有答复的异议",
        certain=True,
    ),
)
"""`notice`: what an expression may know of the 公示 of a case (`app.publicity.reader`)."""


def _region(title: str) -> Shape:
    place = {"code": typed("string", "区划代码", certain=True), "name": typed("string", "名称", certain=True)}
    levels = {level: Shape("context", _LEVEL_TITLES[level], place) for level in LEVELS}
    return Shape("context", title, levels, certain=True)


def case_shape(application: Shape) -> Shape:
    """`case` of a process that starts with an application; the members of the household are those it names."""
    household = application.members.get("household", UNKNOWN)
    given = household.members.get("members", UNKNOWN).item or shapes.context()
    return shapes.context(
        "案件",
        certain=True,
        number=typed("string", "案件编号"),
        programme=typed("string", "项目代号", certain=True),
        applied_on=typed("date", "申请日期", certain=True),
        channel=typed("string", "申请途径（staff 代为录入，applicant 自己申请）", certain=True),
        urban=typed("boolean", "是否城镇", certain=True),
        region=_region("所在地"),
        hukou=_region("户籍所在地"),
        applicant=shapes.context("申请人", certain=True, name=typed("string", "姓名", certain=True)).with_members(
            _PERSON
        ),
        members=shapes.listing(given.with_members(_PERSON), "共同生活的家庭成员", certain=True),
        failing_rules=FAILING_RULES,
        award=UNKNOWN.titled("在保待遇（从申请开始的流程里没有）"),
    )


def with_award(case: Shape, facts: Shape) -> Shape:
    """`case` of a process on an award; `facts` is what the diagrams of the bundle keep with one."""
    award = shapes.context(
        "在保待遇",
        certain=True,
        id=typed("string", "待遇编号", certain=True),
        programme=typed("string", "项目代号", certain=True),
        kind=typed("string", "类别"),
        monthly=typed("number", "每月金额（元）", certain=True),
        starts_on=typed("date", "享受起日", certain=True),
        recheck_on=typed("date", "下次复核日期"),
        institution_id=typed("string", "供养机构编号"),
    )
    return case.with_members({"award": award.with_members({**facts.members, **award.members})})


def with_origin(case: Shape) -> Shape:
    """`case` of a process that follows a case which was refused."""
    origin = shapes.context(
        "原案件",
        certain=True,
        number=typed("string", "案件编号", certain=True),
        status=typed("string", "案件状态", certain=True),
        applied_on=typed("date", "申请日期", certain=True),
    )
    return case.with_members({"origin": origin})
