"""What a diagram refers to exists: forms, decisions, topics, templates, positions, clocks, other tasks."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from app.core.priorities import ORDINARY, RANKS
from app.core.said import Hint, nearest
from app.engine.diagram import HUMAN
from app.engine.lint.graph import Graph
from app.engine.lint.problem import ERROR, WARNING, Known, Problem
from app.engine.model import COMPETENCE, GONE, Element
from app.engine.support.properties import PROPERTIES
from app.engine.support.verdicts import anchor
from app.engine.xml import bpmn

_STATUS = {"approved", "refused", "ended", "in_progress", "withdrawn"}
_CORRECTION = {"again", "closes"}
_IDENTITY = {"confirms", "supplies"}
_FOLLOWS = {"case", "figures", "members"}
# What applicants read of a step, with the most characters of each, and the marks with which none may end.
_TOLD = {"public": 40, "stage": 10}
_TELLS = ("accepted", "asked")
_MARKS = "。，；：、！？,.;:!?"
_LITERAL = re.compile(r'=?\s*"([^"]*)"')


def check(graph: Graph, known: Known) -> Iterator[Problem]:
    """Dangling references and unknown properties of all elements."""
    for element in graph.elements.values():
        rules = [_properties(element), _inputs(element, known)]
        if element.type == "userTask":
            rules.append(_user_task(graph, element, known))
        if element.type == "serviceTask":
            rules.append(_service_task(element, known))
        if element.type == "businessRuleTask":
            rules.append(_business_rule(element, known))
        rules.append(_guards(element, known))
        for rule in rules:
            yield from rule


def _problem(element: Element, message: str, severity: str = ERROR, hint: Hint = ()) -> Problem:
    return Problem(element.id, element.label, severity, message, anchor(element.type), hint)


def _missing(element: Element, what: str, name: str, known: Collection[str] | None) -> Iterator[Problem]:
    if known is not None and name not in known:
        hint = nearest(name, known)
        meant = f"，是不是“{hint[-1]}”？" if hint else f"，可用的有：{'、'.join(sorted(known)) or '无'}"
        yield _problem(element, f"{what}“{name}”不存在{meant}", hint=hint)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _user_task(graph: Graph, element: Element, known: Known) -> Iterator[Problem]:
    groups, form = element.attributes.get("candidateGroups", ""), element.attributes.get("formKey", "")
    if not groups:
        yield _problem(element, "没有写由谁办理，请填写候选岗位（candidateGroups）")
    elif not groups.startswith("="):
        for position in _split(groups):
            yield from _missing(element, "岗位", position, known.positions)
    if not form:
        yield _problem(element, "没有表单，请填写表单（formKey）")
    else:
        yield from _missing(element, "表单", form, known.forms)
    if clock := element.properties.get("clock"):
        yield from _missing(element, "时限", clock, known.clocks)
    if element.properties.get("priority", ORDINARY) not in RANKS:
        yield _problem(element, "优先程度（priority）应为 urgent（特急）或 ordinary（一般）")
    if element.properties.get("identity", "confirms") not in _IDENTITY:
        yield _problem(element, "核实身份（identity）只能是 confirms 或 supplies，请改正")
    if element.properties.get("correction", "again") not in _CORRECTION:
        yield _problem(element, "更正申请（correction）应为 again 或 closes")
    if element.properties.get("together", "yes") != "yes":
        yield _problem(element, "一起办理（together）只能写 yes，逐件办理的不写")
    if "together" in element.properties and "itemKey" in element.properties:
        yield _problem(element, "按人分别填写（itemKey）的环节不能一起办理，请去掉 together")
    if COMPETENCE in element.properties and not _is_taken_away(graph, element):
        told = f"写了权限（competence），请在它的边上放消息为 {GONE} 的中断边界事件，连到重新确定由谁办理的环节"
        yield _problem(element, told)
    for other in _split(element.properties.get("separateFrom", "")):
        if other == element.id or graph.elements.get(other, element).type not in HUMAN or other not in graph.elements:
            told = f"应与之分开办理的环节“{other}”不是本图中的另一个人工环节，请检查 separateFrom"
            humans = [each.id for each in graph.elements.values() if each.type in HUMAN and each.id != element.id]
            yield _problem(element, told, hint=nearest(other, humans))


def _is_taken_away(graph: Graph, element: Element) -> bool:
    """Whether a boundary event of the task ends it when the competence goes."""
    for event in graph.root.iter(bpmn("boundaryEvent")):
        if event.get("attachedToRef") == element.id and event.get("cancelActivity", "true") == "true":
            refs = (each.get("messageRef", "") for each in event.iterchildren(bpmn("messageEventDefinition")))
            if any(graph.messages.get(ref) == GONE for ref in refs):
                return True
    return False


def _service_task(element: Element, known: Known) -> Iterator[Problem]:
    topic = element.attributes.get("topic")
    if not topic:
        yield _problem(element, "没有写主题（topic），请选择这一步做什么")
    else:
        yield from _missing(element, "主题", topic, known.topics)


def _business_rule(element: Element, known: Known) -> Iterator[Problem]:
    decision = element.attributes.get("decisionRef")
    if not decision:
        yield _problem(element, "没有写决策表编号，请填写 decisionRef")
    else:
        yield from _missing(element, "决策表", decision, known.decisions)
    if not element.attributes.get("resultVariable"):
        told = "没有写结果变量，决策结果将存为它的编号，请填写 resultVariable"
        yield _problem(element, told, WARNING, ("set", "camunda:resultVariable", decision or ""))


def _guards(element: Element, known: Known) -> Iterator[Problem]:
    for guard in element.guards:
        yield from _missing(element, "把关的决策表", guard, known.decisions)


def _is_sayable(text: str, longest: int) -> bool:
    """Whether a sentence can go on behind it: the applicant reads the words with a day or a telephone after them."""
    return 0 < len(text.strip()) <= longest and text[-1] not in _MARKS


def _inputs(element: Element, known: Known) -> Iterator[Problem]:
    for name, what, keys in (("template", "文书模板", known.templates), ("clock", "时限", known.clocks)):
        literal = _LITERAL.fullmatch(element.inputs.get(name, ""))
        if literal:
            yield from _missing(element, what, literal.group(1), keys)


def _properties(element: Element) -> Iterator[Problem]:
    allowed = {name for tag, name in PROPERTIES if tag in ("*", element.type)}
    for name, value in element.properties.items():
        if name not in allowed:
            hint = nearest(name, sorted(allowed))
            meant = f"，是不是“{hint[-1]}”" if hint else ""
            yield _problem(element, f"属性“{name}”不起作用{meant}？请检查名称", WARNING, hint)
        elif name in _TOLD and not _is_sayable(value, _TOLD[name]):
            told = f"{name} 给申请人看，应为 1 到 {_TOLD[name]} 字，末尾不加标点，请改短或者去掉标点"
            yield _problem(element, told)
        elif name == "tells" and value not in _TELLS:
            told = f"给申请人发短信（tells）只能写 {'、'.join(_TELLS)}，不能写“{value}”"
            yield _problem(element, told, hint=nearest(value, _TELLS))
        elif name == "figuresOn" and value != "application":
            told = f"figuresOn 只能写 application（按申请日取值），不能写“{value}”"
            yield _problem(element, told, hint=("swap", value, "application"))
        elif name == "follows" and value not in _FOLLOWS:
            yield _problem(
                element,
                f"follows 不认识“{value}”，请写 case（申请被拒绝以后）、figures（标准调整以后）"
                "或 members（成员减少以后）",
                hint=nearest(value, _FOLLOWS),
            )
        elif name == "status" and value not in _STATUS:
            told = f"结束状态“{value}”不认识，请写 {'、'.join(sorted(_STATUS))} 之一"
            yield _problem(element, told, hint=nearest(value, _STATUS))
