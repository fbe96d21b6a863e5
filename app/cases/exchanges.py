"""What is asked about the tasks of a case while they are open: signatures that hold them, clocks that stand still."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app import calendar
from app.cases.action import Action
from app.core.errors import Rejection
from app.inbox import exchanges
from app.inbox.exchanges import OPEN, SIGN, WITHDRAWN, Exchanged

WAITING = "等待申请人答复"
PAUSE_TOPIC = "pause_clock"


class Unsigned(Rejection):
    """Another signature must be there first."""

    code = "unsigned"


def require_signed(action: Action, item: Any) -> None:
    """Everybody who was asked to sign a task has. Raises Unsigned, naming who has not."""
    if not item.asked:
        return
    missing = unsigned(exchanges.of_tasks(action.session, [item.id], SIGN))
    if missing:
        who = "、".join(missing)
        raise Unsigned(f"还缺 {len(missing)} 人会签：{who}。请等对方会签，或者先收回会签请求，再提交")


def unsigned(asked: Sequence[Exchanged]) -> list[str]:
    """Who was asked to sign and has not, or not agreed, in words."""
    signatures = [each for each in asked if each.kind == SIGN and each.status != WITHDRAWN and not each.agreed]
    return [f"{each.to_name}（不同意）" if each.agreed is False else each.to_name for each in signatures]


def end(action: Action, items: Sequence[Any]) -> None:
    """These tasks end: nobody has to answer what was asked about them, and clocks that waited for it go on."""
    asked = [item.id for item in items if item.asked]
    waiting = [each for each in exchanges.of_tasks(action.session, asked) if each.status == OPEN] if asked else []
    if waiting:
        exchanges.withdraw(action.session, action.actor, waiting, action.now)
        go_on(action, waiting)


def go_on(action: Action, over: Sequence[Exchanged]) -> None:
    """Clocks that stood still for these go on, unless the applicant owes another answer."""
    if not any(each.pauses for each in over):
        return
    ids = {each.id for each in over}
    others = [each for each in exchanges.of_case(action.session, action.case.id) if each.id not in ids]
    if not any(each.pauses and each.status == OPEN for each in others):
        session, case_id = action.session, action.case.id
        action.clocks_changed(calendar.resume(session, case_id, action.now, reason=WAITING, seq=action.seq))


def may_pause(action: Action, item: Any) -> bool:
    """Whether the diagram lets the clock of a task stand still while the applicant owes something (F9)."""
    pausing = [each for each in action.diagram.elements.values() if each.attributes.get("topic") == PAUSE_TOPIC]
    if item.clock_id is None or not pausing:
        return False
    key = action.diagram.elements[item.element_id].properties.get("clock")
    return any("clock" not in each.inputs or action.evaluate(each, each.inputs["clock"]) == key for each in pausing)


def pause(action: Action, item: Any) -> None:
    """The clock of a task stands still from today."""
    key = action.diagram.elements[item.element_id].properties.get("clock")
    session, case_id = action.session, action.case.id
    action.clocks_changed(calendar.pause(session, case_id, WAITING, action.now, key, action.seq))
