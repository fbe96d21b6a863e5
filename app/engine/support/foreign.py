"""Namespaces of other programs: drawing tools, which are let pass, and other engines, which are told how to move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

DRAWING = (
    "http://www.omg.org/spec/BPMN/20100524/DI",
    "http://www.omg.org/spec/DD/20100524/",
    "http://www.omg.org/spec/BPMN/non-normative/color/",
    "http://bpmn.io/schema/bpmn/biocolor/",
    "http://camunda.org/schema/modeler/",
    "http://www.w3.org/",
    "http://www.signavio.com",
    "http://www.trisotech.com/",
    "http://www.bpsim.org/",
    "http://schemas.microsoft.com/visio/",
    "http://www.visualparadigm.com",
    "http://www.bizagi.com/",
    "http://drawio.com/",
    "https://app.diagrams.net",
    "http://sourceforge.net/bpmn/definitions/",
    "http://www.yaoqiang",
    "http://flowable.org/design",
    "http://flowable.org/modeler",
    "http://flowable.com/modeler",
    "http://activiti.com/modeler",
)
PLATFORM = "{http://camunda.org/schema/modeler/1.0}executionPlatform"
CLOUD = "Camunda Cloud"


class Engine(NamedTuple):
    """Another engine: the namespace of its extensions, its name, and for each of its words what to write instead."""

    namespace: str
    prefix: str
    name: str
    instead: Mapping[str, str]


_ACTIVITI = {
    "assignee": "候选岗位（camunda:candidateGroups）",
    "candidateUsers": "候选岗位（camunda:candidateGroups）",
    "candidateGroups": "候选岗位（camunda:candidateGroups），写岗位编号",
    "formKey": "表单（camunda:formKey），写方案文件夹里的表单文件名",
    "formProperty": "form-js 表单",
    "dueDate": "期限（camunda:dueDate），或时限（属性 clock）",
    "priority": "优先程度（属性 priority）",
    "skipExpression": "排他网关",
    "class": "主题（camunda:topic）",
    "expression": "主题（camunda:topic）",
    "delegateExpression": "主题（camunda:topic）",
    "type": "dmn 改为业务规则任务（camunda:decisionRef），其余改为 external，加主题（camunda:topic）",
    "topic": "主题（camunda:topic）",
    "resultVariable": "结果变量（camunda:resultVariable）",
    "resultVariableName": "结果变量（camunda:resultVariable）",
    "field": "输入参数（camunda:inputParameter）",
    "string": "输入参数的内容",
    "collection": "多实例集合（camunda:collection），FEEL 列表",
    "elementVariable": "当前项的名称（camunda:elementVariable）",
    "in": "传入（camunda:in），表达式写成 FEEL",
    "out": "传出（camunda:out），表达式写成 FEEL",
    "taskListener": "图上的服务任务或脚本任务",
    "executionListener": "图上的服务任务或脚本任务",
    "async": "删除",
    "asyncLeave": "删除",
    "exclusive": "删除",
    "initiator": "删除，申请人在 application 中",
    "candidateStarterGroups": "删除，谁可以申请由岗位的权限决定",
    "candidateStarterUsers": "删除，谁可以申请由岗位的权限决定",
    "formFieldValidation": "删除，表单总会校验",
}

ENGINES = (
    Engine(
        "http://camunda.org/schema/zeebe/1.0",
        "zeebe",
        "Camunda 8",
        {
            "taskDefinition": "服务任务的主题（camunda:type 为 external，camunda:topic）",
            "taskHeaders": "输入参数（camunda:inputParameter）",
            "header": "输入参数（camunda:inputParameter）",
            "ioMapping": "输入参数（camunda:inputParameter）和输出参数（camunda:outputParameter）",
            "input": "输入参数（camunda:inputParameter），服务任务才有",
            "output": "输出参数（camunda:outputParameter）",
            "assignmentDefinition": "候选岗位（camunda:candidateGroups）",
            "formDefinition": "表单（camunda:formKey），写方案文件夹里的表单文件名",
            "userTaskForm": "方案文件夹里的表单文件",
            "userTask": "删除",
            "taskSchedule": "期限（camunda:dueDate），或时限（属性 clock）",
            "priorityDefinition": "优先程度（属性 priority）",
            "calledDecision": "决策表和结果变量（camunda:decisionRef、camunda:resultVariable）",
            "calledElement": "调用活动的 calledElement",
            "script": "脚本任务的内容（bpmn:script），每行“变量 = 表达式”",
            "loopCharacteristics": "多实例集合和当前项（camunda:collection、camunda:elementVariable）",
            "subscription": "删除，消息总是发给本案件",
            "executionListeners": "图上的服务任务或脚本任务",
            "taskListeners": "图上的服务任务或脚本任务",
            "properties": "属性（camunda:properties）",
            "adHoc": "普通子流程",
            "versionTag": "删除",
        },
    ),
    Engine("http://flowable.org/bpmn", "flowable", "Flowable", _ACTIVITI),
    Engine("http://activiti.org/bpmn", "activiti", "Activiti", _ACTIVITI),
)
