"""An audit event of a case as a sentence for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app import effects
from app.desk.opinions import Said
from app.effects import SCHEMAS
from app.inbox.exchanges import Exchanged

ALARMING = frozenset({"stuck", "failed", "objected", "returned", "reopened", "declined"})


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the timeline. `said`: label and text of each opinion that was given there."""

    at: datetime
    who: str
    text: str
    alarming: bool
    said: Said


def timeline(
    events: Iterable[Any], names: Mapping[str, str], said: Mapping[str, Exchanged], given: Mapping[datetime, Said]
) -> list[Line]:
    """Events in order; `names` are those of elements of the diagram and of what was owed.

    `said` is what was typed to others, by id, `given` what people judged at a step, by its moment.
    """
    return [_line(event, names, said, given) for event in events]


def notes(event: Any, names: Mapping[str, str]) -> list[str]:
    """What followed from an event, a sentence for each."""
    found = [_note(note, names) for note in event.payload.get("notes", ())]
    return [note for note in found if note]


def _line(event: Any, names: Mapping[str, str], said: Mapping[str, Exchanged], given: Mapping[datetime, Said]) -> Line:
    payload = event.payload
    told = _sentence(event.kind, payload, names) + _words(event.kind, said.get(payload.get("exchange", "")))
    text = "；".join([told, *notes(event, names)])
    failed = any(note["kind"] == "incident" for note in payload.get("notes", ()))
    judged = given.get(event.at, []) if event.kind == "completed" else []
    return Line(event.at, event.actor_name, text, failed or event.kind in ALARMING, judged)


def _words(kind: str, exchange: Exchanged | None) -> str:
    """What was typed on this occasion: it rests sealed beside the history, which only says that it was."""
    if exchange is None or kind == "recalled":
        return ""
    text = exchange.answer if kind in (*ANSWERED, "applicant_answered") else exchange.text
    return f"：{text}" if text else ""


def _sentence(kind: str, payload: Mapping[str, Any], names: Mapping[str, str]) -> str:
    step = names.get(payload.get("element") or "", payload.get("element") or "")
    match kind:
        case "applied":
            return "提交申请" if payload.get("channel") == "applicant" else "代为提交申请"
        case "completed":
            return f"办结“{payload.get('title') or step}”"
        case "corrected":
            return f"更正申请内容（{'、'.join(payload['fields'])}）：{payload.get('reason')}"
        case "withdrawn":
            return f"撤回申请：{payload['reason']}" if payload.get("reason") else "撤回申请"
        case "timed_out":
            return SCHEMAS[payload["topic"]].timed_out
        case "received":
            return SCHEMAS[payload["topic"]].answered
        case "account_changed":
            told = f"{payload['orders']} 笔未付款项随之更正" if payload["orders"] else "没有未付的款项"
            return f"核对证件后把收款账户改为{payload['to']}，{told}"
        case "code_renewed":
            return "核对身份后补发查询码" if payload["way"] == "window" else "向登记的电话重发查询码"
        case "consulted" | "signer_added" | "copied" | "questioned":
            paused = "，答复前期限暂停" if payload.get("pauses") else ""
            return f"“{step}”{ASKED[kind].format(payload['to'])}{paused}"
        case "answered" | "signed" | "declined" | "recalled":
            return f"“{step}”{ANSWERED[kind]}"
    return SENTENCES.get(kind, kind).format_map({"reason": None, **payload, "step": step})


ASKED = {"consulted": "请{}协办", "signer_added": "请{}会签", "copied": "抄送{}", "questioned": "问{}"}
ANSWERED = {"answered": "的协办已答复", "signed": "已会签", "declined": "不同意会签", "recalled": "的请求已收回"}
SENTENCES = {
    "stuck": "“{step}”办理失败，填写的内容已存为草稿",
    "returned": "退回到“{step}”：{reason}",
    "reopened": "发放后重新办理，回到“{step}”：{reason}",
    "cancelled": "注销案件：{reason}",
    "late": "“{step}”的答复来迟了，没有采用",
    "told": "知会：{text}",
    "delivered": "“{step}”收到答复，流程继续",
    "competence_gone": "“{step}”由系统收回，按现行权限继续办理：{reason}",
    "held": "暂停办理：{reason}",
    "transferred": "把“{title}”转办给{to}：{reason}",
    "assigned": "把“{title}”分派给{to}：{reason}",
    "transfer_recalled": "收回转办的“{title}”",
    "freed": "解除{holder}对“{step}”的签收：{reason}",
    "taken_back": "办结“{title}”后立即撤回，重新办理",
    "phone_changed": "更正联系电话为{to}",
    "account_asked": "请求把收款账户改为{to}",
    "account_declined": "没有更正收款账户：{reason}",
    "appealed": "对决定提出申诉，编号{number}",
    "appeal_answered": "答复申诉{number}",
    "urged": "催办“{title}”",
    "commented": "评论",
    "applicant_answered": "答复经办人的提问",
    "messages_on": "愿意收短信",
    "messages_off": "不再收短信",
    "released": "恢复办理",
    "failed": "到期事项自动办理失败",
    "objected": "公示期间有人提出异议，公示暂停",
    "objected_too": "公示暂停期间又有人提出异议，并入正在进行的核查",
    "objection_added": "异议人补充了异议内容",
    "objection_code": "在窗口给异议人换了查询码",
    "lead_reported": "收到对公示的线索，公示不暂停",
    "lead_settled": "核实公示线索",
    "timer": "期限届满，流程自动继续",
    "award_settled": "按重新作出的决定结清各月款项，多退少补",
    "migrated": "转到新的政策发布版继续办理",
    "carried": "行政区划调整，转到接续的单位办理",
    "retried": "重新处理失败的环节",
}


def _note(note: Mapping[str, Any], names: Mapping[str, str]) -> str:
    match note["kind"]:
        case "again":
            return f"近日已有申请（{'、'.join(note['numbers'])}），仍另立一件：{note['reason']}"
        case "incident":
            return f"“{names.get(note['element'], note['element'])}”处理失败：{note['message']}"
        case "reversed":
            return "；".join(SCHEMAS[topic].undo for topic in note["undone"])
        case "identity":
            return _identity(note)
    return effects.tell(note["kind"], {name: _named(value, names) for name, value in note["told"].items()})


def _named(value: Any, names: Mapping[str, str]) -> Any:
    """What was supplied after the fact is told by its keys: people know its title."""
    return [names.get(each, each) for each in value] if isinstance(value, list) else value


def _identity(note: Mapping[str, Any]) -> str:
    """Who somebody is was found out, or which of two names is right; empty where a step added nothing new."""
    if "confirmed" in note:
        whose = "登记库" if note["confirmed"] == "registry" else "申请"
        return f"同一个身份号码有两个姓名，经核对证件以{whose}的姓名为准"
    if "id_number" in note["supplied"]:
        return "查明身份，登记了身份号码"
    return "补充了申请人的信息" if note["supplied"] else ""
