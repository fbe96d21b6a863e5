"""The service agreements of 特困人员救助供养, with every item that the policy asks for (E9, E10)."""

from collections.abc import Sequence

from scripts.templates.paper import Paper

_BLANK = "　　　　　　　　　　　　"


def home_care_agreement() -> Paper:
    """特困人员分散供养服务协议"""
    paper = _start("特困人员分散供养服务协议")
    paper.flush(
        "甲方（乡镇人民政府、街道办事处）：{{ township }}",
        "乙方（服务承接方）：{{ caregiver }}{% if caregiver_id %}，证件号码：{{ caregiver_id }}{% endif %}"
        "{% if caregiver_phone %}，联系电话：{{ caregiver_phone }}{% endif %}",
        _person("丙方"),
    )
    _common(paper, "丙方", "甲、乙、丙三方", "分散供养", "由乙方到丙方家中（或者双方约定的住所）提供照料服务")
    _rights(
        paper,
        (
            "甲方",
            "按时足额落实救助供养待遇，督促乙方履行协议，建立定期探访制度，探访发现的问题跟踪到解决；丙方情况发生"
            "变化的，及时调整供养形式和照料护理档次；有权检查服务质量，对不履行协议的乙方要求改正或者更换。",
        ),
        (
            "乙方",
            "按照本协议提供服务，尊重丙方的人格和生活习惯，不得虐待、遗弃丙方，不得侵占、挪用丙方的财物和救助供养"
            "金；丙方患病、走失或者发生意外的，立即救治、处置并报告甲方；有权按照约定取得服务报酬，有困难时请求甲"
            "方协助。",
        ),
        (
            "丙方",
            "有权按照规定享受救助供养待遇，自愿选择供养形式，对服务提出意见，要求更换服务承接方；如实报告收入、财"
            "产和身体状况的变化，配合乙方提供服务和甲方探访、复核。",
        ),
    )
    _close(
        paper,
        ("甲方（盖章）", "{{ township }}"),
        ("乙方（签名盖章）", "{{ caregiver }}"),
        ("丙方（签名按指印）", "{{ person }}"),
    )
    return paper


def institution_care_agreement() -> Paper:
    """特困人员集中供养服务协议"""
    paper = _start("特困人员集中供养服务协议")
    paper.flush(
        "甲方（县级民政部门）：{{ county }}",
        "乙方（乡镇人民政府、街道办事处）：{{ township }}",
        "丙方（供养服务机构）：{{ institution }}"
        "{% if institution_phone %}，联系电话：{{ institution_phone }}{% endif %}",
        _person("丁方"),
    )
    _common(paper, "丁方", "甲、乙、丙、丁四方", "集中供养", "丁方入住丙方，由丙方提供食宿和照料服务")
    _rights(
        paper,
        (
            "甲方",
            "按规定核定救助供养标准并落实资金，指导、监督丙方的服务和管理，受理投诉举报，统筹调配供养床位；有权检"
            "查服务质量和资金使用情况，对不履行协议的丙方要求改正。",
        ),
        (
            "乙方",
            "协助丁方办理入住、转院和退出手续，定期了解丁方的生活情况，协助处理丁方的户籍、医疗、住房和承包土地等"
            "事务；有权了解丙方对丁方的服务情况。",
        ),
        (
            "丙方",
            "提供符合规定的食宿、日常照料、送医和安全保障服务，专账管理供养资金，尊重丁方的人格和处分自己财产的权"
            "利，不得虐待、遗弃丁方，不得侵占丁方的财物；丁方患病、走失或者发生意外的，立即救治、处置并报告甲方、"
            "乙方；有权按照规定取得供养和照料护理经费，要求丁方遵守管理制度。",
        ),
        (
            "丁方",
            "有权按照规定享受救助供养待遇，自愿选择供养形式，对服务提出意见，参与机构的民主管理，申请退出；如实报"
            "告收入、财产和身体状况的变化，遵守丙方的管理制度，爱护公共财物。",
        ),
    )
    _close(
        paper,
        ("甲方（盖章）", "{{ county }}"),
        ("乙方（盖章）", "{{ township }}"),
        ("丙方（盖章）", "{{ institution }}"),
        ("丁方（签名按指印）", "{{ person }}"),
    )
    return paper


def _start(title: str) -> Paper:
    paper = Paper(title, body_size=14, line=25)
    paper.title(title)
    paper.flush("协议编号：{{ number }}")
    return paper


