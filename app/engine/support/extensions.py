"""Camunda 7's attributes and extension elements: what they do here. `*` is any tag."""

from __future__ import annotations

from collections.abc import Mapping

from app.engine.support.verdicts import Row, drawn, no, vain, yes

_VERSION = vain("版本", "不起作用：决策表、流程和表单随发布版一起固定，请删除", "latest", "deployment")
_PROGRAM = no("程序", "不能运行 Java 类或程序表达式，请改用主题（camunda:topic）")
_LISTENER = no("监听器", "不会运行，请改为图上的服务任务、脚本任务，或边界定时事件")
_ASYNC = vain("异步", "不起作用：一次办理连同后面的自动环节同进退，失败的环节成为异常，可以重试；请删除", "false")
_FIELDS = no("内嵌表单", "请用表单设计器画 form-js 表单，把文件名写进“表单”（camunda:formKey）")
_FORM_REF = no(
    "Camunda 表单引用",
    "这是为 Camunda 画的：请把表单文件放进方案文件夹，改名为“环节编号.form.json”，"
    "写进“表单”（camunda:formKey），并删除 camunda:formRef",
)
_NO_DATA = no("事件带出的变量", "错误和升级不带数据，请在抛出之前用脚本任务赋值")
_STARTERS = vain("谁可以启动", "不起作用：谁可以申请由岗位的权限决定，请删除")
_OUTPUT = yes("输出参数", "FEEL，办完之后算，存为这个变量；多实例里每项一个，收成列表")
_OUTPUT_TAGS = (
    ("userTask", "manualTask", "serviceTask", "businessRuleTask", "receiveTask")
    + ("subProcess", "transaction", "callActivity")
)  # fmt: skip
_COLUMN = "不起作用，请删除"

CAMUNDA_ATTRIBUTES: Mapping[tuple[str, str], Row] = {
    ("userTask", "candidateGroups"): yes("候选岗位", "岗位编号，用逗号分开；或“=”开头的 FEEL"),
    ("userTask", "formKey"): yes("表单", "方案文件夹里的表单文件名"),
    ("userTask", "dueDate"): yes(
        "期限", "日期（2020-09-25）、时长（P7D，从次日起按日历日计）或 FEEL：日期、时长，或工作日数；不与 clock 同写"
    ),
    ("*", "dueDate"): no("期限", "只有用户任务有期限，请在这里放用户任务，或改用边界定时事件"),
    ("*", "assignee"): no("办理人", "不能指定到人，请填写候选岗位（camunda:candidateGroups），由岗位上的人签收"),
    ("*", "candidateUsers"): no("候选人", "不能指定到人，请填写候选岗位（camunda:candidateGroups）"),
    ("*", "followUpDate"): vain("跟进日", "不起作用，请用不中断的边界定时事件提醒"),
    ("*", "priority"): vain("优先级", "不起作用：待办先特急、再按期限排序，特急请写属性 priority=urgent"),
    ("*", "formRef"): _FORM_REF,
    ("*", "formRefBinding"): _FORM_REF,
    ("*", "formRefVersion"): _FORM_REF,
    ("*", "formHandlerClass"): _PROGRAM,
    ("startEvent", "formKey"): no("启动表单", "申请表写在方案清单（bundle.yaml 的 application_form）里，请删除"),
    ("startEvent", "initiator"): vain("发起人变量", "不起作用：申请人在 application 中，请删除"),
    ("serviceTask", "topic"): yes("主题", "这一步做什么：document、publicity、payment……"),
    ("serviceTask", "type"): no("类型", "只能写 external，并填写主题（camunda:topic）", "external"),
    ("serviceTask", "resultVariable"): yes("结果变量", "结果存为这个变量"),
    ("businessRuleTask", "decisionRef"): yes("决策表", "决策的编号"),
    ("businessRuleTask", "resultVariable"): yes("结果变量", "决策结果存为这个变量，不写则以环节编号为名"),
    ("businessRuleTask", "mapDecisionResult"): vain(
        "结果的形状", "不起作用：一列输出是值，几列是一组，COLLECT 是列表；请删除并按此读取"
    ),
    ("scriptTask", "resultVariable"): no("结果变量", "脚本每行写“变量 = 表达式”，请删除结果变量"),
    ("scriptTask", "resource"): no("外部脚本", "脚本要写在图里，请把内容写进脚本任务"),
    ("*", "class"): _PROGRAM,
    ("*", "expression"): _PROGRAM,
    ("*", "delegateExpression"): _PROGRAM,
    ("*", "topic"): no("主题", "只有服务任务按主题办事，请在这里放一个服务任务"),
    ("*", "type"): no("类型", "只有服务任务有类型，请在这里放一个服务任务"),
    ("*", "decisionRef"): no("决策表", "只有业务规则任务问决策表，请改用业务规则任务"),
    ("*", "resource"): no("外部脚本", "条件要写在图里，请直接写 FEEL"),
    ("multiInstanceLoopCharacteristics", "collection"): yes("集合", "FEEL，一个列表"),
    ("multiInstanceLoopCharacteristics", "elementVariable"): yes("当前项的名称", "也总能用 item 读到"),
    ("*", "variableMappingClass"): _PROGRAM,
    ("*", "variableMappingDelegateExpression"): _PROGRAM,
    **{
        ("*", name): _VERSION
        for name in (
            ["decisionRefBinding", "decisionRefVersion", "decisionRefVersionTag", "calledElementBinding"]
            + ["calledElementVersion", "calledElementVersionTag", "decisionRefTenantId", "calledElementTenantId"]
        )
    },
    **{
        ("*", name): no("案例管理", "不支持 CMMN 案例，请改为调用流程")
        for name in ("caseRef", "caseBinding", "caseVersion", "caseTenantId")
    },
    ("*", "async"): _ASYNC,
    ("*", "asyncBefore"): _ASYNC,
    ("*", "asyncAfter"): _ASYNC,
    ("*", "exclusive"): vain("排他作业", _COLUMN, "true", "false"),
    ("*", "jobPriority"): vain("作业优先级", _COLUMN),
    ("*", "taskPriority"): vain("任务优先级", _COLUMN),
    ("*", "errorCodeVariable"): _NO_DATA,
    ("*", "errorMessageVariable"): _NO_DATA,
    ("*", "escalationCodeVariable"): _NO_DATA,
    ("*", "errorMessage"): vain("错误说明", _COLUMN),
    ("*", "variableName"): vain("条件变量", _COLUMN),
    ("*", "variableEvents"): vain("条件变量", _COLUMN),
    ("*", "candidateStarterGroups"): _STARTERS,
    ("*", "candidateStarterUsers"): _STARTERS,
    ("*", "versionTag"): drawn("版本标签"),
    ("*", "historyTimeToLive"): drawn("保留天数", "只为设计器不报警；档案按规定保存"),
    ("*", "isStartableInTasklist"): drawn("任务列表启动"),
    ("*", "diagramRelationId"): drawn("设计器编号"),
    ("*", "modelerTemplate"): drawn("元素模板"),
    ("*", "modelerTemplateVersion"): drawn("元素模板版本"),
    ("*", "modelerTemplateIcon"): drawn("元素模板图标"),
}  # fmt: skip

