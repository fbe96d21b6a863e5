"""SpiffWorkflow's parser with our task specs. It sees a copy of the file without extensions and data objects."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import (
    CANCEL_EVENT_XPATH,
    ERROR_EVENT_XPATH,
    ESCALATION_EVENT_XPATH,
    MESSAGE_EVENT_XPATH,
    SIGNAL_EVENT_XPATH,
    TERMINATION_EVENT_XPATH,
    BoundaryEventParser,
    EndEventParser,
    EventBasedGatewayParser,
    EventDefinitionParser,
    IntermediateCatchEventParser,
    IntermediateThrowEventParser,
    ReceiveTaskParser,
    SendTaskParser,
    StartEventParser,
)
from SpiffWorkflow.bpmn.parser.node_parser import DEFAULT_NSMAP
from SpiffWorkflow.bpmn.parser.task_parsers import (
    CallActivityParser,
    ConditionalGatewayParser,
    GatewayParser,
    ScriptTaskParser,
    SubWorkflowParser,
)
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.defaults import (
    IntermediateCatchEvent,
    StartEvent,
)
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import (
    CodeEventDefinition,
    ErrorEventDefinition,
    EscalationEventDefinition,
)

from app.engine import events, gateways, specs
from app.engine.errors import DiagramError
from app.engine.repetition import Loop, MultiInstance
from app.engine.timers import CycleTimer, DateTimer, DurationTimer, TimerDefinition
from app.engine.xml import CAMUNDA, Node, bpmn, item_name

_NAMESPACES = {**DEFAULT_NSMAP, "camunda": CAMUNDA}

# Data objects hung the parser once, correlations and extensions evaluate Python in the stock engine; we need none.
_STRIPPED = [
    "extensionElements",
    "dataObject",
    "dataObjectReference",
    "dataStore",
    "dataStoreReference",
    "dataInputAssociation",
    "dataOutputAssociation",
    "ioSpecification",
    "property",
    "correlationProperty",
    "correlationKey",
    "correlationSubscription",
]


class ActivityParser(TaskParser):
    """Activities: repetition and boundary events of our kind."""

    task: Any

    def _add_loop_task(self, loop_characteristics: Node) -> None:
        maximum = loop_characteristics.get("loopMaximum")
        condition = _text(loop_characteristics, "loopCondition")
        if maximum is None and condition is None:
            self.raise_validation_exception("循环任务要写明循环条件或最多次数")
        self._wrap(
            Loop,
            maximum=int(maximum) if maximum else None,
            condition=condition,
            test_before=loop_characteristics.get("testBefore") == "true",
        )

    def _add_multiinstance_task(self, loop_characteristics: Node) -> None:
        collection = self.attribute("collection", "camunda", loop_characteristics)
        collection = collection or _text(loop_characteristics, "loopDataInputRef")
        cardinality = _text(loop_characteristics, "loopCardinality")
        if (collection is None) == (cardinality is None):
            self.raise_validation_exception("多实例活动要写明集合（collection）或次数（loopCardinality），只写一个")
        self._wrap(
            MultiInstance,
            sequential=loop_characteristics.get("isSequential") == "true",
            collection=collection,
            cardinality=cardinality,
            item_name=item_name(loop_characteristics) or "item",
            completion=_text(loop_characteristics, "completionCondition"),
        )

    def _wrap(self, spec_class: type, **parameters: Any) -> None:
        original = self.spec.task_specs.pop(self.task.name)
        self.task = spec_class(self.spec, original.name, bpmn_name=original.bpmn_name, lane=original.lane, **parameters)
        self._copy_task_attrs(original)
        original.completed_event.connect(self.task.instance_completed)

    def _add_boundary_event(self, children: list[Node]) -> events.BoundarySplit:
        split = events.BoundarySplit(self.spec, f"{self.bpmn_id}.BoundaryEventSplit", lane=self.task.lane)
        join = events.BoundaryJoin(
            self.spec, f"{self.bpmn_id}.BoundaryEventJoin", lane=self.task.lane, split_task=split.name, cancel=True
        )
        split.connect(self.task)
        self.task.connect(join)
        for event in children:
            child = self.process_parser.parse_node(event)
            split.connect(child)
            child.connect(join)
        return split


class _Event(EventDefinitionParser):
    """Events with our timers, whose errors and escalations are told apart by their code, else by their id."""

    def parse_timer_event(self, event: Node) -> TimerDefinition:
        for tag, kind in (("timeDate", DateTimer), ("timeDuration", DurationTimer), ("timeCycle", CycleTimer)):
            expression = _text(event, tag)
            if expression is not None:
                return kind(self.node.get("id"), expression)
        raise ValidationException("定时事件没有写明时间", node=self.node)

    def parse_error_event(self, event: Node) -> ErrorEventDefinition:
        return self._coded(ErrorEventDefinition, event, "error")

    def parse_escalation_event(self, event: Node) -> EscalationEventDefinition:
        return self._coded(EscalationEventDefinition, event, "escalation")

    def _coded(self, kind: type[CodeEventDefinition], event: Node, tag: str) -> Any:
        ref = event.get(f"{tag}Ref")
        found = [node for node in event.getroottree().getroot().iter(bpmn(tag)) if node.get("id") == ref]
        if ref and not found:
            self.raise_validation_exception(f"引用的“{ref}”不存在，请重新选择")
        return kind(tag, (found[0].get(f"{tag}Code") or ref) if ref else None)


class _Start(_Event, StartEventParser):
    pass


class _Catch(_Event, IntermediateCatchEventParser):
    pass


class _Boundary(_Event, BoundaryEventParser):
    pass


class _Throw(_Event, IntermediateThrowEventParser):
    pass


class _End(_Event, EndEventParser):
    def create_task(self) -> Any:
        task = self._create_task(self.get_event_definition(_ENDS))
        task.connect(self.spec.end)
        return task


_ENDS = [
    MESSAGE_EVENT_XPATH,
    SIGNAL_EVENT_XPATH,
    ESCALATION_EVENT_XPATH,
    ERROR_EVENT_XPATH,
    CANCEL_EVENT_XPATH,
    TERMINATION_EVENT_XPATH,
]


class _EventGateway(EventBasedGatewayParser):
    def create_task(self) -> Any:
        return self._create_task(specs.Alternatives())


class _Script(ActivityParser, ScriptTaskParser):
    pass


class _SubProcess(ActivityParser, SubWorkflowParser):
    pass


class _Call(ActivityParser, CallActivityParser):
    pass


class _Send(ActivityParser, SendTaskParser):
    pass


class _Receive(ActivityParser, ReceiveTaskParser):
    pass


class Parser(BpmnParser):
    """Only what the engine supports; every other tag is refused."""

    PARSER_CLASSES = {
        full_tag("exclusiveGateway"): BpmnParser.PARSER_CLASSES[full_tag("exclusiveGateway")],
        full_tag("parallelGateway"): (GatewayParser, gateways.ParallelGateway),
        full_tag("inclusiveGateway"): (ConditionalGatewayParser, gateways.InclusiveGateway),
        full_tag("startEvent"): (_Start, StartEvent),
        full_tag("intermediateCatchEvent"): (_Catch, IntermediateCatchEvent),
        full_tag("boundaryEvent"): (_Boundary, events.BoundaryEvent),
        full_tag("intermediateThrowEvent"): (_Throw, events.ThrowEvent),
        full_tag("endEvent"): (_End, events.EndEvent),
        full_tag("eventBasedGateway"): (_EventGateway, specs.EventGateway),
        full_tag("userTask"): (ActivityParser, specs.UserTask),
        full_tag("manualTask"): (ActivityParser, specs.ManualTask),
        full_tag("serviceTask"): (ActivityParser, specs.ExternalTask),
        full_tag("businessRuleTask"): (ActivityParser, specs.DecisionTask),
        full_tag("scriptTask"): (_Script, specs.AssignmentTask),
        full_tag("sendTask"): (_Send, events.SendTask),
        full_tag("receiveTask"): (_Receive, specs.ReceiveTask),
        full_tag("subProcess"): (_SubProcess, specs.SubProcess),
        full_tag("transaction"): (_SubProcess, specs.Transaction),
        full_tag("callActivity"): (_Call, specs.Call),
    }


def parse_specs(root: Node, process_id: str) -> tuple[Any, Mapping[str, Any]]:
    """The spec of a process, and those of its sub-processes and called processes by name. Raises DiagramError."""
    copy = deepcopy(root)
    etree.strip_elements(copy, *(bpmn(tag) for tag in _STRIPPED), with_tail=False)
    parser = Parser(namespaces=_NAMESPACES)
    try:
        parser.add_bpmn_xml(copy)
        spec, sub_specs = parser.get_spec(process_id), parser.get_subprocess_specs(process_id)
    except Exception as error:  # the parser answers a strange file with whatever it stumbles over
        raise DiagramError(_explain(error)) from error
    return spec, sub_specs


def _text(node: Node, tag: str) -> str | None:
    child = node.find(bpmn(tag))
    return (child.text or "").strip() or None if child is not None else None


def _explain(error: BaseException) -> str:
    """A Chinese sentence: SpiffWorkflow's own are English and quote XML."""
    where = (
        f"“{error.name or error.id}”：" if isinstance(error, ValidationException) and (error.name or error.id) else ""
    )
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, RecursionError):
            return f"{where}到这里一条路径上的环节太多，或层次太深，请拆成几个子流程"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, ValidationException) and not str(error).isascii():
        return f"{where}{error}"
    return f"{where}这里的写法，或它引用的消息、信号、错误、升级、流程有误，请在属性中重新选择，或删除后重画"
