"""Events: timers, messages, boundary events and event gateways."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.lint.graph import Graph, Scope, problem
from app.engine.lint.problem import WARNING, Problem
from app.engine.xml import Node, bpmn, child_text, local_name

_TIMES = ("timeDate", "timeDuration", "timeCycle")
_ON_SUB_PROCESS = ("errorEventDefinition", "escalationEventDefinition", "cancelEventDefinition")


def check(graph: Graph) -> Iterator[Problem]:
    """The problems of all events."""
    for scope in graph.scopes:
        for node in scope.nodes.values():
            yield from _definitions(node)
        yield from _boundaries(scope)
        yield from _event_gateways(scope)
    yield from _messages(graph)


def _definitions(node: Node) -> Iterator[Problem]:
    definitions = [child for child in node if local_name(child).endswith("EventDefinition")]
    tag = local_name(node)
    if len(definitions) > 1:
        yield problem(node, "一个事件只能有一种触发方式，请拆成几个事件")
    if tag in ("intermediateCatchEvent", "boundaryEvent") and not definitions:
        yield problem(node, "没有写等什么（消息、定时或信号），请在属性中选择")
    for timer in node.iterchildren(bpmn("timerEventDefinition")):
        times = [name for name in _TIMES if child_text(timer, name)]
        if len(times) != 1:
            yield problem(node, "定时事件要写一个日期、时长或循环，只写一个")
        elif times == ["timeCycle"] and (tag != "boundaryEvent" or node.get("cancelActivity", "true") == "true"):
            yield problem(node, "循环定时只能用在不中断的边界事件上，请改用时长或改为不中断")


def _boundaries(scope: Scope) -> Iterator[Problem]:
    for event in scope.tagged("boundaryEvent"):
        host = scope.nodes.get(event.get("attachedToRef", ""))
        if host is None:
            yield problem(event, "边界事件没有贴在任何活动上，请把它拖到活动的边上")
            continue
        kinds = {local_name(child) for child in event} & set(_ON_SUB_PROCESS)
        if kinds and local_name(host) not in ("subProcess", "transaction", "callActivity"):
            yield problem(event, "错误、升级、取消事件只能贴在子流程上，请改用消息或定时")
        if "cancelEventDefinition" in kinds and local_name(host) != "transaction":
            yield problem(event, "取消事件只能贴在事务子流程上")
        if scope.incoming(event.get("id", "")):
            yield problem(event, "边界事件不能有流入线，请删除")


def _event_gateways(scope: Scope) -> Iterator[Problem]:
    for gateway in scope.tagged("eventBasedGateway"):
        targets = [scope.nodes[flow.target] for flow in scope.outgoing(gateway.get("id", ""))]
        if len(targets) < 2:
            yield problem(gateway, "事件网关后面要有至少两个事件")
        for target in targets:
            if local_name(target) not in ("intermediateCatchEvent", "receiveTask"):
                yield problem(gateway, f"事件网关后面只能是捕获事件，不能是“{target.get('name') or target.get('id')}”")
            elif len(scope.incoming(target.get("id", ""))) > 1:
                yield problem(target, "事件网关后的事件不能再有别的流入线，请另画一个事件")


def _messages(graph: Graph) -> Iterator[Problem]:
    caught, thrown = set(), []
    for owner, ref in _message_refs(graph):
        name = graph.messages.get(ref)
        if not name:
            yield problem(owner, "没有选择消息，或消息没有名称，请在属性中选择一个有名称的消息")
        elif local_name(owner) in ("intermediateThrowEvent", "endEvent", "sendTask"):
            thrown.append((owner, name))
        else:
            caught.add(name)
    for owner, name in thrown:
        if name not in caught:
            yield problem(owner, f"抛出的消息“{name}”在本图中没有人等，请删除或补上接收的事件", WARNING)


def _message_refs(graph: Graph) -> Iterator[tuple[Node, str]]:
    for definition in graph.root.iter(bpmn("messageEventDefinition")):
        yield definition.getparent(), definition.get("messageRef", "")
    for task in graph.root.iter(bpmn("receiveTask"), bpmn("sendTask")):
        yield task, task.get("messageRef", "")
