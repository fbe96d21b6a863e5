"""What one began to write in the acts of a task or a case (退回、转办、协办、评论 …) and has not sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from flask import request
from markupsafe import Markup

from app.drafting import Opened, Sentences, of_staff, opened_all
from app.drafts import operations as drafts
from app.drafts.queries import form as subject_of
from app.drafts.queries import owner_of
from app.web import Call

COMMENT, ANSWER = "desk.comment", "desk.asked_answer"
OF_TASK = ("desk.ask", "desk.transfer", "desk.return_case")
OF_CASE = (COMMENT, "desk.hold", "desk.withdraw", "desk.cancel", "desk.reopen")
_REASON = Sentences({"reason": "理由"})
_FIELDS = {
    "desk.ask": Sentences({"text": "请对方做什么"}),
    COMMENT: Sentences({"text": "评论"}),
    ANSWER: Sentences({"text": "答复"}),
}


@dataclass(frozen=True, slots=True)
class ActDraft:
    """`values`: name → text as the form shows it: what was just posted to it, else the draft."""

    draft: Opened
    values: Mapping[str, str]


def of_task(call: Call, task_id: str, case_id: str, page: str) -> dict[str, ActDraft]:
    """By endpoint; `page` is the address on which they come back. One statement."""
    return _opened(call, {**dict.fromkeys(OF_TASK, task_id), COMMENT: case_id}, page)


def of_case(call: Call, case_id: str, page: str) -> dict[str, ActDraft]:
    """By endpoint; one statement."""
    return _opened(call, dict.fromkeys(OF_CASE, case_id), page)


def answer(call: Call, item_id: str, page: str) -> ActDraft:
    """What is answered to a colleague who asked (协办、会签)."""
    return _opened(call, {ANSWER: item_id}, page)[ANSWER]


def written(acts: Collection[ActDraft]) -> Markup:
    """What was typed into any of them, to be read and copied; "" where nothing was."""
    begun = (each for each in acts if any(each.values.values()))
    return Markup().join(each.draft.form.render(dict(each.values), readonly=True, reveal=True) for each in begun)


def sent(call: Call, key: str) -> None:
    """The act of this request was done: what was typed for it is no draft any more."""
    drafts.finish(call.session, subject_of(request.endpoint or "", key), owner_of(call.actor))


def _opened(call: Call, keys: Mapping[str, str], page: str) -> dict[str, ActDraft]:
    forms = {
        of_staff(call.actor, subject_of(endpoint, key), page): _FIELDS.get(endpoint, _REASON)
        for endpoint, key in keys.items()
    }
    found = opened_all(call.session, owner_of(call.actor), forms)
    return {endpoint: _as_shown(endpoint, each) for endpoint, each in zip(keys, found, strict=True)}


def _as_shown(endpoint: str, found: Opened) -> ActDraft:
    """Another form of the page that was refused says nothing of this one: nothing of it is kept anew."""
    posted = request.endpoint == endpoint
    values = request.form.to_dict() if posted else found.values
    return ActDraft(replace(found, unsent=found.unsent and posted), values)
