"""Every element of BPMN 2.0 by its tag, in the chapters of the owners' page."""

from __future__ import annotations

from collections.abc import Mapping

from app.engine.support.verdicts import Row, drawn, no, vain, yes

_CHOREOGRAPHY = "不支持编排图，请画普通流程"
_CONVERSATION = drawn("会话图")
_DATA = drawn("数据", "只作说明；环节之间的数据用变量传递，不必画线")
_IO = vain("输入输出规格", "不起作用：变量是全案共用的。服务任务用输入参数，结果用结果变量，请删除")
_MAPPING = vain("数据转换", "数据连线上的转换不起作用，请用脚本任务赋值")
_CORRELATION = vain("消息关联", "不起作用：消息总是发给本案件，请删除")
_ROLE = no("资源角色", "不能按 BPMN 资源角色派活，请在用户任务上填写候选岗位（camunda:candidateGroups）")
_SERVICE = vain("服务接口", "不起作用：服务任务按主题（camunda:topic）办事，请删除")
_GLOBAL = no("全局任务", "不支持全局任务，请改为流程，用调用活动来调用")

CHAPTERS: Mapping[str, Mapping[str, Row]] = {
    "流程与泳道": {
        "definitions": yes("文件", "一个文件一张图"),
        "process": yes("流程", "一个文件一个可执行的主流程，可以有被它调用的流程"),
        "laneSet": drawn("泳道集"),
        "lane": yes("泳道", "在待办和案件页上显示；由谁办理看候选岗位"),
        "childLaneSet": drawn("泳道里的泳道"),
        "flowNodeRef": yes("泳道里的环节", "环节属于哪条泳道"),
        "partitionElement": drawn("泳道划分依据"),
        "sequenceFlow": yes("顺序流", "从一个环节到下一个环节"),
        "incoming": drawn("流入线", "由设计器写出，以顺序流为准"),
        "outgoing": drawn("流出线", "由设计器写出，以顺序流为准"),
        "conditionExpression": yes("条件", "排他、包容网关流出线上的 FEEL 条件"),
        "documentation": yes("文档", "写条款编号和要求，显示在办理页"),
        "extensionElements": yes("扩展", "见下面的扩展"),
    },
    "活动": {
        "task": no("没有类型的任务", "没有类型的任务不能运行，请改为用户任务、服务任务、脚本任务或业务规则任务"),
        "userTask": yes("用户任务", "给候选岗位的一件待办，要有表单"),
        "manualTask": yes("手工任务", "由人点“办结”的一步，没有表单"),
        "serviceTask": yes("服务任务", "按主题（camunda:topic）办一件事：文书、公示、付款……"),
        "scriptTask": yes("脚本任务", "每行一个“变量 = FEEL 表达式”"),
        "script": yes("脚本", "见脚本任务"),
        "businessRuleTask": yes("业务规则任务", "问一张决策表（camunda:decisionRef）"),
        "sendTask": yes("发送任务", "发一个消息，给本图里等它的地方"),
        "receiveTask": yes("接收任务", "等一个消息"),
        "subProcess": yes("子流程", "自己有开始和结束；变量与外面共用"),
        "transaction": yes("事务子流程", "里面可以有取消结束事件，边上可以有取消边界事件"),
        "adHocSubProcess": no("自由子流程", "不支持自由（ad-hoc）子流程，请改用普通子流程"),
        "callActivity": yes("调用活动", "运行同一文件里的另一个流程；变量共用，也可以换个名称传入、传出"),
        **dict.fromkeys(
            ("globalTask", "globalUserTask", "globalManualTask", "globalScriptTask", "globalBusinessRuleTask"), _GLOBAL
        ),
    },
    "重复": {
        "multiInstanceLoopCharacteristics": yes("多实例", "对列表的每一项，或按次数，同时或依次办理"),
        "loopCardinality": yes("多实例次数", "FEEL，非负整数"),
        "loopDataInputRef": yes("多实例集合", "FEEL，一个列表；也可写 camunda:collection"),
        "inputDataItem": yes("当前项的名称", "也可写 camunda:elementVariable；总能用 item 读到"),
        "completionCondition": yes("提前结束的条件", "FEEL，每办完一项问一次；成立时其余的撤销"),
        "loopDataOutputRef": no("结果集合", "不支持另设结果集合：每项的结果已收进以环节编号为名的列表，请删除"),
        "outputDataItem": no("结果项", "不支持另设结果项：每项的结果已收进以环节编号为名的列表，请删除"),
        "complexBehaviorDefinition": no("多实例的复杂行为", "不支持，请在多实例之后用网关判断"),
        "standardLoopCharacteristics": yes("循环", "条件成立时再办一次，可设最多次数"),
        "loopCondition": yes("循环条件", "FEEL，成立则再来一次"),
    },
    "事件": {
        "startEvent": yes("开始事件", "每个流程和子流程正好一个，不带消息、定时或信号"),
        "endEvent": yes("结束事件", "普通、消息、信号、错误、升级、取消、终止"),
        "intermediateCatchEvent": yes("中间捕获事件", "等消息、定时或信号"),
        "intermediateThrowEvent": yes("中间抛出事件", "普通（里程碑）、消息、信号、升级"),
        "boundaryEvent": yes("边界事件", "消息、定时、信号贴在任何活动上；错误、升级、取消贴在子流程上"),
        "implicitThrowEvent": no("隐式抛出", "不支持，请画出抛出事件"),
        "messageEventDefinition": yes("消息", "要选一个有名称的消息"),
        "timerEventDefinition": yes("定时", "日期、时长或循环，只写一个"),
        "timeDate": yes("到某一天", "2020-09-25 或 FEEL 日期"),
        "timeDuration": yes("过多久", "P7D、P1M 或 FEEL 时长"),
        "timeCycle": yes("每隔多久", "R3/P7D；只用在不中断的边界事件上"),
        "signalEventDefinition": yes("信号", "抛出时，本图里所有正在等它的地方都收到"),
        "errorEventDefinition": yes("错误", "从结束事件抛给所在子流程边上的错误边界事件"),
        "escalationEventDefinition": yes("升级", "抛给所在子流程边上的升级边界事件"),
        "cancelEventDefinition": yes("取消", "只在事务子流程里结束、边上捕获"),
        "terminateEventDefinition": yes("终止", "只用作结束事件：立即结束所在的流程或子流程"),
        "compensateEventDefinition": no("补偿", "不支持补偿事件，请用普通的顺序流画出撤销步骤"),
        "linkEventDefinition": no("链接", "不支持链接事件，请用顺序流直接连接两处"),
        "conditionalEventDefinition": no("条件事件", "不支持条件事件，请改用排他网关或消息事件"),
        "condition": no("条件事件的条件", "不支持条件事件，请改用排他网关或消息事件"),
        "eventDefinitionRef": no("共用的事件定义", "不支持引用别处的事件定义，请直接写在事件里"),
        "operationRef": _SERVICE,
    },
    "网关": {
        "exclusiveGateway": yes(
            "排他网关", "走第一个条件成立的线，否则走默认流向；连回前面就是回路，轮数不限，只能退回最近十轮"
        ),
        "parallelGateway": yes("并行网关", "同时走所有线；等所有线到齐"),
        "inclusiveGateway": yes("包容网关", "走所有条件成立的线；等还会来的线到齐"),
        "eventBasedGateway": yes("事件网关", "后面哪个事件先到走哪条"),
        "complexGateway": no("复杂网关", "不支持复杂网关，请改用排他、并行或包容网关"),
        "activationCondition": no("激活条件", "不支持复杂网关，请改用排他、并行或包容网关"),
    },
    "消息、信号、错误的名录": {
        "message": yes("消息", "要有名称：payload 以它为变量名"),
        "signal": yes("信号", "要有名称"),
        "error": yes("错误", "抛出与捕获以名称和代码对应"),
        "escalation": yes("升级", "抛出与捕获以名称和代码对应"),
        "itemDefinition": drawn("数据类型"),
        "import": vain("导入", "不起作用：被调用的流程要画在同一个文件里，请删除"),
        "extension": drawn("扩展声明"),
    },
    "协作与说明": {
        "collaboration": drawn("协作"),
        "participant": drawn("泳池", "泳池的名称只作说明"),
        "participantMultiplicity": drawn("泳池数量"),
        "messageFlow": drawn("消息流", "只作说明；真正传递消息的是消息事件"),
        "messageFlowAssociation": drawn("消息流关联"),
        "participantAssociation": drawn("参与者关联"),
        "innerParticipantRef": drawn("参与者"),
        "outerParticipantRef": drawn("参与者"),
        "participantRef": drawn("参与者"),
        "messageFlowRef": drawn("消息流"),
        "textAnnotation": drawn("文字注释"),
        "text": drawn("注释文字"),
        "association": drawn("注释连线"),
        "group": drawn("分组框"),
        "category": drawn("类别"),
        "categoryValue": drawn("类别值"),
        "artifact": drawn("说明"),
        "relationship": drawn("关系"),
        "auditing": drawn("审计说明"),
        "monitoring": drawn("监控说明"),
        "rendering": drawn("显示方式"),
        "partnerEntity": drawn("合作单位"),
        "partnerRole": drawn("合作角色"),
        "endPoint": drawn("端点"),
        "endPointRef": drawn("端点"),
        "interfaceRef": drawn("接口"),
        **dict.fromkeys(
            (
                "conversation",
                "subConversation",
                "callConversation",
                "globalConversation",
                "conversationLink",
                "conversationAssociation",
                "conversationNode",
            ),
            _CONVERSATION,
        ),
        **dict.fromkeys(
            ("choreography", "choreographyTask", "subChoreography", "callChoreography", "globalChoreographyTask"),
            no("编排图", _CHOREOGRAPHY),
        ),
    },
    "数据": {
        **dict.fromkeys(
            ("dataObject", "dataObjectReference", "dataStore", "dataStoreReference", "dataState"),
            _DATA,
        ),
        "property": _DATA,
        "dataInputAssociation": drawn("数据连线（流入）", "只作说明，变量是全案共用的"),
        "dataOutputAssociation": drawn("数据连线（流出）", "只作说明，变量是全案共用的"),
        "sourceRef": drawn("连线的起点"),
        "targetRef": drawn("连线的终点"),
        "transformation": _MAPPING,
        "assignment": _MAPPING,
        **dict.fromkeys(("ioSpecification", "dataInput", "dataOutput", "inputSet", "outputSet", "ioBinding"), _IO),
    },
    "资源、服务、关联": {
        **dict.fromkeys(("resourceRole", "performer", "humanPerformer", "potentialOwner"), _ROLE),
        "resource": drawn("资源"),
        "resourceParameter": drawn("资源参数"),
        **dict.fromkeys(("interface", "operation", "supportedInterfaceRef"), _SERVICE),
        **dict.fromkeys(
            ("correlationProperty", "correlationKey", "correlationSubscription"),
            _CORRELATION,
        ),
        "supports": drawn("所支持的流程"),
    },
}

ELEMENTS: Mapping[str, Row] = {tag: row for rows in CHAPTERS.values() for tag, row in rows.items()}
# What is not supported is judged as a whole, save these, whose contents are still worth a word.
OPENED = frozenset(
    ["collaboration", "laneSet", "childLaneSet", "adHocSubProcess", "task", "complexGateway"]
    + ["dataInputAssociation", "dataOutputAssociation"]
)
# These hold text, or the words of other tables.
TEXTS = frozenset({"documentation", "script", "flowNodeRef", "extensionElements"})
