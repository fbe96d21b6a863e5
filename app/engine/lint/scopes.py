"""Who throws to whom: events where they cannot stand, errors and cancellations that nobody catches, silent signals."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.lint.graph import Graph, problem
from app.engine.lint.problem import Problem
from app.engine.xml import Node, bpmn, local_name

_BOUNDARY = "请改为贴在子流程边上的边界事件"
_END = "请改用结束事件"
_MISPLACED = {
    ("intermediateCatchEvent", "error"): f"错误不能在路上等，{_BOUNDARY}",
    ("intermediateCatchEvent", "escalation"): f"升级不能在路上等，{_BOUNDARY}",
    ("intermediateCatchEvent", "cancel"): "取消不能在路上等，请改为贴在事务子流程边上的边界事件",
    ("intermediateCatchEvent", "terminate"): f"终止没有可等的，{_END}",
    ("intermediateThrowEvent", "error"): f"错误不能在路上抛出，{_END}",
    ("intermediateThrowEvent", "cancel"): f"取消不能在路上抛出，{_END}（画在事务子流程里）",
    ("intermediateThrowEvent", "terminate"): f"终止不能在路上发生，{_END}",
    ("endEvent", "timer"): "结束事件不能是定时，请在它之前放一个定时捕获事件",
    ("boundaryEvent", "terminate"): "边界事件不能是终止，请改用消息、定时、错误或升级",
}


def check(graph: Graph) -> Iterator[Problem]:
    """The problems of all events that are thrown, and of those that wait for them."""
    yield from _misplaced(graph)
    yield from _always_interrupting(graph)
    yield from _cancellations(graph)
    yield from _errors(graph)
    yield from _signals(graph)
    yield from _calls_of_itself(graph)


def _kinds(node: Node) -> set[str]:
    suffix = "EventDefinition"
    return {local_name(child).removesuffix(suffix) for child in node if local_name(child).endswith(suffix)}


def _misplaced(graph: Graph) -> Iterator[Problem]:
    for node in graph.nodes.values():
        for kind in sorted(_kinds(node)):
            if message := _MISPLACED.get((local_name(node), kind)):
                yield problem(node, message)


def _always_interrupting(graph: Graph) -> Iterator[Problem]:
    for event in graph.root.iter(bpmn("boundaryEvent")):
        if event.get("cancelActivity", "true") != "true" and _kinds(event) & {"error", "cancel"}:
            yield problem(event, "错误和取消的边界事件总是中断活动，请去掉“不中断”")


def _cancellations(graph: Graph) -> Iterator[Problem]:
    for end in graph.root.iter(bpmn("endEvent")):
        if "cancel" not in _kinds(end):
            continue
        scope = end.getparent()
        if local_name(scope) != "transaction":
            yield problem(end, "取消结束事件只能直接画在事务子流程里，请改用终止、错误或普通结束事件")
        elif not any("cancel" in _kinds(event) for event in _attached(graph, scope)):
            yield problem(end, "所在的事务边上没有取消边界事件，请放一个，并连到取消之后的步骤")


def _errors(graph: Graph) -> Iterator[Problem]:
    for end in graph.root.iter(bpmn("endEvent")):
        for definition in end.iterchildren(bpmn("errorEventDefinition")):
            if not _is_caught(graph, end.getparent(), _code(graph, definition), frozenset()):
                yield problem(
                    end,
                    "抛出的错误没有人接，案件会停在这里：请在所在子流程的边上放错误边界事件，或改用终止、普通结束事件",
                )


def _is_caught(graph: Graph, scope: Node, code: str | None, seen: frozenset[str]) -> bool:
    """Whether an error that leaves a scope is caught on every way by which the scope can be entered."""
    own = scope.get("id", "")
    if own in seen:
        return True
    if local_name(scope) != "process":
        return _is_caught_at(graph, scope, code, seen | {own})
    callers = [call for call in graph.root.iter(bpmn("callActivity")) if call.get("calledElement") == own]
    return bool(callers) and all(_is_caught_at(graph, call, code, seen | {own}) for call in callers)


def _is_caught_at(graph: Graph, activity: Node, code: str | None, seen: frozenset[str]) -> bool:
    for event in _attached(graph, activity):
        for definition in event.iterchildren(bpmn("errorEventDefinition")):
            if _code(graph, definition) in (None, code):
                return True
    return _is_caught(graph, activity.getparent(), code, seen)


def _attached(graph: Graph, activity: Node) -> list[Node]:
    own = activity.get("id")
    return [event for event in graph.root.iter(bpmn("boundaryEvent")) if event.get("attachedToRef") == own]


def _code(graph: Graph, definition: Node) -> str | None:
    """By what an error is told apart: its code, else its id; None for any."""
    ref = definition.get("errorRef")
    codes = [node.get("errorCode") for node in graph.root.iter(bpmn("error")) if node.get("id") == ref]
    return next(iter(codes), None) or ref


def _signals(graph: Graph) -> Iterator[Problem]:
    throwing = ("intermediateThrowEvent", "endEvent")
    names = {node.get("id", ""): node.get("name", "") for node in graph.root.iter(bpmn("signal"))}
    used = [
        (each.getparent(), names.get(each.get("signalRef", ""), ""))
        for each in graph.root.iter(bpmn("signalEventDefinition"))
    ]
    thrown = {name for node, name in used if local_name(node) in throwing}
    for node, name in used:
        if not name:
            yield problem(node, "没有选择信号，或信号没有名称，请在属性中选择一个有名称的信号")
        elif local_name(node) not in throwing and name not in thrown:
            yield problem(node, f"等的信号“{name}”在本图中没有人抛出，案件会一直等下去：请补上抛出的事件，或改用消息")


def _calls_of_itself(graph: Graph) -> Iterator[Problem]:
    calls: dict[str, list[str]] = {}
    for process in graph.root.iter(bpmn("process")):
        called = [each.get("calledElement", "") for each in process.iter(bpmn("callActivity"))]
        calls[process.get("id", "")] = called
    for process in graph.root.iter(bpmn("process")):
        reached, pending = set(), list(calls[process.get("id", "")])
        while pending:
            key = pending.pop()
            if key not in reached:
                reached.add(key)
                pending += calls.get(key, [])
        if process.get("id", "") in reached:
            yield problem(process, "流程直接或间接地调用自己，请改用循环或多实例")
