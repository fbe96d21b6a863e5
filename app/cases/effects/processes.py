"""`start_process`: what a case found begins the next one by itself, after this action, in a case of its own."""

from __future__ import annotations

from functools import partial
from typing import Any

from app.cases.action import Action
from app.cases.effects import inputs
from app.cases.errors import EffectError
from app.cases.plan import Planned, Rank
from app.engine import Effect
from app.jobs import operations as jobs

START = "case.process"


def plan_process(action: Action, effect: Effect) -> None:
    """Begin `process` of the bundle with `data`: on the award of this case, else for the same applicant.

    It begins by a job (docs/adr/0005): what the next process refuses cannot undo what was decided here.
    """
    process = str(inputs.required(effect, "process"))
    if process not in action.bundle.processes:
        raise EffectError(f"「{effect.element.label}」要启动的流程 {process} 不在本项目中，请政策管理员补充")
    payload = {"process": process, "data": inputs.mapping(effect, "data"), "award_id": action.case.award_id}
    payload["case_id"] = action.case.id
    action.plan(Planned(Rank.JOB, partial(_enqueue, payload=payload, key=effect.engine_task_id)))
    action.note("process_started", process=process)


def _enqueue(action: Action, payload: dict[str, Any], key: str) -> None:
    dedup = f"{START}:{action.case.id}:{key}"
    jobs.enqueue(action.session, START, payload, due=action.now, dedup=dedup, case_id=action.case.id)
