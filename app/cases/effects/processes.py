"""`start_process`, `stop_process`: what a case found begins the next one by itself, or ends one without ground."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import select

from app.cases.action import Action
from app.cases.effects.base import EffectObject
from app.cases.errors import EffectError
from app.cases.models import Case
from app.cases.plan import Planned, Rank
from app.effects import SCHEMAS
from app.engine import Effect
from app.inbox import queries as inbox
from app.jobs import operations as jobs

START, STOP = "case.process", "case.stop"


class StartProcess(EffectObject):
    """Begin `process` of the bundle with `data`: on the award of this case, else for the same applicant.

    It begins by a job (docs/adr/0005): what the next process refuses cannot undo what was decided here. It is stopped
    by a job too, since an action holds the lock of one case only.
    """

    schema = SCHEMAS["start_process"]

    def plan(self, action: Action, effect: Effect, *, process: str, data: dict[str, Any] | None) -> None:
        if process not in action.bundle.processes:
            raise EffectError(f"「{effect.element.label}」要启动的流程 {process} 不在本项目中，请政策管理员补充")
        payload = {
            "process": process,
            "data": data or {},
            "award_id": action.case.award_id,
            "case_id": action.case.id,
            "case_seq": action.seq,
        }
        action.plan(Planned(Rank.JOB, partial(_enqueue, payload=payload, key=effect.engine_task_id)))
        self.note(action, process=action.bundle.process(process).start.label)

    def undo(self, action: Action, since: int, reason: str) -> int:
        session, case_id = action.session, action.case.id
        stopped = jobs.cancel(session, case_id=case_id, kind=START, since=since)
        begun = select(Case.id).where(Case.begun_by == case_id, Case.begun_seq >= since)
        begun_cases = session.scalars(begun).all()
        jobs.enqueue_all(session, [_stop(action, each, reason) for each in begun_cases])
        return stopped + len(begun_cases)


class StopProcess(EffectObject):
    """Take back what an earlier finding of this kind began as `process` on the award: it has lost its ground.

    Only what still waits for people: what was decided goes on, as a tapering does, and so does what people began
    themselves. It ends by a job, since an action holds the lock of one case.
    """

    schema = SCHEMAS["stop_process"]

    def plan(self, action: Action, effect: Effect, *, process: str, reason: str) -> None:
        if process not in action.bundle.processes:
            raise EffectError(f"「{effect.element.label}」要撤销的流程 {process} 不在本项目中，请政策管理员改正")
        if action.case.award_id is None:
            raise EffectError(f"「{effect.element.label}」只能用在在保待遇的流程里，请政策管理员改正")
        action.plan(Planned(Rank.JOB, partial(_stop_running, process=process, reason=reason)))
        self.note(action, process=action.bundle.process(process).start.label, reason=reason)

    def undo(self, action: Action, since: int, reason: str) -> int:
        session, case = action.session, action.case
        kept = jobs.cancel(session, case_id=case.id, kind=STOP, since=since)
        stopped = jobs.finished(session, case.id, STOP, since)
        jobs.enqueue_all(session, [
            jobs.NewJob(START, {"process": each.payload["process"], "data": {}, "award_id": case.award_id},
                        action.now, f"{START}:{action.id}:{each.id}")
            for each in stopped if "process" in each.payload
        ])  # fmt: skip
        return kept + len(stopped)


def _stop_running(action: Action, process: str, reason: str) -> None:
    mine = Case.award_id == action.case.award_id
    like_this = select(Case.id).where(mine, Case.process_key == action.case.process_key)
    running = select(Case.id).where(
        mine, Case.process_key == process, Case.closed_at.is_(None), Case.begun_by.in_(like_this)
    )  # fmt: skip
    undecided = [each for each in action.session.scalars(running) if inbox.open_of_case(action.session, each)]
    told = {"begun_by": action.case.id, "reason": reason, "process": process}
    jobs.enqueue_all(action.session, [
        jobs.NewJob(STOP, {**told, "case_id": each}, action.now, f"{STOP}:{action.id}:{each}", action.case.id,
                    case_seq=action.seq)
        for each in undecided
    ])  # fmt: skip


def _enqueue(action: Action, payload: dict[str, Any], key: str) -> None:
    dedup = f"{START}:{action.case.id}:{key}"
    jobs.enqueue(
        action.session, START, payload, due=action.now, dedup=dedup, case_id=action.case.id, case_seq=action.seq
    )


def _stop(action: Action, case_id: str, reason: str) -> jobs.NewJob:
    payload = {"case_id": case_id, "begun_by": action.case.id, "reason": reason}
    return jobs.NewJob(STOP, payload, action.now, f"{STOP}:{case_id}", action.case.id)
