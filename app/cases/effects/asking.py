"""`ask`: a department is asked what it knows of people (F10); the diagram waits for the answer until a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

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
            raise EffectError(f"「{effect.element.label}」没有核对授权，请先取得申请人的授权书，再重新处理")
        if until < action.today:
            raise EffectError(f"「{effect.element.label}」的等待期限（until）已经过去，请政策管理员改正流程图")
        asked = {
            "department": department,
            "case_number": action.case.number,
            "persons": _named(effect, persons or _household(action)),
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
    """The applicant and whoever of the household has an identity number."""
    application = action.variables.get("application") or {}
    members = (application.get("household") or {}).get("members") or []
    return [each for each in (application, *members) if each.get("id_number")]


def _named(effect: engine.Effect, persons: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Who is asked about, and nothing else of what is known of them. Raises EffectError."""
    named = [{"name": str(each.get("name") or ""), "id_number": str(each.get("id_number") or "")} for each in persons]
    if not named or not all(each["name"] and each["id_number"] for each in named):
        raise EffectError(f"「{effect.element.label}」的核对对象缺少姓名或身份证号码，请补充申请信息，再重新处理")
    return named


def ask_again(session: Session, row: Awaited, round_number: int, due: datetime) -> None:
    """Put the question on the table once more; the department sees by the key that it is the same."""
    jobs.enqueue(
        session, ASK, {"round": round_number}, due=due, dedup=f"{ASK}:{row.id}:{round_number}", case_id=row.case_id,
        case_seq=row.case_seq, reference=row.id,
    )  # fmt: skip


def _ask(action: Action, effect: engine.Effect, asked: dict[str, Any]) -> None:
    row_id = waits.begin(action, effect, midnight(asked["until"] + timedelta(days=1)), asked)
    ask_again(action.session, waits.get(action.session, row_id), 0, action.now)
