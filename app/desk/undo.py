"""For a minute after somebody completed a task, every page offers to take it back (撤回)."""

from __future__ import annotations

from datetime import datetime

from flask import session as browser

from app.web import services

KEPT = "just_done"


def offer(task_id: str, now: datetime) -> None:
    """The browser remembers which task, and no more."""
    browser[KEPT] = [task_id, now.timestamp()]


def forget() -> None:
    """Nothing is offered any more."""
    browser.pop(KEPT, None)


def offered(now: datetime) -> tuple[str, int] | None:
    """The task that may be taken back and the seconds that are left."""
    if KEPT not in browser:
        return None
    task_id, at = browser[KEPT]
    left = services().acts.take_back.total_seconds() - (now.timestamp() - at)
    if left <= 0:
        forget()
        return None
    return task_id, int(left) + 1
