"""How settings, cells and durations of bundles are said in Chinese; what has no word is named, never shown as code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

from app.effects import SCHEMAS
from app.gate.diff.diagrams import WORDS
from app.gate.words import CHECKS, PROPERTIES
from app.identity.positions import title_of

LINES = frozenset({"sequenceFlow", "messageFlow", "association", "dataObjectReference", "dataObject"})
UNITS = {"working_days": "个工作日", "calendar_days": "天"}
MANIFEST: Mapping[str, str] = {
    "title": "项目名称", "summary": "内容摘要", "basis": "依据", "region": "地区", "application_form": "申请表",
    "in_force_from": "首次施行日期", "by_office": "由机关发起", "once": "只享受一次的范围", "processes": "流程",
    "decisions": "决策表", "quota_subsidy": "定额补助", "taken_over": "接管数据",
    "repeat_days": "重复申请提示的天数",
    "outreach": "主动发现", "precheck": "申请前自查", "priority": "优先程度", "messages": "给申请人的短信",
}  # fmt: skip
ELEMENTS: Mapping[str, str] = {
    "userTask": "办理环节", "serviceTask": "自动事项", "businessRuleTask": "判断", "scriptTask": "计算",
    "exclusiveGateway": "分支", "parallelGateway": "并行", "inclusiveGateway": "可多选的分支",
    "eventBasedGateway": "等待的分支", "boundaryEvent": "附在环节上的事件", "intermediateCatchEvent": "等待",
    "intermediateThrowEvent": "发出消息", "startEvent": "开始", "endEvent": "结束", "subProcess": "子流程",
    "callActivity": "调用的流程", "manualTask": "人工事项", "sendTask": "发送", "receiveTask": "接收",
    "lane": "岗位分区",
}  # fmt: skip
SETTINGS: Mapping[str, str] = {
    "resultVariable": "结果名称", "guards": "把关的决策表", "clock": "时限", "figuresOn": "标准取用日",
    "separateFrom": "不能由同一人办理的环节", "calledElement": "调用的流程", "cancelActivity": "是否中断环节",
    "collection": "逐项办理的清单", "status": "案件结果", "follows": "随什么重新核算", "identity": "身份核对",
    "competence": "谁可以办", "messageRef": "消息", "script": "计算内容", "priority": "优先程度",
    "together": "一起办理", "public": "给申请人看的话", "stage": "所在阶段",
    "tells": "给申请人发短信",
}  # fmt: skip
FORM: Mapping[str, str] = {
    "label": "名称", "description": "说明", "type": "填写方式", "key": "数据名称", "defaultValue": "默认值",
    "conditional.hide": "什么时候不显示", "readonly": "只读", "disabled": "不能填写",
}  # fmt: skip
_DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_PERIODS = ("年", "个月", "周", "天", "小时", "分钟", "秒")
_COMPARED = {"<=": "不超过", ">=": "不少于", "<": "少于", ">": "超过", "!=": "不是", "=": "等于"}
_COMPARISON = re.compile(r"(<=|>=|<|>|!=|=)\s*(-?\d+(?:\.\d+)?)")
_RANGE = re.compile(r"([\[(\]])\s*(-?\d+(?:\.\d+)?)\s*\.\.\s*(-?\d+(?:\.\d+)?)\s*([\])\[])")
_TEXT = re.compile(r'"([^"\\]*)"')
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_PLAIN = {
    "": "不限", "-": "不限", "true": "是", "false": "否", "True": "是", "False": "否", "null": "没有", "None": "没有",
    "urgent": "特急", "ordinary": "一般",
}  # fmt: skip


def duration(text: str) -> str | None:
    """`P3DT2H` as 3天2小时; None for what is no duration."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        return None
    return (
        "".join(f"{number}{period}" for number, period in zip(found.groups(), _PERIODS, strict=True) if number) or None
    )


