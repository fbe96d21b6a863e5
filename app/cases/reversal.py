"""What has gone out is reversed, never deleted."""

from __future__ import annotations

from app.cases import identifying
from app.cases.action import Action
from app.cases.effects import documents


def reverse(action: Action, since: int, reason: str) -> None:
    """Reverse what the case did at audit number `since` and later, effect by effect. Raises Gone (money was paid).

    What a case did before it was reopened is not undone any more: it is settled when the case is decided.
    """
    own = max(since, action.case.reopened_seq or 0)
    undone = [topic for topic, effect in action.effects.items() if effect.undo(action, own, reason)]
    if since < own:
        undone += reopen(action, since, reason)
    if identifying.undo(action, since, reason):
        undone.append(identifying.PROPERTY)
    action.note("reversed", since=since, undone=undone)


def reopen(action: Action, since: int, reason: str) -> list[str]:
    """Reverse what a decision did besides paying, and keep what it paid; topics. Raises Gone (money is at the bank)."""
    return [topic for topic, effect in action.effects.items() if effect.reopen(action, since, reason)]


def tell_withdrawn(action: Action, reason: str) -> None:
    """The applicant is told in writing that the application was taken back."""
    title = documents.write(action, "withdrawal_notice", {"on": action.today, "reason": reason})
    action.note("document", told={"title": title})
    write_planned(action)


def write_planned(action: Action) -> None:
    """Write what was planned outside an engine step."""
    planned, action.planned[:] = list(action.planned), []
    for each in sorted(planned, key=lambda each: each.rank):
        each.apply(action)
