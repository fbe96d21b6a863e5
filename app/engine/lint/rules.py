"""All rules, in the order in which a person would want to hear of them."""

from __future__ import annotations

from app.engine import xml as bpmn_xml
from app.engine.calculation import is_calculation
from app.engine.diagram import load
from app.engine.errors import DiagramError
from app.engine.lint import events, expressions, flow, quality, references, scopes, soundness
from app.engine.lint.graph import Graph, problem
from app.engine.lint.problem import ERROR, WARNING, Known, Problem
from app.engine.support import REFUSED, judged


def lint(xml: bytes, known: Known | None = None) -> list[Problem]:
    """Everything that is wrong with a BPMN file, errors first. A file that is no diagram gives one error."""
    try:
        root = bpmn_xml.read(xml)
    except DiagramError as error:
        return [Problem("", "", ERROR, text) for text in error.problems]
    graph, known = Graph(root), known or Known()
    found = [
        problem(each.node, each.message, ERROR if each.verdict == REFUSED else WARNING, each.see)
        for each in judged(root)
    ]
    for check in (flow.check, events.check, scopes.check):
        found += check(graph)
    if not any(each.severity == ERROR for each in found):
        found += soundness.check(graph)
    found += expressions.check(graph)
    found += references.check(graph, known)
    found += quality.check(graph)
    if not any(each.severity == ERROR for each in found):
        found += _unreadable(xml, graph)
    return sorted(dict.fromkeys(found), key=lambda each: each.severity != ERROR)


def _unreadable(xml: bytes, graph: Graph) -> list[Problem]:
    """What only the parser of the engine notices: what is accepted here can be loaded."""
    try:
        diagram = load(xml)
    except DiagramError as error:
        called = {node.get("calledElement") for node in graph.root.iter(bpmn_xml.bpmn("callActivity"))}
        main = [each for each in graph.root.iter(bpmn_xml.bpmn("process")) if each.get("id") not in called]
        return [problem(main[0] if len(main) == 1 else graph.root, text) for text in error.problems]
    if diagram.start.properties.get("follows") == "figures" and not is_calculation(diagram):
        told = "标准调整的流程成批核算，只能用脚本、决策表、排他网关和服务任务，请去掉人工环节、等待、并行和回路"
        return [Problem(diagram.start.id, diagram.start.name, ERROR, told)]
    return []
