"""Asking others about a task without handing it over, and telling them something.

A colleague or an office is asked for an opinion (协办) or a signature (加签), the applicant something that only he
knows; others get a copy (抄送). What is asked is an item in the list of whoever answers, and goes when the task ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import engine
from app.cases import exchanges as of_tasks
from app.cases import informing, persist, policy, store, tasks
from app.cases.action import Action
from app.cases.operations.handing import locked
from app.cases.told import about, readers
from app.core.actor import Actor
from app.core.errors import Gone, Invalid, NotFound, NotYours
from app.identity import appointed
from app.identity import queries as identity
from app.identity.positions import POSITIONS, named_at
from app.inbox import exchanges, following
from app.inbox import operations as inbox
from app.inbox.exchanges import ANSWERED, CONSULT, COPY, OPEN, QUESTION, SIGN, Exchanged
from app.messages import operations as messages

LONGEST, MOST_OPEN = 500, 20
TITLES = {CONSULT: "协办", SIGN: "会签", COPY: "抄送"}
_TOLD = {CONSULT: "consulted", SIGN: "sign", COPY: "copied"}
_EVENTS = {CONSULT: "consulted", SIGN: "signer_added", QUESTION: "questioned", COPY: "copied"}


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who may be asked: a person, or all who hold a position at an office (`user_id` None). `key` names it in a form.

    `name` is the person or the post, `office` the place that a list groups by.
    """

    key: str
    name: str
    office: str
    candidate: str
    user_id: str | None


def receivers(session: Session, actor: Actor, chain: identity.RegionChain, item: Any, now: Any) -> list[Receiver]:
    """The posts of the offices that handle cases of a region and of the item's own, each followed by its people."""
    offices = {each.id: each for each in identity.offices_of(session, chain).values()}
    if item.office_id not in offices:
        offices[item.office_id] = identity.office(session, item.office_id)
    found: list[Receiver] = []
    for each in appointed.colleagues(session, offices, now):
        office, candidate = offices[each.office_id], f"{each.position}@{each.office_id}"
        post = named_at(each.position, office.region_name if each.position in POSITIONS else office.name)
        if not found or found[-1].candidate != candidate:
            found.append(Receiver(candidate, post, office.name, candidate, None))
        if each.user_id != actor.user_id:
            found.append(Receiver(f"{each.user_id}|{candidate}", each.name, office.name, candidate, each.user_id))
    return sorted(found, key=lambda each: each.candidate.partition("@")[2] != item.office_id)


def ask(
    session: Session, actor: Actor, task_id: str, kind: str, to: str, text: str, now: datetime, *, pausing: bool = False
) -> None:
    """Ask a receiver (`to` is its key) about a task of one's own, or send a copy; or ask the applicant.

    `pausing`: the task's clock stands still until the applicant answers, where its diagram lets it. Raises NotFound,
    NotYours, Gone, Taken, Invalid (kind, to, text, pausing).
    """
    action, item = locked(session, actor, task_id, now)
    inbox.require_candidate(item, actor)
    inbox.require_open(session, item, actor)
    policy.require_no_ties(action)
    action.actor = actor.acting({item.candidate}, item.assignee_id)
    if kind not in _EVENTS or item.kind != "task":
        raise Invalid({"kind": "请在协办、会签、问申请人、抄送中选择一种"})
    text = required_text(text, "请写明请对方做什么")
    _require_few(action, item)
    if kind == QUESTION:
        told = _ask_applicant(action, item, text, pausing)
    else:
        told = _ask_colleague(action, item, kind, to, text)
    persist.finish(action, _EVENTS[kind], element=item.element_id, **told)


def answer(
    session: Session, actor: Actor, item_id: str, text: str, now: datetime, *, agreed: bool | None = None
) -> Exchanged:
    """Answer what one was asked, by the work that it made; `agreed` gives or refuses a signature. What was answered.

    Raises NotFound, NotYours, Gone, Taken, Invalid (text, agreed).
    """
    action, item = locked(session, actor, item_id, now)
    asked = exchanges.of_item(session, item_id)
    inbox.require_candidate(item, actor)
    inbox.require_open(session, item, actor)
    if asked is None or asked.kind not in (CONSULT, SIGN):
        raise Gone("这项工作不需要答复，请刷新待办")
    policy.require_no_ties(action)
    if asked.kind == SIGN and agreed is None:
        raise Invalid({"agreed": "请选择同意或者不同意"})
    if asked.kind == CONSULT or not agreed:
        text = required_text(text, "请填写意见")
    action.actor = actor.acting({item.candidate}, item.assignee_id)
    exchanges.answer(session, action.actor, asked, text.strip(), agreed, action.seq, now)
    kind = "answered" if asked.kind == CONSULT else "signed" if agreed else "declined"
    _tell_asker(action, asked, item, kind, text.strip())
    persist.finish(action, kind, element=item.element_id, exchange=asked.id)
    return asked


