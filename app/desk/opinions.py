"""What people said at their steps: the opinions and choices that a timeline shows beside who did it and when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from app.cases.pages import Submitted

KINDS = frozenset({"textarea", "radio"})
"""Components in which people judge: a choice, and words of their own."""
Said = list[tuple[str, str]]


def opinions(submitted: Iterable[Submitted]) -> dict[datetime, Said]:
    """By the moment at which a step was done: label and text of each opinion. The application is none."""
    found: dict[datetime, Said] = {}
    for each in submitted:
        if each.at is None or each.is_application:
            continue
        told = each.form.tell(each.values, context=each.context)
        found[each.at] = [(answer.label, answer.text) for answer in told if answer.kind in KINDS and answer.text]
    return found