def _person(party: str) -> str:
    return (
        f"{party}（特困人员）：{{{{ person }}}}，公民身份号码：{{{{ person_id }}}}"
        "{% if person_address %}，住址：{{ person_address }}{% endif %}"
        "{% if person_phone %}，联系电话：{{ person_phone }}{% endif %}"
    )


def _common(paper: Paper, person: str, parties: str, form: str, manner: str) -> None:
    paper.text(f"为保障{person}的基本生活，明确各方的权利和义务，{parties}经协商一致，就{form}服务签订本协议。")
    paper.heading("一、服务依据")
    based = "{% if basis %}{{ basis }}及{% endif %}"
    paper.text(f"{based}国家和省关于特困人员救助供养的规定；县级民政部门确认{person}为特困人员的决定。")
    paper.heading("二、服务内容和标准")
    paper.text(
        f"（一）提供基本生活条件：为{person}供给粮油、副食品、生活用燃料、服装、被褥等日常生活用品和零用钱。"
        "基本生活标准为每月人民币{{ basic_living_capital }}（¥{{ basic_living }}元）。",
        f"（二）照料护理：经评估，{person}{{{{ self_care }}}}。"
        "{% if care %}照料护理标准为每月人民币{{ care_capital }}（¥{{ care }}元）。{% endif %}"
        "{% if needs_care %}服务方按照评估结果提供生活照料和护理，做好护理记录。"
        "{% else %}服务方提供日常看护和必要的帮助。{% endif %}",
        f"（三）疾病治疗：{person}患病的，及时送医，住院期间安排照料。",
        f"（四）办理丧葬事宜：{person}死亡的，按照有关规定妥善办理。",
        "服务标准依法调整的，自调整之日起按照新标准执行，不另行签订协议。",
    )
    paper.heading("三、服务方式")
    paper.text(f"{form}：{manner}。")
    paper.heading("四、服务地点")
    paper.text("{{ place }}。")
    paper.heading("五、服务期限")
    paper.text(
        "自{{ starts_on }}起，至{% if ends_on %}{{ ends_on }}止。期满各方无异议的，可以续签。"
        f"{{% else %}}{person}终止特困人员救助供养或者变更供养形式之日止。{{% endif %}}"
    )
    paper.heading("六、服务价格")
    paper.text(
        "服务价格按照第二条所列标准计算，由救助供养资金支付。"
        f"{{% if price %}}除此之外，向{person}另行收取的费用为每月{{{{ price }}}}元。"
        f"{{% else %}}除此之外，不再向{person}收取费用。{{% endif %}}"
    )
    paper.heading("七、特困人员死亡后其财产处置方式")
    paper.text(
        f"{person}生前立有合法有效的遗嘱或者遗赠扶养协议的，按照遗嘱、协议处理；没有的，"
        "依照法律规定处理。任何一方不得擅自处分。遗物由各方当面清点、登记造册。"
    )
    paper.heading("八、县级民政部门监督举报电话")
    paper.text(
        "{{ county }}监督举报电话："
        f"{{% if complaint_phone %}}{{{{ complaint_phone }}}}{{% else %}}{_BLANK}{{% endif %}}。"
    )


def _rights(paper: Paper, *parties: tuple[str, str]) -> None:
    paper.heading("九、协议签署人的权利、义务")
    for number, (party, text) in zip("一二三四", parties, strict=False):
        paper.text(f"（{number}）{party}：{text}")


def _close(paper: Paper, *signers: tuple[str, str]) -> None:
    paper.heading("十、其他")
    paper.text(
        "（一）本协议未尽的权利义务，按照有关规定执行。违反本协议的，应当改正；造成损失的，依法承担责任。发生争议的，由各方协商解决；协商不成的，依法处理。",
        "（二）本协议一式{{ copies }}份，各方各执一份，自各方签名（盖章）之日起生效。",
    )
    paper.gap()
    _signatures(paper, signers)
    paper.verification()


def _signatures(paper: Paper, signers: Sequence[tuple[str, str]]) -> None:
    """A cell for each signer: three in a row, four in two rows that stay together."""
    columns = 3 if len(signers) == 3 else 2
    grid = paper.grid([156 // columns] * columns)
    cells = [f"{title}：\n{name}\n\n签字人：\n　　　年　　月　　日" for title, name in signers]
    for first in range(0, len(cells), columns):
        row = cells[first : first + columns]
        grid.row(*row, left=range(columns), tall=38, keep=first + columns < len(cells))
