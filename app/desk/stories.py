"""An audit event of a case as a sentence for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app import effects
from app.effects import SCHEMAS

ALARMING = frozenset({"stuck", "failed", "objected", "returned", "reopened"})


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


def notes(event: Any, names: Mapping[str, str]) -> list[str]:
    """What followed from an event, a sentence for each."""
    found = [_note(note, names) for note in event.payload.get("notes", ())]
    return [note for note in found if note]


def _line(event: Any, names: Mapping[str, str]) -> Line:
    payload = event.payload
    text = "；".join([_sentence(event.kind, payload, names), *notes(event, names)])
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
            return f"“{step}”办理失败，填写的内容已存为草稿"
        case "returned":
            return f"退回到“{step}”：{reason}"
        case "reopened":
            return f"发放后重新办理，回到“{step}”：{reason}"
        case "corrected":
            return f"更正申请内容（{'、'.join(payload['fields'])}）：{reason}"
        case "withdrawn":
            return f"撤回申请：{reason}" if reason else "撤回申请"
        case "cancelled":
            return f"注销案件：{reason}"
        case "timed_out":
            return SCHEMAS[payload["topic"]].timed_out
        case "received":
            return SCHEMAS[payload["topic"]].answered
        case "late":
            return f"“{step}”的答复来迟了，没有采用"
        case "told":
            return f"知会：{payload['text']}"
        case "delivered":
            return f"“{step}”收到答复，流程继续"
        case "competence_gone":
            return f"“{step}”由系统收回，按现行权限继续办理：{reason}"
        case "held":
            return f"暂停办理：{reason}"
    return SENTENCES.get(kind, kind)


SENTENCES = {
    "released": "恢复办理",
    "failed": "到期事项自动办理失败",
    "objected": "公示期间有人提出异议，公示暂停",
    "objected_too": "公示暂停期间又有人提出异议，并入正在进行的核查",
    "timer": "期限届满，流程自动继续",
    "award_settled": "按重新作出的决定结清各月款项，多退少补",
    "migrated": "转到新的政策发布版继续办理",
    "carried": "行政区划调整，转到接续的单位办理",
    "retried": "重新处理失败的环节",
}


def _note(note: Mapping[str, Any], names: Mapping[str, str]) -> str:
    match note["kind"]:
        case "incident":
            return f"“{names.get(note['element'], note['element'])}”处理失败：{note['message']}"
        case "reversed":
            return "；".join(SCHEMAS[topic].undo for topic in note["undone"])
    return effects.tell(note["kind"], note["told"])
