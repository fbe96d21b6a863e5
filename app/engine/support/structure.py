"""What the tables cannot say word by word: combinations that would be ignored, get stuck, or run wrongly."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from app.engine.xml import FLOW_NODES, Node, bpmn, is_bpmn, local_name

Problem = tuple[Node, str]
_ID = re.compile(r"[^\W\d][\w.\-]{0,99}")
_IDENTIFIED = FLOW_NODES | {"process", "sequenceFlow"}


def broken(root: Node) -> list[Problem]:
    """Each element that cannot run, with a Chinese sentence that says what to do instead."""
    return [problem for rule in _RULES for problem in rule(root)]


def _ids(root: Node) -> Iterator[Problem]:
    counted: Counter[str] = Counter()
    for node in root.iter():
        own = node.get("id", "")
        counted[own] += 1
        if own and counted[own] == 2:
            yield node, f"编号“{own[:40]}”用了不止一次，请给每个元素不同的编号"
        if not is_bpmn(node) or local_name(node) not in _IDENTIFIED:
            continue
        if not own:
            yield node, f"有一个元素（{local_name(node)}）没有编号（id），请用流程设计器打开后重新保存"
        elif not _ID.fullmatch(own):
            yield (
                node,
                f"编号“{own[:40]}”不能用，请以字母或汉字开头，只用字母、汉字、数字、下划线、点和短横，不超过 100 个",
            )


def _event_gateway_timers(root: Node) -> Iterator[Problem]:
    timers = {
        node.get("id")
        for node in root.iter(bpmn("intermediateCatchEvent"))
        if node.find(bpmn("timerEventDefinition")) is not None
    }
    gateways = {node.get("id"): node for node in root.iter(bpmn("eventBasedGateway"))}
    counted = Counter(
        flow.get("sourceRef") for flow in root.iter(bpmn("sequenceFlow")) if flow.get("targetRef") in timers
    )
    for key, gateway in gateways.items():
        if counted[key] > 1:
            yield gateway, "事件网关后只能有一个定时事件，请合并或改用边界定时事件"


def _implicit_splits(root: Node) -> Iterator[Problem]:
    outgoing = Counter(flow.get("sourceRef") for flow in root.iter(bpmn("sequenceFlow")))
    for node in root.iter():
        if is_bpmn(node) and not local_name(node).endswith("Gateway") and outgoing[node.get("id")] > 1:
            yield node, "有多条流出线，请在它后面放一个网关，写明走哪一条"


def _loops(root: Node) -> Iterator[Problem]:
    for loop in root.iter(bpmn("standardLoopCharacteristics")):
        maximum = loop.get("loopMaximum")
        if maximum is not None and not re.fullmatch("[1-9][0-9]{0,3}", maximum):
            yield loop.getparent(), f"循环的最多次数（loopMaximum）“{maximum[:20]}”不能用，请写 1 到 9999 的整数"


_RULES: tuple[Callable[[Node], Iterator[Problem]], ...] = (
    _ids,
    _event_gateway_timers,
    _implicit_splits,
    _loops,
)
