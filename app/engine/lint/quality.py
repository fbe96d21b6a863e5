"""What a reader misses: clauses, names, the picture."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.lint.graph import Graph, problem
from app.engine.lint.problem import WARNING, Problem
from app.engine.xml import BPMNDI, bpmn, local_name

_DOCUMENTED = {"userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask", "callActivity"}
_NAMED = _DOCUMENTED | {"subProcess", "transaction", "endEvent"}
_MOST_ELEMENTS = 150


def check(graph: Graph) -> Iterator[Problem]:
    """Warnings only."""
    for node in graph.nodes.values():
        element = graph.elements[node.get("id", "")]
        if local_name(node) in _DOCUMENTED and not element.documentation:
            yield problem(node, "没有说明依据，请在文档（documentation）中写明条款编号和要求", WARNING)
        if local_name(node) in _NAMED and not element.name:
            yield problem(node, "没有名称，办事人员看不懂，请起一个中文名称", WARNING)
    yield from _pictures(graph)
    for process in graph.root.iter(bpmn("process")):
        if sum(1 for node in graph.nodes.values() if node.getparent() is process) > _MOST_ELEMENTS:
            yield problem(process, f"一张图上超过 {_MOST_ELEMENTS} 个元素，读不清也难运行，请拆成子流程", WARNING)


def _pictures(graph: Graph) -> Iterator[Problem]:
    drawn = {
        shape.get("bpmnElement") for tag in ("BPMNShape", "BPMNEdge") for shape in graph.root.iter(f"{{{BPMNDI}}}{tag}")
    }
    missing = [node for key, node in graph.nodes.items() if key not in drawn]
    if graph.nodes and len(missing) == len(graph.nodes):
        yield problem(graph.root, "没有图形信息，设计器打不开，请在流程设计器中排版后保存", WARNING)
        return
    for node in missing:
        yield problem(node, "在图上没有画出来，请在流程设计器中重新排版", WARNING)
    for flow in graph.flows:
        if flow.id not in drawn and flow.source in graph.nodes:
            yield problem(
                graph.nodes[flow.source], f"流出线“{flow.name or flow.id}”在图上没有画出来，请重新连线", WARNING
            )
