"""Every attribute of BPMN 2.0 by the tag it stands on; `*` is any tag."""

from __future__ import annotations

from collections.abc import Mapping

from app.engine.support.verdicts import Row, drawn, no, vain, yes

ACTIVITIES = (
    ("userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask", "receiveTask", "task")
    + ("subProcess", "transaction", "callActivity", "adHocSubProcess")
)  # fmt: skip
EXPRESSIONS = (
    ("conditionExpression", "loopCardinality", "completionCondition", "loopCondition")
    + ("timeDate", "timeDuration", "timeCycle")
)  # fmt: skip
_SERVICES = ("userTask", "serviceTask", "businessRuleTask", "sendTask", "receiveTask")
_GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway")
_CATCHING = ("startEvent", "intermediateCatchEvent", "boundaryEvent")
_ONE = "一次只处理一个流程标记；要等几条线，请用并行网关汇合"
_FEEL = ("feel", "https://www.omg.org/spec/DMN/20191111/FEEL/", "http://www.omg.org/spec/DMN/20180521/FEEL/")
_XPATH = "http://www.w3.org/1999/XPath"


def _each(tags: tuple[str, ...], **rows: Row) -> dict[tuple[str, str], Row]:
    return {(tag, name): row for tag in tags for name, row in rows.items()}


ATTRIBUTES: Mapping[tuple[str, str], Row] = {
    ("*", "id"): yes(
        "编号", "字母或汉字开头，只用字母、汉字、数字、下划线、点和短横；人工环节的编号就是它的答案的变量名"
    ),
    ("*", "name"): yes("名称", "给办事人员看的名称"),
    **_each(
        ("definitions",),
        targetNamespace=drawn("命名空间"),
        exporter=drawn("导出工具"),
        exporterVersion=drawn("导出工具版本"),
        typeLanguage=drawn("类型语言"),
        expressionLanguage=vain("表达式语言", "不起作用：表达式一律按 FEEL 读，请删除", *_FEEL, _XPATH),
    ),
    **_each(
        ("process",),
        isExecutable=no(
            "可执行", "标为不可执行，请在属性中勾选“可执行”；只作说明的流程请删除或画成空泳池", "true", "1"
        ),
        processType=drawn("流程类型"),
        isClosed=drawn("封闭"),
        definitionalCollaborationRef=drawn("所属协作"),
    ),
    **_each(("participant",), processRef=yes("泳池的流程", "泳池里画的是哪个流程")),
    **_each(("lane",), partitionElementRef=drawn("划分依据")),
    **_each(
        ("sequenceFlow",),
        sourceRef=yes("起点", "从哪个环节来"),
        targetRef=yes("终点", "到哪个环节去"),
        isImmediate=vain("立即", "不起作用，请删除", "true"),
    ),
    **_each(
        EXPRESSIONS,
        language=no("表达式语言", "只能用 FEEL，请把语言改为 feel，并把表达式写成 FEEL", *_FEEL),
        evaluatesToTypeRef=drawn("结果类型"),
    ),
    **_each(
        ACTIVITIES,
        startQuantity=no("起始数量", f"只支持 1：{_ONE}", "1"),
        completionQuantity=no("完成数量", "只支持 1：一个环节办完只走一次；要走几次，请用多实例", "1"),
        isForCompensation=no("补偿活动", "不支持补偿活动，请用普通的顺序流画出撤销步骤", "false", "0"),
        default=vain("默认流向", "活动上的默认流向不起作用，请在它后面放排他网关"),
    ),
    **_each(
        _SERVICES,
        implementation=vain("实现方式", "不起作用，请删除", "##unspecified", "##WebService", "##webService", "##DMN"),
        operationRef=vain("服务操作", "不起作用：按主题（camunda:topic）办事，请删除"),
    ),
    **_each(("sendTask", "receiveTask"), messageRef=yes("消息", "发送或等待的消息")),
    **_each(
        ("receiveTask",),
        instantiate=no("由消息启动", "案件由申请启动，不能由消息启动，请画普通开始事件", "false", "0"),
    ),
    **_each(
        ("scriptTask",),
        scriptFormat=yes("脚本格式", "只能是 feel"),
    ),
    **_each(
        ("subProcess", "transaction"),
        triggeredByEvent=no("事件子流程", "不支持事件子流程，请改为在活动上放边界事件", "false", "0"),
        method=drawn("事务方法"),
    ),
    **_each(("callActivity",), calledElement=yes("调用的流程", "同一文件里的流程的编号")),
    **_each(
        ("multiInstanceLoopCharacteristics",),
        isSequential=yes("依次", "true 依次办理，false 同时办理"),
        behavior=no("何时抛出事件", "多实例只在全部办完后继续，请删除；要中途处理，请在环节里办", "All"),
        oneBehaviorEventRef=no("每一项的事件", "不支持，请删除"),
        noneBehaviorEventRef=no("没有一项时的事件", "不支持，请删除"),
    ),
    **_each(
        ("standardLoopCharacteristics",),
        testBefore=yes("先判断", "true：先问条件再办"),
        loopMaximum=yes("最多次数", "正整数"),
    ),
    **_each(("inputDataItem",), itemSubjectRef=drawn("类型"), isCollection=drawn("是否列表")),
    **_each(
        _CATCHING,
        parallelMultiple=no("同时等几个事件", "一个事件只能有一种触发方式，请拆成几个事件", "false", "0"),
    ),
    **_each(("startEvent",), isInterrupting=vain("中断", "只对事件子流程有意义，请删除", "true", "1")),
    **_each(
        ("boundaryEvent",),
        attachedToRef=yes("所在的活动", "贴在哪个活动的边上"),
        cancelActivity=yes("中断", "true：活动就此撤销；false：活动照常"),
    ),
    **_each(
        ("messageEventDefinition",),
        messageRef=yes("消息", "要有名称的消息"),
        operationRef=vain("服务操作", "不起作用，请删除"),
    ),
    **_each(("signalEventDefinition",), signalRef=yes("信号", "要有名称的信号")),
    **_each(("errorEventDefinition",), errorRef=yes("错误", "抛出或捕获哪个错误；捕获时不写即全部")),
    **_each(("escalationEventDefinition",), escalationRef=yes("升级", "抛出或捕获哪个升级；捕获时不写即全部")),
    **_each(_GATEWAYS, gatewayDirection=drawn("方向")),
    **_each(
        ("exclusiveGateway", "inclusiveGateway"), default=yes("默认流向", "条件都不成立时走的线，应当是最谨慎的一条")
    ),
    **_each(
        ("eventBasedGateway",),
        instantiate=no("启动流程", "案件由申请启动，不能由事件网关启动，请画普通开始事件", "false", "0"),
        eventGatewayType=no("网关类型", "只支持先到先走（Exclusive）；要等全部，请用并行网关分开再汇合", "Exclusive"),
    ),
    **_each(("message",), itemRef=drawn("消息类型")),
    **_each(("signal",), structureRef=drawn("信号类型")),
    **_each(
        ("error",),
        errorCode=yes("错误代码", "抛出与捕获以它对应"),
        structureRef=drawn("错误类型"),
    ),
    **_each(
        ("escalation",),
        escalationCode=yes("升级代码", "抛出与捕获以它对应"),
        structureRef=drawn("升级类型"),
    ),
}
