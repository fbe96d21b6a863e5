"""Notices, decisions and replies: one function per template.

What was decided comes first, then why, in words of every day; then the document it rests on, and what one may do.
"""

from collections.abc import Callable

from scripts.templates.paper import Paper

LETTERS: dict[str, Callable[[], Paper]] = {}

DECISION = {"body_size": 14, "line": 22}
"""Sizes of a letter that also tells a sum, its basis and the remedies: it shall go on one sheet where it can."""
_MANY = 6
"""So many members stand in a sentence; more are a table."""


def letter(
    key: str, *, about: str = "案件编号：{{ case_number }}", copies: bool = False, **sizes: float
) -> Callable[[Callable[[Paper], None]], Callable[[Paper], None]]:
    """Register a letter: letterhead, title, what the function writes, signature, and who gets a copy."""

    def register(write: Callable[[Paper], None]) -> Callable[[Paper], None]:
        def build() -> Paper:
            paper = Paper(write.__doc__ or key, **sizes)
            paper.letterhead()
            write(paper)
            paper.signature(about, copies)
            return paper

        LETTERS[key] = build
        return write

    return register


def _stop(name: str) -> str:
    """A full stop where what somebody wrote ends without one."""
    return f"{{% if {name}|last not in ['。', '！', '？', '；', '.'] %}}。{{% endif %}}"


def _said(name: str) -> str:
    """What somebody wrote, as a sentence."""
    return f"{{{{ {name} }}}}{_stop(name)}"


def _ask(what: str) -> str:
    return f"对{what}有疑问的，可以向我们询问{{% if phone %}}，电话：{{{{ phone }}}}{{% endif %}}。"


def _remedies(what: str) -> str:
    """Every way against a decision, with its organ, its time limit and its law, as the catalogue has them."""
    return (
        f"不服{what}的，可以{{% for each in remedies %}}{{% if not loop.first %}}；也可以{{% endif %}}"
        "{% if each.within %}自收到之日起{{ each.within }}内{% endif %}向{{ each.organ }}{{ each.title }}"
        "{% if each.law %}（{{ each.law }}）{% endif %}{% endfor %}。"
    )


def _basis(paper: Paper, what: str) -> None:
    """The documents on which the programme rests, with title, number and place."""
    paper.when("basis", f"{what}的依据是{{{{ basis }}}}。")


@letter("missing_materials_notice", **DECISION)
def missing_materials_notice(paper: Paper) -> None:
    """一次性告知书"""
    paper.title("一次性告知书")
    paper.to("{{ applicant }}：")
    paper.text("{{ you }}于{{ applied_on }}提出的{{ programme }}申请，还需要补交下列材料，现在一次告知：")
    paper.tag("for item in missing")
    paper.text("（{{ loop.index|ordinal }}）{{ item.title }}{% if item.clause %}（依据{{ item.clause }}）{% endif %}")
    paper.tag("endfor")
    paper.text(
        "请{% if deadline %}于{{ deadline }}前{% else %}尽快{% endif %}将上述材料交到{{ place }}。等待补交的时间不计入"
        "办理期限，材料补齐后办理期限继续计算。",
        "以上是需要补交的全部内容。准备材料有困难的，请告诉我们，由工作人员协助办理。"
        "{% if phone %}联系电话：{{ phone }}。{% endif %}",
    )


@letter("refusal_notice", copies=True, **DECISION)
def refusal_notice(paper: Paper) -> None:
    """不予救助告知书"""
    paper.title("不予救助告知书")
    paper.to("{{ applicant }}：")
    paper.text(
        "{{ you }}（公民身份号码{{ id_number }}）于{{ applied_on }}提出的{{ programme }}申请，经审核，决定不予救助。"
    )
    paper.heading("一、理由")
    paper.tag("for reason in reasons")
    paper.text(
        "{% if reasons|length > 1 %}（{{ loop.index|ordinal }}）{% endif %}"
        + _said("reason.text")
        + "{% if reason.clause %}依据：{{ reason.clause }}。{% endif %}"
    )
    paper.tag("endfor")
    _basis(paper, "办理本项救助")
    paper.heading("二、告知事项")
    paper.when("advice", _said("advice"))
    paper.text("今后情况发生变化、符合条件的，可以重新提出申请。")
    paper.text(_ask("本决定") + _remedies("本决定"))


