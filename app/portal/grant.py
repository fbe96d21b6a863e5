"""Who proved number and query code may look at that one case for a while, from this browser."""

from __future__ import annotations

from datetime import datetime

from flask import session

from app.web import Unauthorized

LIFE_SECONDS = 15 * 60
CASE, UNTIL, RECEIPT = "case", "case_until", "receipt"


class Expired(Unauthorized):
    """The proof was too long ago, or there was none: back to where number and code are asked."""

    door = "portal.status"


def give(case_id: str, now: datetime) -> None:
    """From now on for a quarter of an hour since the last look."""
    session.permanent = True
    session[CASE], session[UNTIL] = case_id, now.timestamp() + LIFE_SECONDS


def held(now: datetime) -> str:
    """The case that may be looked at. Raises Expired."""
    case_id = session.get(CASE)
    if case_id is None or session.get(UNTIL, 0) < now.timestamp():
        take_back()
        raise Expired
    session[UNTIL] = now.timestamp() + LIFE_SECONDS
    return case_id


def keep_receipt(number: str, query_code: str) -> None:
    """The query code, for as long as the receipt is on screen."""
    session[RECEIPT] = [number, query_code]


def receipt() -> tuple[str, str] | None:
    kept = session.get(RECEIPT)
    return (kept[0], kept[1]) if kept else None


def drop_receipt() -> None:
    session.pop(RECEIPT, None)


def take_back() -> None:
    for key in (CASE, UNTIL, RECEIPT):
        session.pop(key, None)