def limit(text: str, unit: str) -> str:
    """A deadline as the manifest declares it."""
    if not text:
        return ""
    return f"{text}{UNITS.get(unit, '')}" if _NUMBER.fullmatch(text) else f"{expression(text)}（{UNITS.get(unit, '')}）"


def cell(text: str) -> str:
    """A cell or a short expression of FEEL."""
    text = text.strip()
    if text in _PLAIN:
        return _PLAIN[text]
    if _NUMBER.fullmatch(text):
        return text
    if match := _COMPARISON.fullmatch(text):
        return f"{_COMPARED[match[1]]}{match[2]}"
    if match := _RANGE.fullmatch(text):
        ends = "" if (match[1], match[4]) == ("[", "]") else "（不都含两端）"
        return f"{match[2]}至{match[3]}{ends}"
    if match := _TEXT.fullmatch(text):
        return f"“{match[1]}”"
    return expression(text)


def expression(text: str) -> str:
    """Any other FEEL: a duration in words, else the expression in quotes."""
    bare = text.strip().lstrip("=").strip()
    inner = re.fullmatch(r'duration\("([^"]*)"\)', bare)
    return duration(inner[1] if inner else bare) or f"「{bare}」"


def plain(text: str) -> str:
    """A value that is no FEEL."""
    return f"“{text}”" if text and text not in _PLAIN else _PLAIN[text] if text else ""


def element_word(kind: str) -> str:
    """What an element is."""
    return ELEMENTS.get(kind, "环节")


def manifest_word(key: str) -> str:
    """What a key of the manifest is about."""
    return MANIFEST.get(re.split(r"[.\[]", key, maxsplit=1)[0], f"“{key}”")


def form_word(key: str) -> str:
    """What a property of a field is about."""
    last = key.rpartition(".")[2]
    known = FORM.get(key) or CHECKS.get(last) or PROPERTIES.get(last)
    if known:
        return known.split("，")[0].split("：")[0]
    return "选项" if key.startswith("values") else f"设置“{last}”"


def decision_word(what: str) -> str:
    """What part of a decision changed besides its rows."""
    if what in ("name", "命中方式"):
        return {"name": "名称"}.get(what, what)
    if what.startswith("description"):
        return "说明"
    return "表头或表达式"


def setting(what: str, old: str, new: str, forms: Mapping[str, str]) -> tuple[str, str, str]:
    """What is set at an element, and both values in words."""
    last = what.rpartition(".")[2]
    last = WORDS.get(last, last)
    name, say = _SAID.get(last, ("", _cell))
    if last == "表单":
        say = partial(_form, forms)
    if not name:
        name = SETTINGS.get(last) or (last if _CHINESE.search(last) else _input_title(last))
    return name, say(old), say(new)


def _cell(text: str) -> str:
    return cell(text.lstrip("= ")) if text else ""


def _expression(text: str) -> str:
    return expression(text) if text else ""


def _form(forms: Mapping[str, str], path: str) -> str:
    return f"“{forms.get(path, path)}”" if path else ""


def _input_title(name: str) -> str:
    """What an input of an effect is called, where the effects know it; else its name as a setting."""
    for schema in SCHEMAS.values():
        for each in schema.inputs:
            if each.name == name:
                return f"“{each.title}”"
    return f"设置“{name}”"


def _positions(text: str) -> str:
    bare = text.strip()
    if not bare or bare.startswith("="):
        return expression(bare) if bare else ""
    return "、".join(title_of(each.strip()) for each in bare.split(","))


def _effect(topic: str) -> str:
    known = SCHEMAS.get(topic)
    return f"“{known.title if known else topic}”" if topic else ""


_SAID: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "岗位": ("岗位", _positions),
    "效果": ("自动办理的事项", _effect),
    "时长": ("时长", _expression),
    "时刻": ("时刻", _expression),
    "周期": ("周期", _expression),
    "条件": ("条件", _expression),
    "script": ("计算内容", _expression),
    "名称": ("名称", plain),
    "说明": ("说明", plain),
}
