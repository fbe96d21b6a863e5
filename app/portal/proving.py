"""Who knows a number and its code, or a code alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import request

from app.identity.credentials import record_attempt, record_success
from app.web import ANYONE, Call, transaction

T = TypeVar("T")


def proved(subject: str, find: Callable[[Call], T]) -> T:
    """What `find` gives for what somebody typed; it raises a Rejection where there is nothing.

    Each try at a `subject` is committed before the code is looked at, so that guessing is slow. Raises Throttled.
    """
    with transaction(ANYONE, writing=True) as call:
        attempt = record_attempt(call.session, subject, request.remote_addr or "", call.now)
    with transaction(ANYONE, writing=True) as call:
        found = find(call)
        record_success(call.session, attempt)
        return found
