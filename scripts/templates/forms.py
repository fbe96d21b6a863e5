"""Tables to fill in: the application and the record of a rescue."""

from scripts.templates.paper import Paper

_TRUTH = (
    "一、本人填写的内容和提交的材料真实、准确、完整，没有隐瞒和虚报。",
    "二、本人及共同生活的家庭成员同意并授权民政部门、乡镇人民政府（街道办事处）和信息核对机构，依法查询、核对"
    "本人及共同生活家庭成员的户籍、车辆、存款、证券、保险、社会保险、住房公积金、纳税、市场主体登记、不动产等收入和"
    "财产信息，查询结果只用于社会救助的审核确认。",
    "三、家庭人口、收入和财产发生变化时，本人将及时如实报告。",
    "四、隐瞒、虚报或者伪造材料骗取救助的，本人愿意退回所得并依法承担责任。",
)


def application_form() -> Paper:
    """救助申请书"""
    paper = Paper("救助申请书", body_size=14, line=20)
    paper.title("{{ programme }}申请书")
    paper.flush("{{ receiver }}：")
    grid = paper.grid([34, 46, 34, 42], least=7)
    grid.pairs("姓名", "{{ applicant }}", "联系电话", "{% if phone %}{{ phone }}{% endif %}")
    grid.pairs("公民身份号码", "{{ id_number }}")
    grid.pairs("住址", "{% if address %}{{ address }}{% endif %}")
    grid.when("bank_account", "银行账号", "{{ bank_account }}")
    grid.pairs("申请方式", "{{ applied_by }}").pairs("申请日期", "{{ applied_on }}")
    grid.when("requested_amount", "申请金额", "{{ requested_amount }}元")
    grid.when("household_size", "家庭人口", "{{ household_size }}人")
    grid.when("annual_income", "家庭年收入", "{{ annual_income }}元")
    grid.when("financial_assets", "家庭金融资产", "{{ financial_assets }}元")
    grid.when("kind", "申请类别", "{{ kind }}").when("can_work", "劳动能力", "{{ can_work }}")
    grid.when("income_source", "生活来源", "{{ income_source }}")
    grid.when(
        "supporters",
        "赡养、抚养、\n扶养义务人",
        "{% for person in supporters %}{{ person.name }}{% if person.relation %}（{{ person.relation }}）{% endif %}"
        "{% if not loop.last %}、{% endif %}{% endfor %}",
    )
    grid.when("employer_name", "原工作单位", "{{ employer_name }}")
    grid.when("employer_address", "单位地址", "{{ employer_address }}").when("post", "工作岗位", "{{ post }}")
    grid.when("months_without_income", "连续无收入", "{{ months_without_income }}个月")
    grid.tag("for witness in witnesses").pairs(
        "单位证明人{{ loop.index|ordinal }}", "{{ witness.name }}", "联系电话",
        "{% if witness.phone %}{{ witness.phone }}{% endif %}",
    ).tag("endfor")  # fmt: skip
    grid.when("hardship_kind", "困难类别", "{{ hardship_kind }}")
    grid.tag("if situation")
    grid.row("遭遇困难情况", "{{ situation }}", spans=(1, 3), heads=1, left=(1,), tall=24)
    grid.tag("endif")
    paper.tag("if members")
    paper.gap()
    family = paper.grid([20, 40, 36, 60], head=("序号", "家庭成员", "与申请人关系", "公民身份号码"))
    family.tag("for member in members")
    family.row(
        "{{ loop.index }}", "{{ member.name }}", "{% if member.relation %}{{ member.relation }}{% endif %}",
        "{{ member.id_number }}",
    )  # fmt: skip
    family.tag("endfor")
    paper.tag("endif")
    paper.gap()
    paper.heading("诚信承诺和核对授权")
    paper.text("本人申请{{ programme }}，郑重承诺和授权如下：", *_TRUTH)
    paper.text("（{% if authorised %}申请人已签署以上承诺和授权{% else %}以上承诺和授权待申请人签署{% endif %}。）")
    for paragraph in paper.document.paragraphs[-2:]:  # no page with a signature alone: the last promise goes with it
        paragraph.paragraph_format.keep_with_next = True
    paper.verification("申请人（签名、按指印）：", "", "　　　　　　年　　　月　　　日")
    return paper


def rescue_record() -> Paper:
    """先行救助登记表"""
    paper = Paper("先行救助登记表", body_size=14, line=25)
    paper.title("先行救助登记表")
    grid = paper.grid([34, 46, 34, 42], least=8)
    grid.pairs("登记号", "{{ number }}")
    grid.pairs("姓名", "{{ applicant }}", "联系电话", "{% if contact %}{{ contact }}{% endif %}")
    grid.pairs("公民身份号码", "{{ id_number }}").pairs("住址", "{% if address %}{{ address }}{% endif %}")
    grid.pairs("急难发生地", "{{ place }}").pairs("救助项目", "{{ programme }}")
    grid.row("急难情形", "{{ emergency }}", spans=(1, 3), heads=1, left=(1,), tall=13)
    grid.when("requested_amount", "申请金额", "{{ requested_amount }}元")
    grid.row("救助事由", "{{ cause }}", spans=(1, 3), heads=1, left=(1,), tall=20)
    grid.pairs("救助金额", "人民币{{ amount_capital }}（¥{{ amount }}元）").pairs("资金来源", "{{ source }}")
    grid.when("decided_on", "先行救助日期", "{{ decided_on }}")
    grid.pairs("经办人（签名）", "{{ signed_by }}", "补登日期", "{{ date }}")
    grid.row(
        "登记单位意见",
        "先行救助情况属实，予以补充登记。\n\n{% if sealed %}（已盖章）{% else %}（待盖章）{% endif %}"
        "　　　{{ issuer }}\n{{ date }}",
        spans=(1, 3), heads=1, tall=32,
    )  # fmt: skip
    paper.verification()
    return paper


def relief_slip() -> Paper:
    """受灾救助款物发放四联单"""
    paper = Paper("受灾救助款物发放四联单")
    paper.title("受灾救助款物发放四联单")
    parts = (
        ("第一联　存根（乡镇（街道）留存）", "经办签字"),
        ("第二联　财务（县级财务记账）", "审核签字"),
        ("第三联　发放单位（仓库、发放点留存）", "发放签字"),
        ("第四联　受灾人员（领取人留存）", "领取签字"),
    )
    for number, (part, signed) in enumerate(parts):
        paper.subheading(part)
        if number == 2:
            paper.document.paragraphs[-1].paragraph_format.page_break_before = True
        _slip(paper, signed)
        if number % 2 == 0:
            paper.gap()
    paper.verification()
    return paper


def _slip(paper: Paper, signed: str) -> None:
    grid = paper.grid([26, 62, 26, 42])
    grid.pairs("单号", "{{ number }}", "开单日期", "{{ date }}")
    grid.pairs("领取人", "{{ receiver }}", "身份号码", "{{ id_number }}")
    grid.pairs("地址", "{{ address }}", "受灾人口", "{{ people }}人")
    grid.pairs("救助款", "{% if amount %}{{ amount_capital }}（{{ amount }}元）{% else %}无{% endif %}")
    grid.pairs(
        "物资",
        "{% if goods %}{% for each in goods %}{{ each.name }}{{ each.quantity }}{{ each.unit }}"
        "{% if not loop.last %}、{% endif %}{% endfor %}{% else %}无{% endif %}",
    )
    grid.pairs("发放单位", "{{ issuer }}（盖章）").pairs(signed, "")