def answer_question(session: Session, actor: Actor, case_id: str, exchange_id: str, text: str, now: datetime) -> None:
    """The applicant answers what he was asked. Raises NotFound, Gone, Invalid (text)."""
    action = store.lock(session, actor, case_id, now)
    asked = exchanges.find(session, exchange_id)
    if asked is None or asked.case_id != case_id or asked.kind != QUESTION:
        raise NotFound("没有这个问题，请刷新页面")
    if asked.status != OPEN:
        raise Gone("这个问题已经答复过，或者经办人已经收回，不用再答")
    exchanges.answer(session, actor, asked, required_text(text, "请填写答复"), None, action.seq, now)
    of_tasks.go_on(action, [asked])
    tasks.project_clocks(action)
    messages.tell(session, [asked.by_id], "applicant_answered", _about(action, asked), actor, now)
    persist.finish(action, "applicant_answered", exchange=asked.id)


def withdraw(session: Session, actor: Actor, exchange_id: str, now: datetime) -> Exchanged:
    """Take back what one asked, or what was asked about a task that one has signed for. What was taken back.

    Raises NotFound, NotYours, Gone (answered, a signature that was refused excepted).
    """
    asked = exchanges.find(session, exchange_id)
    if asked is None or asked.kind not in ANSWERED:
        raise NotFound("没有这项请求，请刷新页面")
    action, item = locked(session, actor, asked.task_id or "", now)
    asked = exchanges.find(session, exchange_id) or asked
    if actor.user_id not in (asked.by_id, item.assignee_id):
        raise NotYours(f"只有提出的{asked.by_name}或者签收这项工作的人可以收回")
    if asked.status != OPEN and not (asked.kind == SIGN and asked.agreed is False and asked.status != "withdrawn"):
        raise Gone("对方已经答复，或者已经收回，请刷新页面")
    told = [] if asked.item_id is None or asked.status != OPEN else [inbox.holder(session, asked.item_id)]
    exchanges.withdraw(session, actor, [asked], now)
    of_tasks.go_on(action, [asked])
    tasks.project_clocks(action)
    messages.tell(session, told, "recalled", about(action, item), actor, now)
    persist.finish(action, "recalled", element=item.element_id, exchange=asked.id)
    return asked


def _require_few(action: Action, item: Any) -> None:
    standing = exchanges.of_tasks(action.session, [item.id]) if item.asked else []
    if sum(each.status == OPEN for each in standing) >= MOST_OPEN:
        raise Gone(f"这项工作已有 {MOST_OPEN} 项没有答复的请求，请先收回不需要的")


def _ask_colleague(action: Action, item: Any, kind: str, to: str, text: str) -> dict[str, Any]:
    session, now = action.session, action.now
    known = {each.key: each for each in receivers(session, action.actor, action.chain, item, action.today)}
    chosen = known.get(to)
    if chosen is None:
        raise Invalid({"to": "请选择同事或者岗位"})
    if chosen.user_id is not None and kind != COPY:
        policy.require_may_receive(action, None, chosen.user_id, chosen.name)
    row = _item(action, item, kind, chosen)
    following.add(session, [row])
    exchange_id = exchanges.add(
        session, action.actor, action.case.id, kind, chosen.name, text, now, task_id=item.id, item_id=row["id"]
    )
    people = readers(action, chosen.user_id, chosen.candidate)
    messages.tell(session, people, _TOLD[kind], about(action, item, row["id"]), action.actor, now, text)
    return {"exchange": exchange_id, "to": chosen.name}


def _item(action: Action, item: Any, kind: str, to: Receiver) -> dict[str, Any]:
    """The work that is made for somebody else; what must be answered is due with the task."""
    element: engine.Element = action.diagram.elements[item.element_id]
    position, _, office_id = to.candidate.partition("@")
    row = tasks.item_row(action, kind, element, tasks.Address(position, office_id))
    row |= {"title": f"{TITLES[kind]}：{item.title}"[:200], "assignee_id": to.user_id, "rank": item.rank}
    row["claimed_at"] = action.now if to.user_id else None
    return row if kind == COPY else row | {name: getattr(item, name) for name in ("clock_id", "due_on", "sort_on")}


def _ask_applicant(action: Action, item: Any, text: str, pausing: bool) -> dict[str, Any]:
    if pausing and not of_tasks.may_pause(action, item):
        raise Invalid({"pausing": "这个环节的期限依规不能暂停，请不要勾选"})
    exchange_id = exchanges.add(
        action.session, action.actor, action.case.id, QUESTION, "申请人", text, action.now, task_id=item.id,
        pauses=of_tasks.WAITING if pausing else None,
    )  # fmt: skip
    if pausing:
        of_tasks.pause(action, item)
        tasks.project_clocks(action)
    informing.tell(action, [informing.QUESTION])
    return {"exchange": exchange_id, "to": "申请人", **({"pauses": of_tasks.WAITING} if pausing else {})}


def _tell_asker(action: Action, asked: Exchanged, item: Any, kind: str, text: str) -> None:
    holder = inbox.holder(action.session, asked.task_id or "")
    told = about(action, item, asked.task_id)
    messages.tell(action.session, [asked.by_id, holder], kind, told, action.actor, action.now, text)


def _about(action: Action, asked: Exchanged) -> messages.About:
    return messages.About(action.case.id, action.case.number, "问申请人", asked.task_id)


def required_text(text: str, missing: str) -> str:
    """What somebody typed, not empty and not too long. Raises Invalid (text)."""
    text = text.strip()
    if not text:
        raise Invalid({"text": missing})
    if len(text) > LONGEST:
        raise Invalid({"text": f"不超过 {LONGEST} 字，请写得短一些"})
    return text
