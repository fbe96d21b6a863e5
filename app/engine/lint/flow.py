"""Flows: every element is reached and leads to an end, every choice has a condition and a default."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from app.core.said import Hint
from app.engine.lint.graph import Graph, Scope, problem
from app.engine.lint.problem import ERROR, WARNING, Problem
from app.engine.model import Flow
from app.engine.xml import bpmn, local_name

_CHOICES = ("exclusiveGateway", "inclusiveGateway")


def check(graph: Graph) -> Iterator[Problem]:
    """The problems of all scopes."""
    yield from _present(graph)
    yield from _ends_of_flows(graph)
    yield from _calls(graph)
    for scope in graph.scopes:
        for rule in (_starts, _reachable, _leads_on, _gateways, _misplaced_conditions):
            yield from rule(scope)


def _present(graph: Graph) -> Iterator[Problem]:
    if not any(True for _ in graph.root.iter(bpmn("process"))):
        yield problem(graph.root, "文件中没有流程，请先画一个流程")


def _ends_of_flows(graph: Graph) -> Iterator[Problem]:
    inside = {flow.id for scope in graph.scopes for flow in scope.flows}
    for node in graph.root.iter(bpmn("sequenceFlow")):
        if not node.get("sourceRef") or not node.get("targetRef"):
            yield problem(node, "这条线有一端没有连上环节，请重新连线或删除")
        elif node.get("id") not in inside:
            yield problem(node, "顺序流的两端不在同一个流程或子流程内，请重新连线")


def _calls(graph: Graph) -> Iterator[Problem]:
    processes = {node.get("id") for node in graph.root.iter(bpmn("process"))}
    for node in graph.root.iter(bpmn("callActivity")):
        if node.get("calledElement") not in processes:
            yield problem(node, f"调用的流程“{node.get('calledElement') or ''}”不在这个文件中，请检查 calledElement")


def _starts(scope: Scope) -> Iterator[Problem]:
    starts, ends = list(scope.tagged("startEvent")), list(scope.tagged("endEvent"))
    if len(starts) != 1:
        yield problem(scope.node, f"有 {len(starts)} 个开始事件，应当正好一个")
    if not ends:
        yield problem(scope.node, "没有结束事件，请至少画一个")
    for start in starts:
        if any(local_name(child).endswith("EventDefinition") for child in start):
            yield problem(start, "开始事件不能带消息、定时或信号：案件由申请启动，请改为普通开始事件")
        if scope.incoming(start.get("id", "")):
            yield problem(start, "开始事件不能有流入线，请把线接到后面的网关上")


def _reachable(scope: Scope) -> Iterator[Problem]:
    starts = [node.get("id", "") for node in scope.tagged("startEvent")]
    ends = [node.get("id", "") for node in scope.tagged("endEvent")]
    if not starts or not ends:
        return
    reached = _spread(starts, lambda key: [*(f.target for f in scope.outgoing(key)), *scope.boundary_events(key)])
    ending = _spread(ends, lambda key: [f.source for f in scope.incoming(key)])
    for key, node in scope.nodes.items():
        if key not in reached and not (
            local_name(node) == "boundaryEvent" and node.get("attachedToRef") not in reached
        ):
            yield problem(node, "从开始事件走不到这里，请连上流入线或删除它")
        elif key in reached and key not in ending and scope.outgoing(key):
            yield problem(node, "从这里走不到任何结束事件，请补上通往结束的线")


def _spread(first: Iterable[str], following: Callable[[str], list[str]]) -> set[str]:
    reached, pending = set(first), deque(first)
    while pending:
        for key in following(pending.popleft()):
            if key not in reached:
                reached.add(key)
                pending.append(key)
    return reached


def _leads_on(scope: Scope) -> Iterator[Problem]:
    for key, node in scope.nodes.items():
        ends = local_name(node) == "endEvent"
        if not ends and not scope.outgoing(key):
            yield problem(node, "后面没有下一步，请连到下一个元素或结束事件")
        if ends and scope.outgoing(key):
            yield problem(node, "结束事件后面不能再有线，请删除流出线")


def _gateways(scope: Scope) -> Iterator[Problem]:
    for gateway in scope.tagged(*_CHOICES):
        outgoing, default = scope.outgoing(gateway.get("id", "")), gateway.get("default")
        if default and default not in {flow.id for flow in outgoing}:
            told = f"默认流向“{default}”不是它的流出线，请重新指定默认流向"
            yield problem(gateway, told, hint=_only_bare(outgoing))
        elif len(outgoing) > 1 and not default:
            told = "没有默认流向：条件都不成立时案件会卡住，请指定一条默认流向"
            yield problem(gateway, told, hint=_only_bare(outgoing))
        for flow in outgoing:
            if len(outgoing) > 1 and flow.id != default and not flow.condition:
                yield problem(gateway, f"通往“{_target(scope, flow.target)}”的线没有条件，请写条件或设为默认流向")
            if flow.id == default and flow.condition:
                told = "默认流向上的条件不起作用，请删除这个条件"
                yield problem(gateway, told, WARNING, hint=("drop", flow.id, "conditionExpression"))
    for gateway in scope.tagged("exclusiveGateway", "inclusiveGateway", "parallelGateway"):
        key = gateway.get("id", "")
        if len(scope.incoming(key)) == 1 and len(scope.outgoing(key)) == 1:
            yield problem(gateway, "这个网关只有一进一出，没有作用，可以删除", WARNING)


def _only_bare(outgoing: list[Flow]) -> Hint:
    """Make the one flow without a condition the default."""
    bare = [flow.id for flow in outgoing if not flow.condition]
    return ("set", "default", bare[0]) if len(bare) == 1 else ()


def _target(scope: Scope, key: str) -> str:
    return scope.nodes[key].get("name") or key


def _misplaced_conditions(scope: Scope) -> Iterator[Problem]:
    for flow in scope.flows:
        if flow.condition and local_name(scope.nodes[flow.source]) not in _CHOICES:
            yield problem(
                scope.nodes[flow.source], "流出线上写了条件，但这里不是排他或包容网关，条件不会生效，请加网关", ERROR
            )
