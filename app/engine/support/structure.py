"""What the tables cannot say word by word: combinations that would be ignored, get stuck, or run wrongly."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Set

from app import feel
from app.engine.xml import FLOW_NODES, Node, bpmn, camunda, is_bpmn, local_name

Problem = tuple[Node, str]
_ID = re.compile(r"[^\W\d][\w.\-]{0,99}")
_NAME = re.compile(r"[^\W\d]\w{0,99}")
_PASSED = ("source", "sourceExpression", "target", "variables", "businessKey")
_TAKEN = ("item", "loopCounter")
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


def _passing(root: Node) -> Iterator[Problem]:
    for call in root.iter(bpmn("callActivity")):
        targets: Counter[tuple[str, str]] = Counter()
        for item in call.iterfind(f"{bpmn('extensionElements')}/*"):
            if item.tag in (camunda("in"), camunda("out")):
                targets[local_name(item), item.get("target", "")] += 1
                yield from ((call, why) for why in _passed(item))
        for (_, name), times in targets.items():
            if name and times > 1:
                yield call, f"“{name[:40]}”传了不止一次，请只留一个"


def _passed(item: Node) -> Iterator[str]:
    what = f"camunda:{local_name(item)}"
    given = {name: value for name, value in item.attrib.items() if name != "businessKey"}
    if strange := [name for name in given if name not in _PASSED]:
        ways = "source（或 sourceExpression）和 target，或 variables=all"
        yield f"{what} 的写法“{strange[0][:40]}”不支持，请只写 {ways}"
    elif "variables" in given:
        if given != {"variables": "all"}:
            yield f"{what} 的 variables 只能写 all，而且不与 source、target 同写，请改成单独的一行"
    elif given and ("source" in given) == ("sourceExpression" in given):
        yield f"{what} 要写 source 或 sourceExpression，只写一个"
    elif given:
        yield from _variable(f"{what} 的 target", given.get("target", ""))


def _outputs(root: Node) -> Iterator[Problem]:
    for parameter in root.iter(camunda("outputParameter")):
        owner = parameter
        while owner.getparent() is not None and local_name(owner) not in FLOW_NODES:
            owner = owner.getparent()
        inputs = {each.get("name") for each in parameter.getparent().iterchildren(camunda("inputParameter"))}
        yield from ((owner, why) for why in _variable("输出参数", parameter.get("name", "")))
        for name in sorted(inputs & _read(parameter.text or "")):
            yield owner, f"输出参数读不到输入参数“{name}”（它只交给这一步），请直接写它的表达式"


def _read(text: str) -> Set[str]:
    try:
        return feel.compile(text.strip().removeprefix("=")).names
    except feel.FeelError:  # the linter says what is wrong with it
        return frozenset()


def _variable(what: str, name: str) -> Iterator[str]:
    if not _NAME.fullmatch(name):
        yield f"{what}“{name[:40]}”不能作变量名，请以字母或汉字开头，只用字母、汉字、数字和下划线"
    elif name in _TAKEN:
        yield f"{what}“{name}”是多实例的当前项的名称，请换一个变量名"


def _two_deadlines(root: Node) -> Iterator[Problem]:
    for task in root.iter(bpmn("userTask")):
        clocks = [each for each in task.iter(camunda("property")) if each.get("name") == "clock"]
        if task.get(camunda("dueDate")) and clocks:
            yield task, "既有期限（camunda:dueDate）又有时限（clock），请只留一个"


_RULES: tuple[Callable[[Node], Iterator[Problem]], ...] = (
    _ids,
    _event_gateway_timers,
    _implicit_splits,
    _loops,
    _passing,
    _outputs,
    _two_deadlines,
)
