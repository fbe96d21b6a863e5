"""What the pages of a task and of a case offer besides completing: whom one may ask, assign to, urge, mention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.cases import exchanges as of_tasks
from app.cases.action import Action
from app.cases.operations.exchanging import Receiver, receivers
from app.cases.operations.telling import Mentionable, colleagues, may_urge
from app.identity import appointed
from app.identity import policy as identity_policy
from app.inbox import exchanges
from app.inbox.exchanges import ASIDE, COPY, Exchanged


@dataclass(frozen=True, slots=True)
class TaskActs:
    """`unsigned`: whose signatures are missing, in words. `may_pause`: a question may stop the task's clock."""

    exchanges: list[Exchanged]
    receivers: list[Receiver]
    colleagues: list[Mentionable]
    unsigned: list[str]
    may_pause: bool


@dataclass(frozen=True, slots=True)
class CaseActs:
    """`directed`: who could be given an open item, by its id, for who is over its office. `urging`: items to urge."""

    exchanges: list[Exchanged]
    colleagues: list[Mentionable]
    directed: Mapping[str, list[appointed.Holder]]
    urging: frozenset[str]


def of_task(action: Action, item: Any, work: Sequence[Any]) -> TaskActs:
    """For the page of a task that the actor may do; `work` are all items of the case."""
    session, said = action.session, exchanges.of_case(action.session, action.case.id)
    return TaskActs(
        exchanges=said,
        receivers=receivers(session, action.actor, action.chain, item, action.today),
        colleagues=colleagues(session, work, said, action.now),
        unsigned=of_tasks.unsigned([each for each in said if each.task_id == item.id]),
        may_pause=of_tasks.may_pause(action, item),
    )


def of_case(action: Action, work: Sequence[Any]) -> CaseActs:
    """For the page of a case that the actor may see."""
    session, said = action.session, exchanges.of_case(action.session, action.case.id)
    standing = [item for item in work if item.status == "open" and item.kind != COPY]
    directed = {
        item.id: appointed.holders(session, item.candidate, action.today)
        for item in standing
        if item.kind not in ASIDE and identity_policy.directs(session, action.actor, item.office_id)
    }
    urging = {item.id for item in standing if may_urge(action, item, work, said)}
    return CaseActs(said, colleagues(session, work, said, action.now), directed, frozenset(urging))
