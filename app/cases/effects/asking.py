"""`ask`: a department is asked what it knows of people (F10); the diagram waits for the answer until a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from app import engine
from app.cases import waits
from app.cases.action import Action
from app.cases.effects.base import EffectObject
from app.cases.errors import EffectError
from app.cases.models import Awaited
from app.cases.plan import Planned, Rank
from app.core.clock import midnight
from app.effects import SCHEMAS
from app.jobs import operations as jobs

ASK = "case.ask"


class Ask(EffectObject):
    """The question leaves the house by a job; who answers first, the department or the day, moves the diagram."""

    schema = SCHEMAS["ask"]

    def plan(
        self,
        action: Action,
        effect: engine.Effect,
        *,
        department: str,
        authorised: bool,
        until: date,
        persons: list[dict[str, Any]] | None,
    ) -> Any:
        if not authorised:
            raise EffectError(f"「{effect.element.label}」没有核对授权，请先取得申请人的授权书，再重试")
        if until < action.today:
            raise EffectError(f"「{effect.element.label}」的等待期限（until）已经过去，请政策管理员改正流程图")
        asked = {
            "department": department,
            "case_number": action.case.number,
            "persons": persons or _household(action),
            "until": until,
        }
        action.plan(Planned(Rank.RECORD, partial(_ask, effect=effect, asked=asked)))
        self.note(action, department=department, until=until)
        return engine.WAIT

    def undo(self, action: Action, since: int, reason: str) -> int:
        return waits.take_back_since(action, self.schema.topic, since)

    def over(self, action: Action, wait: Awaited) -> Mapping[str, Any]:
        answer = waits.answer_of(action.session, wait)
        answered = answer is not None
        return {"answered": answered, "timed_out": not answered, "answer": answer, "on": action.today}


def _household(action: Action) -> list[dict[str, Any]]:
    application = action.variables["application"]
    members = (application.get("household") or {}).get("members") or []
    named = [application, *(each for each in members if each.get("id_number"))]
    return [{"name": each.get("name"), "id_number": each["id_number"]} for each in named]


def _ask(action: Action, effect: engine.Effect, asked: dict[str, Any]) -> None:
    row_id = waits.begin(action, effect, midnight(asked["until"] + timedelta(days=1)), asked)
    jobs.enqueue(
        action.session, ASK, {"round": 0}, due=action.now, dedup=f"{ASK}:{row_id}:0", case_id=action.case.id,
        case_seq=action.seq, reference=row_id,
    )  # fmt: skip
