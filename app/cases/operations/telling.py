"""Words about a case: comments that mention colleagues (评论), and urging who has the work (催办)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.cases import persist, policy, store
from app.cases.action import Action
from app.cases.operations.exchanging import required_text
from app.cases.operations.handing import locked
from app.cases.told import about, readers
from app.core.actor import Actor
from app.core.clock import local_date, midnight
from app.core.errors import Gone, Invalid, NotYours
from app.identity import appointed
from app.identity import policy as identity_policy
from app.inbox import exchanges
from app.inbox import queries as items
from app.inbox.exchanges import COMMENT, URGE, Exchanged
from app.messages import operations as messages

_MENTION = re.compile(r"[@＠]([^\s@＠]+)")


@dataclass(frozen=True, slots=True)
class Mentionable:
    """A colleague of a case, who can be named in a comment."""

    user_id: str
    name: str


def comment(session: Session, actor: Actor, case_id: str, text: str, now: datetime) -> None:
    """Say something about a case to whoever sees it; a colleague whose name stands behind an @ is told.

    Raises NotFound, NotYours, Invalid (text: empty, too long, or nobody of this name has to do with the case).
    """
    action = store.lock(session, actor, case_id, now)
    policy.require_may_see(session, actor, action)
    text = required_text(text, "请填写要说的话")
    work, said = items.items_of_case(session, case_id), exchanges.of_case(session, case_id)
    named = _mentioned(text, colleagues(session, work, said, now))
    to = "、".join(dict.fromkeys(each.name for each in named))
    exchange_id = exchanges.add(session, actor, case_id, COMMENT, to, text, now)
    told = messages.About(case_id, action.case.number, "评论")
    messages.tell(session, [each.user_id for each in named], "mentioned", told, actor, now, text)
    persist.finish(action, "commented", exchange=exchange_id)


def colleagues(session: Session, work: Sequence[Any], said: Sequence[Exchanged], now: datetime) -> list[Mentionable]:
    """Who did something of this work, was asked, or could do what is open, by name; two statements."""
    ids = {each for row in work for each in (row.assignee_id, row.closed_by)}
    ids |= {each for row in said for each in (row.by_id, row.answered_by)}
    known = appointed.user_names(session, ids - {None}, active=True)
    waiting = {row.candidate for row in work if row.status == "open"}
    offices = {row.office_id for row in work if row.status == "open"}
    could = appointed.colleagues(session, offices, local_date(now))
    known |= {each.user_id: each.name for each in could if f"{each.position}@{each.office_id}" in waiting}
    return sorted((Mentionable(*each) for each in known.items()), key=lambda each: (each.name, each.user_id))


def urge(session: Session, actor: Actor, task_id: str, most: int, now: datetime) -> None:
    """Urge who has a task, or all who could take it: for who is over its office, and for who waits for it.

    `most`: how often a day. Raises NotFound, NotYours, Gone (not open, one's own, urged enough today).
    """
    action, item = locked(session, actor, task_id, now)
    asked = exchanges.of_item(session, task_id)
    if not may_urge(action, item, items.items_of_case(session, action.case.id), [asked] if asked else []):
        raise NotYours("只有办过本案、等着这一步的人和主管单位的负责人可以催办")
    _urge(action, item, most)
    persist.finish(action, "urged", element=item.element_id, title=item.title)


def urge_case(session: Session, actor: Actor, case_id: str, most: int, now: datetime) -> None:
    """The applicant urges whoever has the case now. Raises Gone (nothing to do, urged enough today)."""
    action = store.lock(session, actor, case_id, now)
    waiting = [each for each in items.items_of_case(session, case_id) if each.status == "open" and each.kind == "task"]
    if not waiting:
        raise Gone("现在没有等工作人员办理的事项，不用催办")
    for item in waiting:
        _urge(action, item, most)
    persist.finish(action, "urged", title="、".join(dict.fromkeys(each.title for each in waiting))[:200])


def may_urge(action: Action, item: Any, work: Sequence[Any], said: Sequence[Exchanged]) -> bool:
    """Whether the actor waits for an open item of the case, or is over its office; `work` and `said` are the case's."""
    mine = action.actor.user_id
    if item.assignee_id == mine or item.candidate in action.actor.candidates:
        return False
    done = any(row.closed_by == mine and row.status == "done" for row in work)
    asked = any(each.item_id == item.id and each.by_id == mine for each in said)
    return done or asked or identity_policy.directs(action.session, action.actor, item.office_id)


def _urge(action: Action, item: Any, most: int) -> None:
    session, now = action.session, action.now
    if item.status != "open":
        raise Gone("这项工作已经办结或收回，不用催办")
    if exchanges.count(session, action.actor, item.id, URGE, midnight(action.today)) >= most:
        raise Gone(f"今天已经催办过 {most} 次，对方已收到消息，请明天再催或者直接打电话")
    people = readers(action, item.assignee_id, item.candidate)
    exchanges.add(session, action.actor, action.case.id, URGE, "", "", now, task_id=item.id)
    messages.tell(session, people, "urged", about(action, item, item.id), action.actor, now)


def _mentioned(text: str, known: Iterable[Mentionable]) -> list[Mentionable]:
    """Whose names stand behind an @: the longest name that fits. Raises Invalid (text)."""
    found: list[Mentionable] = []
    everybody = list(known)
    for said in _MENTION.findall(text):
        names = [each.name for each in everybody if said.startswith(each.name)]
        if not names:
            listed = "、".join(dict.fromkeys(each.name for each in everybody)) or "无"
            raise Invalid({"text": f"“@{said[:20]}”不是经办本案的同事，可以提到的有：{listed}"})
        found += [each for each in everybody if each.name == max(names, key=len)]
    return found