@letter("approval_notice", copies=True, **DECISION)
def approval_notice(paper: Paper) -> None:
    """审批决定书"""
    paper.title("{{ programme }}审批决定书")
    paper.to("{{ applicant }}：")
    paper.text(
        "{{ you }}（公民身份号码{{ id_number }}）于{{ applied_on }}提出的{{ programme }}申请，经审核，符合条件，"
        "决定给予救助。"
    )
    paper.when(
        "amount",
        "{% if instalments %}救助金总额{% else %}一次性救助金{% endif %}为人民币{{ amount_capital }}（¥{{ amount }}元）"
        "{% if instalments %}，一次审批、分{{ instalments }}次发放{% endif %}。",
    )
    paper.tag("if schedule")
    grid = paper.grid([30, 60, 50], head=("期次", "发放日期", "金额（元）"), least=7)
    grid.tag("for part in schedule").row("{{ loop.index }}", "{{ part.due }}", "{{ part.amount }}").tag("endfor")
    paper.tag("endif")
    paper.when(
        "monthly",
        "每月救助金为人民币{{ monthly_capital }}（¥{{ monthly }}元）{% if care_form %}，供养形式为{{ care_form }}"
        "{% endif %}{% if starts_on %}。待遇自{{ starts_on }}起算{% endif %}"
        "{% if first_month %}，从{{ first_month }}起按月发放{% endif %}。",
    )
    _members(paper)
    paper.when("opinion", "审批意见：" + _said("opinion"))
    _basis(paper, "本决定")
    _steps(paper, "一、金额是怎样算出来的")
    paper.heading("{% if steps %}二、{% endif %}告知事项")
    paper.when(
        "monthly",
        "家庭人口、收入和财产发生变化的，应当如实报告。"
        "{% if recheck_on %}我们将在{{ recheck_on }}前对{{ you }}的情况进行复核。{% endif %}",
    )
    paper.when("advice", _said("advice"))
    paper.text(_ask("本决定") + _remedies("本决定"))


def _members(paper: Paper) -> None:
    """Who is covered: few in a sentence, many as a table with repeated heads."""
    paper.tag(f"if members and members|length <= {_MANY}")
    paper.text(
        "保障对象{{ members|length }}人：{% for member in members %}{{ member.name }}"
        "{% if member.relation %}（{{ member.relation }}）{% endif %}"
        "{% if not loop.last %}、{% endif %}{% endfor %}。"
    )
    paper.tag("endif")
    paper.tag(f"if members|length > {_MANY}")
    paper.text("保障对象{{ members|length }}人：")
    _table_of_members(paper)
    paper.tag("endif")


def _table_of_members(paper: Paper) -> None:
    grid = paper.grid([20, 68, 68], head=("序号", "姓名", "与申请人关系"), least=7)
    grid.tag("for member in members")
    grid.row("{{ loop.index }}", "{{ member.name }}", "{% if member.relation %}{{ member.relation }}{% endif %}")
    grid.tag("endfor")


@letter("publicity_notice", **DECISION)  # one page, to be posted
def publicity_notice(paper: Paper) -> None:
    """公示"""
    paper.title("{{ programme }}公示")
    paper.text("经调查审核，现将{{ kind }}的对象有关情况予以公示，接受群众监督。")
    grid = paper.grid([38, 118], least=8)
    grid.pairs("公示对象", "{{ applicant }}").pairs("公民身份号码", "{{ id_number }}")
    grid.when("village", "所在村（社区）", "{{ village }}")
    grid.when(
        f"members and members|length <= {_MANY}",
        "共同生活的\n家庭成员",
        "{% for member in members %}{{ member.name }}{% if member.relation %}（{{ member.relation }}）{% endif %}"
        "{% if not loop.last %}、{% endif %}{% endfor %}",
    )
    grid.when(f"members|length > {_MANY}", "共同生活的\n家庭成员", "{{ members|length }}人，见下表")
    grid.when("amount", "一次性救助金额", "{{ amount }}元")
    grid.when("monthly", "每月救助金额", "{{ monthly }}元").when("opinion", "初审意见", "{{ opinion }}")
    paper.tag(f"if members|length > {_MANY}")
    paper.gap()
    _table_of_members(paper)
    paper.tag("endif")
    paper.gap()
    paper.text(
        "公示时间：{{ starts_on }}至{{ ends_on }}，共{{ days }}日（张贴当日不计算在内）。"
        "{% if place %}公示地点：{{ place }}。{% endif %}",
        "公示期内有异议的，请实事求是地向{{ issuer }}反映，我们为反映人保密。"
        "{% if phone %}异议受理电话：{{ phone }}。{% endif %}",
    )
    _basis(paper, "办理本项救助")


