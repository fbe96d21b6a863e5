"""Properties (`camunda:property`) of elements: what they do here, by tag and name. `*` is any tag."""

from __future__ import annotations

from collections.abc import Mapping

from app.engine.support.verdicts import Row, yes

PROPERTIES: Mapping[tuple[str, str], Row] = {
    ("startEvent", "guards"): yes("把关", "决策编号，逗号分开：申请时依次问，有一行命中就不能提交"),
    ("startEvent", "follows"): yes("何时启动", "case 申请被拒绝以后；figures 标准调整以后"),
    ("endEvent", "status"): yes("结果", "案件以此办结：approved、refused、ended、withdrawn"),
    ("userTask", "guards"): yes("把关", "决策编号，逗号分开：提交时依次问，有一行命中就不能提交"),
    ("userTask", "competence"): yes(
        "权限",
        "决策编号，写法同把关：提交时最先问，权限已收回的不能办理（over_limit）；待办期间系统每晚再问，"
        "标准调整后随即再问，权限已收回的由消息 competence_gone 收回任务，"
        "从它边上的中断消息边界事件往下走，例如连回“由谁确认”",
    ),
    ("userTask", "priority"): yes("优先程度", "urgent 特急，排在待办最前；ordinary 一般。不写则同方案清单的 priority"),
    ("userTask", "together"): yes(
        "一起办理",
        "yes：待办里勾选多件后可以用同一张表一起办理，先逐件试办，有异常的单列；要上传文件的表和逐项办理的环节不能这样写",
    ),
    ("userTask", "clock"): yes("时限", "方案清单里的时限编号"),
    ("userTask", "separateFrom"): yes("职责分离", "环节编号，逗号分开：办理过这些环节的人不能办理"),
    ("userTask", "correction"): yes(
        "更正申请",
        "again：这一环节办结后更正申请内容的，案件回到这里重新办理；closes：这一环节办结后不能再更正",
    ),
    ("userTask", "identity"): yes(
        "核实身份",
        "confirms：申请里的号码在登记库里是另一个姓名的，同意时须回答 identity_confirmed（application 或 registry）；"
        "supplies：补交 name、id_number、phone、address，临时档案随之并入查明的人",
    ),
    ("userTask", "itemKey"): yes("当前项", "表单里写明是哪一项的字段"),
    ("userTask", "office"): yes("办理单位", "“=”开头的 FEEL：单位编号"),
    **{
        (tag, name): row
        for tag in ("userTask", "serviceTask")
        for name, row in {
            "public": yes(
                "给申请人看的话",
                "案件停在这里时申请人查进度看到的话，不超过 40 字，末尾不加标点（后面接期限），"
                "例如“申请已受理，村（社区）正在核实您家的情况”；不写则显示环节名称",
            ),
            "stage": yes(
                "所在阶段",
                "申请人查进度看到的阶段名称，不超过 10 字，例如“核实”；"
                "几个环节可以同属一个阶段，阶段按环节在图里的先后排列",
            ),
            "tells": yes(
                "给申请人发短信",
                "accepted 已受理（一件只发一次）、asked 要求补正材料：案件到这里时发，"
                "内容是方案清单 messages 里的，不写则用通用的；收到申请、批准、没有批准、发放和撤回由系统发，不用写",
            ),
        }.items()
    },
    ("*", "figuresOn"): yes("标准取哪天", "application：取申请日的标准和时限，不写则取当日"),
}