CAMUNDA_ELEMENTS: Mapping[tuple[str, str], Row] = {
    ("*", "properties"): yes("属性", "见下面各环节的属性"),
    ("*", "property"): yes("属性", "名称和值；不认识的名称会被指出"),
    ("*", "inputOutput"): yes("输入输出", "输入参数和输出参数"),
    ("serviceTask", "inputParameter"): yes("输入参数", "FEEL，交给这一步的值"),
    ("*", "inputParameter"): no("输入参数", "只有服务任务有输入参数，请在它前面用脚本任务赋值"),
    **{(tag, "outputParameter"): _OUTPUT for tag in _OUTPUT_TAGS},
    ("scriptTask", "outputParameter"): no("输出参数", "请把它写成脚本里的一行：变量 = 表达式"),
    ("*", "outputParameter"): no("输出参数", "这里没有结果，请在它后面用脚本任务赋值"),
    ("*", "script"): no("参数里的脚本", "不会运行，请把参数写成 FEEL 表达式"),
    ("*", "list"): no("参数里的列表", "请写成 FEEL 列表，例如 = [1, 2]"),
    ("*", "map"): no("参数里的映射", "请写成 FEEL 上下文，例如 = {a: 1}"),
    ("callActivity", "in"): yes(
        "传入", "FEEL（source 或 sourceExpression）以 target 为名，只有被调用的流程看得到；其余变量是全案共用的"
    ),
    ("callActivity", "out"): yes("传出", "调用之后以 target 为变量名保存；variables=all 则传入的都传出"),
    ("*", "in"): no("传入", "只有调用活动传变量，请在它前面用脚本任务赋值"),
    ("*", "out"): no("传出", "只有调用活动传变量，请在它后面用脚本任务赋值"),
    ("*", "taskListener"): _LISTENER,
    ("*", "executionListener"): _LISTENER,
    ("*", "formData"): _FIELDS,
    ("*", "formProperty"): _FIELDS,
    ("*", "connector"): no("连接器", "不支持连接器，请改用主题（camunda:topic）"),
    ("*", "field"): _PROGRAM,
    ("*", "errorEventDefinition"): no("外部任务的错误", "不支持，请用网关判断结果变量"),
    ("*", "failedJobRetryTimeCycle"): vain("失败重试", "不起作用：失败的环节成为异常，由人处理后重试，请删除"),
    ("*", "potentialStarter"): _STARTERS,
}  # fmt: skip