@letter("withdrawal_notice")
def withdrawal_notice(paper: Paper) -> None:
    """撤回申请告知书"""
    paper.title("撤回申请告知书")
    paper.to("{{ applicant }}：")
    paper.text(
        "{{ you }}于{{ applied_on }}提出的{{ programme }}申请，已经于{{ withdrawn_on }}撤回"
        "{% if reason %}，原因：{{ reason }}{% endif %}。我们不再办理这一申请。",
        "撤回申请不影响今后的权利。遇到困难的，可以随时重新提出申请。{% if phone %}咨询电话：{{ phone }}。{% endif %}",
    )


@letter("grant_notice", about="")
def grant_notice(paper: Paper) -> None:
    """一次性补助发放告知书"""
    paper.title("补助发放告知书")
    paper.to("{{ recipient }}：")
    paper.text(
        "现发给{{ you }}{{ occasion }}人民币{{ amount_capital }}（{{ amount }}元），自{{ due_on }}起转入{{ you }}"
        "领取{{ programme }}的账户，不需要另行申请。",
        "请核对金额。有疑问或者未按时收到的，请与我们联系。{% if phone %}联系电话：{{ phone }}。{% endif %}",
    )
    _basis(paper, "发放这项补助")


@letter("returned_payment_notice", about="")
def returned_payment_notice(paper: Paper) -> None:
    """退汇告知书"""
    paper.title("退汇告知书")
    paper.to("{{ recipient }}：")
    paper.text(
        "应于{{ due_on }}发给{% if institution %}贵单位{% else %}{{ you }}{% endif %}的{{ programme }}"
        "{% if purpose %}（{{ purpose }}）{% endif %}款项{% if resident %}（{{ resident }}的供养金）{% endif %}"
        "人民币{{ amount_capital }}（{{ amount }}元）没有到账，银行已经退回。",
        "银行退回的原因：" + _said("reason"),
    )
    paper.when(
        "institution",
        "应拨的款项没有减少。请核对贵单位登记的开户银行、户名和账号，于收到本告知书之日起尽快书面回复{{ issuer }}；"
        "账号核对无误后，我们将重新拨付。{% if phone %}联系电话：{{ phone }}。{% endif %}",
    )
    paper.when(
        "not institution",
        "应得的款项没有减少。请收款人持身份证和银行卡（存折），到{{ issuer }}核对收款账号；行动不便的，可以委托家人或者"
        "村（社区）代办。账号核对无误后，我们将重新拨付。{% if phone %}联系电话：{{ phone }}。{% endif %}",
    )


@letter("correction_notice", copies=True, **DECISION)
def correction_notice(paper: Paper) -> None:
    """更正决定告知书"""
    paper.title("更正决定告知书")
    paper.to("{{ applicant }}：")
    paper.text(
        "{{ you }}的{{ programme }}案件（{{ case_number }}）在发放以后，由本机关于{{ reopened_on }}重新办理。原因："
        + _said("reason")
        + "现已重新作出决定，理由见随附的决定文书。"
    )
    paper.when(
        "replaced",
        "下列文书由本告知书和随附的决定文书代替：{% for each in replaced %}{{ each.date }}《{{ each.title }}》"
        "（{{ each.number }}）{% if not loop.last %}、{% endif %}{% endfor %}。",
    )
    paper.heading("一、款项")
    paper.text("此前发放{{ had }}元，按重新作出的决定应当发放{{ decided }}元。")
    paper.when("undone", "此前要求退回的款项中，{{ undone }}元不用再退。")
    paper.when(
        "more",
        "另行补发人民币{{ more_capital }}（{{ more }}元），"
        "转入{% if more_to %}{{ more_to }}{% else %}{{ you }}{% endif %}的收款账户，不需要另行申请。",
    )
    paper.when(
        "less",
        "多发的人民币{{ less_capital }}（{{ less }}元）应当{% if less_from %}由{{ less_from }}{% endif %}退回。"
        "一次退回有困难的，可以与{{ issuer }}商定分期归还；生活确有困难的，可以说明情况。",
    )
    paper.when("even", "不需要补发，也不需要退回。")
    paper.heading("二、告知事项")
    _basis(paper, "办理本项救助")
    paper.text(_ask("本决定") + _remedies("本决定"))


