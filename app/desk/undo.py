"""For a minute after somebody completed or handed on a task, every page offers to take it back (撤回)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from flask import session as browser
from flask import url_for

from app.web import services

KEPT = "just_done"
COMPLETED, HANDED_ON = "completed", "handed_on"
_SAID = {
    COMPLETED: ("desk.take_back", "刚办结的工作，发现不对可以撤回"),
    HANDED_ON: ("desk.recall", "刚转办的工作，转错了可以收回"),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """Where to send what takes it back, what is said, and the seconds that are left."""

    address: str
    text: str
    left: int


def offer(task_id: str, now: datetime, what: str = COMPLETED) -> None:
    """The browser remembers which task and since when, and no more."""
    browser[KEPT] = [task_id, now.timestamp(), what]


def forget() -> None:
    """Nothing is offered any more."""
    browser.pop(KEPT, None)


def offered(now: datetime) -> Offer | None:
    """What may be taken back now."""
    if KEPT not in browser:
        return None
    task_id, at, what = browser[KEPT]
    left = services().acts.take_back.total_seconds() - (now.timestamp() - at)
    if left <= 0 or what not in _SAID:
        forget()
        return None
    endpoint, text = _SAID[what]
    return Offer(url_for(endpoint, task_id=task_id), text, ceil(left))
