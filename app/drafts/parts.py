"""A long form that is typed a page at a time: one draft, into which each page writes its own answers and no others.

A page is told another tab's work only where that tab typed into the same page: what the page knew is compared with what
stands at its own names, not with the whole draft.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.core.errors import Gone
from app.core.exact_json import dump_json
from app.core.ids import digest
from app.drafts.operations import OVER, Place, Saved, packed, put_beside, save_over
from app.drafts.queries import Kept, Pairs, of_subject

_BEGUN, _DIGITS = 1, 6
"""Hexadecimal digits of a state: what a form carries back is a number of eight digits at most."""
_TRIES = 5
BUSY = "这份表正在另一个窗口里保存，请稍后再试"


def state_of(kept: Kept | None, part: str) -> int:
    """By which a page knows whether its part is as it was: 0 before anything was kept of the form."""
    return 0 if kept is None else _state(_own(pairs_of(kept), part))


def pairs_of(kept: Kept | None) -> Pairs:
    """What was posted; nothing where answers came in another way."""
    return kept.content if kept is not None and isinstance(kept.content, list) else []


def save(
    session: Session, place: Place, part: str, posted: Pairs, known: int, now: datetime, most: int, *, sent: bool
) -> Saved:  # fmt: skip
    """Put what a page posted into the draft, in place of what stood at its names.

    known: the state that the page knew. Where another tab typed into the same page, its text stays and this one is
    kept beside it, unless this is `sent`. Raises TooLong, and Gone where the draft is over: a save that comes late
    must not bring back what was sent.
    """
    own = _own(posted, part)
    for _ in range(_TRIES):
        mine = of_subject(session, place.subject, place.owner).mine
        if mine is None and known and not sent:
            raise Gone(OVER)
        before = pairs_of(mine)
        stood = _own(before, part)
        content = packed([pair for pair in before if not is_of(pair[0], part)] + own, most)
        if stood and not sent and stood != own and _state(stood) != known:
            put_beside(session, place, content, now)
            return Saved(_state(stood), mine.saved_at if mine else now, beside=True)
        if save_over(session, place, content, mine.revision if mine else 0, now):
            return Saved(_state(own), now)
    raise Gone(BUSY)


def drop_row(session: Session, place: Place, rows: str, gone: int, now: datetime) -> None:
    """Forget one row of a list; those behind it move up. Nothing happens where there is no draft."""
    for _ in range(_TRIES):
        mine = of_subject(session, place.subject, place.owner).mine
        left = dump_json(_without_row(pairs_of(mine), rows, gone))
        if mine is None or save_over(session, place, left, mine.revision, now):
            return
    raise Gone(BUSY)


def _without_row(pairs: Pairs, rows: str, gone: int) -> Pairs:
    left: Pairs = []
    for name, text in pairs:
        place, _, rest = name.removeprefix(f"{rows}.").partition(".")
        if not name.startswith(f"{rows}.") or not place.isdigit() or int(place) < gone:
            left.append([name, text])
        elif int(place) > gone:
            left.append([f"{rows}.{int(place) - 1}.{rest}", text])
    return left


def _own(pairs: Pairs, part: str) -> Pairs:
    return [pair for pair in pairs if is_of(pair[0], part)]


def is_of(name: str, part: str) -> bool:
    """Whether a page of this part writes the field."""
    return any(name == each or name.startswith(f"{each}.") for each in part.split())


def _state(own: Pairs) -> int:
    return _BEGUN + (int(digest(dump_json(own).encode())[:_DIGITS], 16) if own else 0)