@letter("subsidy_notice", about="", **DECISION)
def subsidy_notice(paper: Paper) -> None:
    """定额补助拨付通知书"""
    paper.title("定额补助拨付通知书")
    paper.to("{{ recipient }}：")
    paper.text(
        "{% if again %}补拨贵单位{{ month }}综合定额补助的差额人民币"
        "{% else %}核定贵单位{{ month }}的综合定额补助为人民币{% endif %}{{ amount_capital }}（¥{{ amount }}元），"
        "于{{ due_on }}起拨付到贵单位登记的银行账户。"
    )
    _basis(paper, "拨付补助")
    paper.heading("一、计算过程")
    paper.text("{{ reckoning }}，{% if again %}补拨{% else %}按月拨付十二分之一，计{% endif %}{{ amount }}元。")
    paper.when(
        "owed",
        "以前月份多拨的人民币{{ owed_capital }}（{{ owed }}元）应当退回，请与{{ issuer }}商定退回的日期和方式。",
    )
    paper.heading("二、告知事项")
    paper.text(
        "补助专款专用，请单独记账，接受监督检查。人数、星级与实际不符的，请自收到本通知书之日起五日内书面告知"
        "{{ issuer }}{% if phone %}（电话：{{ phone }}）{% endif %}，以便核对更正。"
    )


@letter("overpaid_notice", about="", **DECISION)
def overpaid_notice(paper: Paper) -> None:
    """多拨补助退回告知书"""
    paper.title("多拨补助退回告知书")
    paper.to("{{ recipient }}：")
    paper.text("以前月份拨给贵单位的综合定额补助多拨人民币{{ amount_capital }}（¥{{ amount }}元），应当退回。")
    paper.heading("一、计算过程")
    paper.tag("for month in months")
    paper.text("{{ month.reckoning }}，多拨{{ month.amount }}元。")
    paper.tag("endfor")
    _basis(paper, "本决定")
    paper.heading("二、告知事项")
    paper.text(
        "请自收到本告知书之日起尽快与{{ issuer }}商定退回的日期和方式，可以一次退回，也可以分次退回。"
        "人数、星级与实际不符的，请一并书面告知，以便核对更正。",
        _ask("本决定") + _remedies("本决定"),
    )


@letter("void_notice")
def void_notice(paper: Paper) -> None:
    """文书作废通知"""
    paper.title("文书作废通知")
    paper.to("{{ applicant }}：")
    paper.text(
        "{{ you }}的案件中，{% if voided_date %}{{ voided_date }}的{% endif %}"
        "《{{ voided_title }}》（{{ voided_number }}）自本通知发出之日起作废。",
        "作废的原因：" + _said("reason"),
    )
    paper.when("replaced_by", "该文书由{{ replaced_by }}代替。")
    paper.text("作废的文书请妥善保存或者交回。重新作出决定的，另行书面告知。" + _ask("本通知"))


@letter("ending_notice", copies=True, **DECISION)
def ending_notice(paper: Paper) -> None:
    """终止救助告知书"""
    paper.title("终止救助告知书")
    paper.to("{{ recipient }}：")
    paper.text("经审核确认，{{ you }}的{{ programme }}自{{ ended_on }}起终止。")
    paper.heading("一、理由")
    paper.text(_said("reason") + "{% if clause %}依据：{{ clause }}。{% endif %}")
    _basis(paper, "办理本项救助")
    paper.heading("二、告知事项")
    paper.when("tapering_until", "为防止返贫，设置渐退期，渐退期至{{ tapering_until }}止，期间按规定继续发给救助金。")
    paper.when("settlement", _said("settlement"))
    paper.when("not died", "生活再次遇到困难、符合条件的，可以重新提出申请。")
    paper.text(_ask("本决定") + _remedies("本决定"))


