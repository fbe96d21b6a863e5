"""What SpiffWorkflow would silently ignore, get stuck on, or run wrongly. `load` and the linter both refuse it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.engine.xml import Node, bpmn, is_bpmn, local_name

Problem = tuple[Node, str]


def unsupported(root: Node) -> list[Problem]:
    """Each element that cannot run, with a Chinese sentence that says what to do instead."""
    return [problem for rule in _RULES for problem in rule(root)]


_TAGS = {
    "complexGateway": "不支持复杂网关，请改用排他、并行或包容网关",
    "adHocSubProcess": "不支持自由（ad-hoc）子流程，请改用普通子流程",
    "compensateEventDefinition": "不支持补偿事件，请用普通的顺序流画出撤销步骤",
    "linkEventDefinition": "不支持链接事件，请用顺序流直接连接两处",
    "conditionalEventDefinition": "不支持条件事件，请改用排他网关或消息事件",
    "choreographyTask": "不支持编排图，请画普通流程",
    "task": "没有类型的任务不能运行，请改为用户任务、服务任务、脚本任务或业务规则任务",
}


def _tags(root: Node) -> Iterator[Problem]:
    for node in root.iter():
        if not is_bpmn(node):
            continue
        message = _TAGS.get(local_name(node))
        if message:
            owner = node.getparent() if local_name(node).endswith("Definition") else node
            yield owner, message


def _signal_end(root: Node) -> Iterator[Problem]:
    for node in root.iter(bpmn("endEvent")):
        if node.find(bpmn("signalEventDefinition")) is not None:
            yield node, "不支持信号结束事件，请在结束事件之前放一个信号抛出事件"


def _event_sub_processes(root: Node) -> Iterator[Problem]:
    for node in root.iter(bpmn("subProcess")):
        if node.get("triggeredByEvent") == "true":
            yield node, "不支持事件子流程，请改为在活动上放边界事件"


def _event_gateway_timers(root: Node) -> Iterator[Problem]:
    for gateway in root.iter(bpmn("eventBasedGateway")):
        targets = {
            flow.get("targetRef")
            for flow in root.iter(bpmn("sequenceFlow"))
            if flow.get("sourceRef") == gateway.get("id")
        }
        timers = [
            node
            for node in root.iter(bpmn("intermediateCatchEvent"))
            if node.get("id") in targets and node.find(bpmn("timerEventDefinition")) is not None
        ]
        if len(timers) > 1:
            yield gateway, "事件网关后只能有一个定时事件，请合并或改用边界定时事件"


def _implicit_splits(root: Node) -> Iterator[Problem]:
    outgoing: dict[str | None, int] = {}
    for flow in root.iter(bpmn("sequenceFlow")):
        outgoing[flow.get("sourceRef")] = outgoing.get(flow.get("sourceRef"), 0) + 1
    for node in root.iter():
        if is_bpmn(node) and not local_name(node).endswith("Gateway") and outgoing.get(node.get("id"), 0) > 1:
            yield node, "有多条流出线，请在它后面放一个网关，写明走哪一条"


_RULES: tuple[Callable[[Node], Iterator[Problem]], ...] = (
    _tags,
    _signal_end,
    _event_sub_processes,
    _event_gateway_timers,
    _implicit_splits,
)
