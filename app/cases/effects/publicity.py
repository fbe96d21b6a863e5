"""`publicity` (公示): the diagram waits until the notice's days are over; `take_down` ends an interrupted one.

`announce` (公布) posts what was decided: the diagram does not wait.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from app import engine
from app.cases.action import Action
from app.cases.effects import documents, inputs
from app.cases.plan import Planned, Rank
from app.publicity import operations as publicity
from app.publicity import queries as notices


def plan_publicity(action: Action, effect: engine.Effect) -> Any:
    """Post the notice, or let it go on for the days that were left when an objection interrupted it."""
    interrupted = notices.interrupted(action.session, action.case.id, effect.element.id)
    if interrupted is not None:
        action.plan(Planned(Rank.RECORD, partial(_resume, notice_id=interrupted, wait_id=effect.engine_task_id)))
        return engine.WAIT
    _plan_notice(action, effect, kind="review", summary=f"拟给予{action.bundle.title}", waits=True)
    return engine.WAIT


def plan_announcement(action: Action, effect: engine.Effect) -> dict[str, Any]:
    """Post what was decided for all to see (E7); the diagram goes on, the notice comes down by itself."""
    posting = _plan_notice(action, effect, kind="decision", summary=f"已经批准{action.bundle.title}", waits=False)
    return {"from": action.today, "until": posting.until(action.today), "place": posting.place}


def plan_take_down(action: Action, effect: engine.Effect) -> None:
    """An objection was upheld: the interrupted notice does not go on."""
    reason = inputs.text(effect, "reason") or "异议成立"
    action.plan(Planned(Rank.RECORD, partial(_take_down, reason=reason)))


def _plan_notice(action: Action, effect: engine.Effect, *, kind: str, summary: str, waits: bool) -> publicity.Posting:
    """A notice with its letter; `kind` and `summary` are what the inputs do not say."""
    days = inputs.whole(effect, "days", 0) if "days" in effect.inputs else _default_days(action, effect)
    posting = publicity.Posting(
        case_id=action.case.id,
        case_seq=action.seq,
        wait_id=effect.engine_task_id,
        element_id=effect.element.id,
        kind=inputs.text(effect, "kind", kind) or kind,
        chain=action.chain,
        programme_title=action.case.title,
        subject=action.case.applicant_name,
        summary=inputs.text(effect, "summary") or summary,
        place=inputs.text(effect, "place") or f"{action.chain.nearest.name}公示栏",
        days=days,
        waits=waits,
    )
    action.plan(Planned(Rank.RECORD, partial(_post, posting=posting)))
    until = posting.until(action.today)
    given = {**effect.inputs, "days": days, "from": action.today, "until": until, "kind": posting.kind}
    documents.plan(
        action,
        inputs.text(effect, "template") or "publicity_notice",
        {**given, "place": posting.place},
        effect.variables,
        effect.element,
    )
    action.note("publicity", notice=posting.kind, posted=action.today, until=until)
    return posting


def _default_days(action: Action, effect: engine.Effect) -> int:
    return int(action.scope(effect.element)["figure"]["publicity_days"])


def _post(action: Action, posting: publicity.Posting) -> None:
    publicity.post(action.session, posting, action.now)


def _resume(action: Action, notice_id: str, wait_id: str) -> None:
    publicity.resume(action.session, notice_id, wait_id, action.now)


def _take_down(action: Action, reason: str) -> None:
    publicity.take_down(action.session, action.case.id, reason, action.now)