@letter("recheck_notice", copies=True, **DECISION)
def recheck_notice(paper: Paper) -> None:
    """复核告知书"""
    paper.title("复核告知书")
    paper.to("{{ recipient }}：")
    paper.text("我们核对了{{ you }}的{{ programme }}，结果是：{{ result }}。")
    paper.when("opinion", "说明：" + _said("opinion"))
    paper.when(
        "monthly",
        "{% if adjusted %}{% if starts_on %}自{{ starts_on }}起，{% endif %}每月救助金"
        "{% if previous %}由{{ previous }}元{% endif %}调整为{% else %}每月救助金仍为{% endif %}"
        "人民币{{ monthly_capital }}（¥{{ monthly }}元）。",
    )
    _basis(paper, "{% if final %}本决定{% else %}办理本项救助{% endif %}")
    _steps(paper, "一、金额是怎样算出来的")
    paper.heading("{% if steps %}二、{% endif %}告知事项")
    paper.when(
        "final",
        "{% if recheck_on %}下次复核在{{ recheck_on }}前。{% endif %}家庭情况变化的，请如实报告。",
    )
    paper.text(
        "{% if final %}" + _ask("本决定") + _remedies("本决定") + "{% else %}"
        "这还不是终止的决定，决定作出以前救助金照常发放。对结果有不同意见的，请尽快向{{ issuer }}说明情况、补交材料"
        "{% if phone %}，电话：{{ phone }}{% endif %}；决定作出后另行书面告知，并写明不服决定的救济途径。{% endif %}"
    )


@letter("rating_notice", **DECISION)
def rating_notice(paper: Paper) -> None:
    """供养服务机构星级评定告知书"""
    paper.title("供养服务机构星级评定告知书")
    paper.to("{{ institution }}：")
    paper.text("我们对贵单位进行了星级评定，现将结果告知如下：")
    paper.heading("一、评定结果")
    paper.text(
        "{% if approved %}贵单位评定为{% if stars %}{{ stars }}{% endif %}星级供养服务机构，"
        "自{% if from %}{{ from }}{% endif %}起执行。{% else %}本次不予评定星级，"
        "贵单位原有的星级不变。{% endif %}"
        "{% if opinion %}{% if approved %}意见{% else %}理由{% endif %}：" + _said("opinion") + "{% endif %}"
    )
    _basis(paper, "本决定")
    paper.heading("二、四项评定意见")
    paper.text(
        "服务质量：{{ service }}；内部管理：{{ management }}；"
        "设施条件：{{ facilities }}；组织建设：{{ organisation }}。"
    )
    paper.heading("三、告知事项")
    paper.when(
        "approved",
        "自执行之日起，综合定额补助按新星级的标准和在贵单位集中供养的特困人员人数计算，逐月拨付到贵单位登记的账户。"
        "人员入住、退出和死亡的，请当日报告，以免错拨。",
    )
    paper.text(_ask("本决定") + _remedies("本决定"))


@letter("objection_reply")
def objection_reply(paper: Paper) -> None:
    """公示异议答复书"""
    paper.title("公示异议答复书")
    paper.to("{{ objector }}：")
    paper.text(
        "您{% if objected_on %}于{{ objected_on }}{% endif %}对{{ applicant }}的{{ programme }}公示提出的异议"
        "{% if objection_number %}（编号{{ objection_number }}）{% endif %}收悉。"
        "{% if objection %}您反映：" + _said("objection") + "{% endif %}"
    )
    paper.text(
        "经重新调查，异议{% if upheld %}成立{% else %}不成立{% endif %}。调查意见：" + _said("opinion"),
        "{% if upheld %}公示已经停止{% if outcome %}，{{ outcome }}{% else %}，该申请退回重新审核{% endif %}。"
        "{% else %}公示继续进行{% if extended_to %}，公示期顺延至{{ extended_to }}{% endif %}。{% endif %}",
        "感谢您对社会救助工作的监督。对答复有疑问的，可以向我们询问{% if phone %}（电话：{{ phone }}）{% endif %}"
        "{% if county_office %}，也可以向{{ county_office }}反映{% endif %}。",
    )


def _steps(paper: Paper, heading: str) -> None:
    """How the sum came about, row by row."""
    paper.tag("if steps")
    paper.heading(heading)
    grid = paper.grid([66, 24, 66], head=("项目", "金额（元）", "说明"), size=10.5, least=6)
    grid.tag("for step in steps")
    grid.row("{{ step.label }}", "{{ step.value }}", "{% if step.note %}{{ step.note }}{% endif %}")
    grid.tag("endfor")
    paper.tag("endif")
