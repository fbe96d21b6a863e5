"""Refusals: what a command answers when it changes nothing. Any other exception is a failure.

Every message is Chinese, names what is wrong and says what to do.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping


class Lost(ABC):  # noqa: B024 (others are registered with it)
    """What the program stands on failed, not what it was doing: no rule and no element is to blame for it.

    `app.db` registers the errors of the database here, of which the engine knows nothing.
    """


class Rejection(Exception):
    """The command was refused and nothing changed."""

    code = "rejected"
    status = 422

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None, clause: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})
        self.clause = clause


class Invalid(Rejection):
    """A field is missing or wrong; `fields` maps dotted paths to messages."""

    code = "invalid"

    def __init__(self, fields: Mapping[str, str], message: str | None = None, *, clause: str | None = None) -> None:
        super().__init__(message or "；".join(dict.fromkeys(fields.values())), fields=fields, clause=clause)


class NotEligible(Rejection):
    """A rule that needs no judgement is not met."""

    code = "not_eligible"


class OverLimit(Rejection):
    """More than this level may decide, or than the fund holds."""

    code = "over_limit"


class Duplicate(Rejection):
    """What may exist once exists already."""

    code = "duplicate"
    status = 409


class NotYours(Rejection):
    """Wrong position, wrong region, or duties that must be separate."""

    code = "not_yours"
    status = 403


class Taken(Rejection):
    """Somebody else holds the task."""

    code = "taken"
    status = 409


class Gone(Rejection):
    """The task is not open any more."""

    code = "gone"
    status = 409


class NotFound(Rejection):
    """There is no such thing, or the actor may not know of it."""

    code = "not_found"
    status = 404


REJECTIONS: dict[str, type[Rejection]] = {
    kind.code: kind for kind in (NotEligible, OverLimit, Duplicate, NotYours, Taken, Gone, NotFound)
}


def rejection(code: str, message: str, *, field: str | None = None, clause: str | None = None) -> Rejection:
    """The rejection that a guard's row describes; `invalid` needs the field it speaks of."""
    if code == Invalid.code:
        return Invalid({field or "_": message}, clause=clause)
    fields = {field: message} if field else None
    return REJECTIONS[code](message, fields=fields, clause=clause)
