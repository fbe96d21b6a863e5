"""Every expression compiles, and reads only names that somebody sets."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple

from app import feel
from app.engine import script, timers
from app.engine.errors import ElementError
from app.engine.lint.graph import Graph, problem
from app.engine.lint.problem import Known, Problem
from app.engine.xml import Node, bpmn, camunda, child_text

_GIVEN = frozenset(
    {"application", "case", "figure", "optional_figure", "registry", "today", "now", "item", "loopCounter"}
)
_TIMERS = {"timeDate": timers.to_moment, "timeDuration": timers.to_duration, "timeCycle": timers.to_cycle}
_LOOPS = {"loopCardinality": "多实例次数", "completionCondition": "多实例结束条件", "loopCondition": "循环条件"}


class Text(NamedTuple):
    """One expression of a diagram and where it stands."""

    node: Node
    what: str
    expression: str


def check(graph: Graph, known: Known) -> Iterator[Problem]:
    """Expressions that do not compile, names that nobody sets, scripts that are no assignments."""
    names = _names(graph) | frozenset(known.names)
    for text in _texts(graph):
        yield from _compiled(text, names)
    for node in graph.root.iter(bpmn("scriptTask")):
        yield from _script(node, names)
    for node in graph.root.iter(bpmn("timerEventDefinition")):
        yield from _timer(node, names)


def _texts(graph: Graph) -> Iterator[Text]:
    for flow in graph.flows:
        source = graph.nodes.get(flow.source)
        if flow.condition and source is not None:
            yield Text(source, f"通往“{_name(graph, flow.target)}”的条件", flow.condition)
    for node in graph.nodes.values():
        element = graph.elements[node.get("id", "")]
        for name, expression in element.inputs.items():
            if expression:
                yield Text(node, f"输入参数“{name}”", expression)
        for name, value in (*element.attributes.items(), *element.properties.items()):
            if value.startswith("="):
                yield Text(node, f"“{name}”", value)
        for loop in node:
            yield from _loop(node, loop)


def _name(graph: Graph, key: str) -> str:
    node = graph.nodes.get(key)
    return (node.get("name") if node is not None else "") or key


def _loop(node: Node, loop: Node) -> Iterator[Text]:
    collection = loop.get(camunda("collection")) or child_text(loop, "loopDataInputRef")
    if collection:
        yield Text(node, "多实例集合", collection)
    for tag, what in _LOOPS.items():
        if child_text(loop, tag):
            yield Text(node, what, child_text(loop, tag))


def _compiled(text: Text, names: frozenset[str]) -> Iterator[Problem]:
    try:
        expression = feel.compile(script.plain(text.expression))
    except feel.FeelError as error:
        yield problem(text.node, f"{text.what}“{text.expression}”写得不对：{error}")
        return
    yield from _unknown(text.node, text.what, expression, names)


def _unknown(node: Node, what: str, expression: feel.Expression, names: frozenset[str]) -> Iterator[Problem]:
    # A name without position stands in a filter, where it may also be a field of the item.
    read = {name.split(".")[0] for name, position in expression.reads.items() if position is not None}
    for root in sorted(read - names):
        near = get_close_matches(root, sorted(names), 1)
        hint = f"，是不是“{near[0]}”" if near else ""
        yield problem(node, f"{what}用到的“{root}”没有任何环节给出{hint}？请检查名称")


def _script(node: Node, names: frozenset[str]) -> Iterator[Problem]:
    text = child_text(node, "script")
    if not text:
        yield problem(node, "脚本任务没有内容，请写“变量 = 表达式”")
    if (node.get("scriptFormat") or "feel").lower() != "feel":
        yield problem(node, "脚本只支持 FEEL，请把脚本格式改为 feel，每行写“变量 = 表达式”")
    try:
        assignments = script.assignments(text)
    except (ElementError, feel.FeelError) as error:
        yield problem(node, f"脚本写得不对：{error}")
        return
    for path, expression in assignments:
        if path[0] in _GIVEN - {"case"}:
            yield problem(node, f"脚本不能给“{path[0]}”赋值，请换一个变量名")
        yield from _unknown(node, f"脚本“{'.'.join(path)} = …”", expression, names)


def _timer(node: Node, names: frozenset[str]) -> Iterator[Problem]:
    owner = node.getparent()
    for tag, read in _TIMERS.items():
        text = child_text(node, tag)
        if not text:
            continue
        if not timers.is_iso(text):
            yield from _compiled(Text(owner, "定时", text), names)
            continue
        try:
            read(text, timers.EPOCH) if tag == "timeCycle" else read(text)  # type: ignore[operator]
        except (ValueError, OverflowError):
            yield problem(owner, f"定时“{text}”写得不对，请写日期（2020-09-25）、时长（P7D）或循环（R3/P7D）")


def _names(graph: Graph) -> frozenset[str]:
    """Every name that some element gives."""
    names = set(_GIVEN) | set(graph.messages.values()) | {"actor"}
    for element in graph.elements.values():
        if element.type in ("userTask", "manualTask", "businessRuleTask"):
            names.add(element.id)
        names |= {element.attributes.get("resultVariable", ""), element.item_name}
    for node in graph.root.iter(bpmn("scriptTask")):
        names |= _assigned(child_text(node, "script"))
    return frozenset(names - {""})


def _assigned(text: str) -> set[str]:
    try:
        return {path[0] for path, _ in script.assignments(text)}
    except (ElementError, feel.FeelError):
        return set()
