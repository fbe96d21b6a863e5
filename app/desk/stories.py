"""An audit event of a case as a sentence for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.web import words
from app.web.display import yuan

ALARMING = frozenset({"stuck", "objected", "returned"})


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the timeline."""

    at: datetime
    who: str
    text: str
    alarming: bool


def timeline(events: Iterable[Any], names: Mapping[str, str]) -> list[Line]:
    """Events in order; `names` gives the names of elements of the diagram."""
    return [_line(event, names) for event in events]


def _line(event: Any, names: Mapping[str, str]) -> Line:
    payload = event.payload
    notes = [_note(note, names) for note in payload.get("notes", ())]
    text = "；".join([_sentence(event.kind, payload, names), *(note for note in notes if note)])
    failed = any(note["kind"] == "incident" for note in payload.get("notes", ()))
    return Line(event.at, event.actor_name, text, failed or event.kind in ALARMING)


def _sentence(kind: str, payload: Mapping[str, Any], names: Mapping[str, str]) -> str:
    step, reason = names.get(payload.get("element") or "", payload.get("element") or ""), payload.get("reason")
    match kind:
        case "applied":
            return "提交申请" if payload.get("channel") == "applicant" else "代为提交申请"
        case "completed":
            return f"办结“{payload.get('title') or step}”"
        case "stuck":
            return f"“{step}”没有办成，填写的内容已存为草稿"
        case "returned":
            return f"退回到“{step}”：{reason}"
        case "withdrawn":
            return f"撤回申请：{reason}" if reason else "撤回申请"
        case "cancelled":
            return f"注销案件：{reason}"
        case "held":
            return f"暂停办理：{reason}"
    return SENTENCES.get(kind, kind)


SENTENCES = {
    "released": "恢复办理",
    "objected": "公示期间有人提出异议，公示暂停",
    "timer": "期限到，流程自动往下走",
    "publicity_completed": "公示期满",
    "migrated": "转到新的政策发布版继续办理",
    "retried": "重试没有办成的步骤",
}


def _note(note: Mapping[str, Any], names: Mapping[str, str]) -> str:
    match note["kind"]:
        case "document":
            return f"开出《{note['title']}》"
        case "payment":
            parts = f"，分 {note['instalments']} 次" if note["instalments"] > 1 else ""
            return f"确定资金 {yuan(note['amount'])}{parts}（{words.source(note['source'])}）"
        case "publicity":
            return f"开始公示，至 {note['until']}"
        case "clock_paused":
            return f"期限暂停：{note['reason']}"
        case "clock_resumed":
            return "期限继续计算"
        case "sample":
            return "抽中核查" if note["drawn"] else "未抽中核查"
        case "owed":
            return "有材料待补齐"
        case "settled":
            return "待补材料已补齐"
        case "award_started":
            return f"开始按月救助，每月 {yuan(note['monthly'])}"
        case "award_changed":
            return f"救助金额改为每月 {yuan(note['monthly'])}"
        case "award_ended":
            return f"停止救助：{note['reason']}"
        case "incident":
            return f"“{names.get(note['element'], note['element'])}”没有办成：{note['message']}"
    return ""
