"""What owners are told of their releases in force: the base moved, the letter library moved, a check fails now.

`about` derives it from what stands, so that it is always true; `telling` writes the event when it comes about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app import audit
from app.core.actor import Actor
from app.core.clock import local_date
from app.db import stamps
from app.definitions import lists, publishing, receipts, standing, store
from app.definitions.names import AUDIT_CHAIN, EVERYWHERE, LIBRARY
from app.identity import policy
from app.identity import queries as identity

BASE_MOVED, LETTERS_MOVED, CHECK_FAILED = "base_moved", "letters_moved", "check_failed"
SENTENCES = {
    BASE_MOVED: "基础版本已更新，请比对三方，把要采用的改动并入后重新起草",
    LETTERS_MOVED: "文书库已更新（{keys}），请比对三方，要采用就重新起草",
    CHECK_FAILED: "标准目录或产品更新后检查没有通过，仍在施行，请查看问题，改正后重新起草",
}
COMMANDS = {BASE_MOVED: "compare", LETTERS_MOVED: "compare", CHECK_FAILED: "check"}


class News(NamedTuple):
    """One thing that the owners of a release should know. `told` says what to do, `text` with which command.

    `region_code` is "" for everywhere.
    """

    kind: str
    release_id: str
    title: str
    place: str
    scope: str
    number: int
    told: str
    programme: str
    region_code: str

    @property
    def text(self) -> str:
        return f"{self.told}（doudi release {COMMANDS[self.kind]} {self.release_id}）"


# Every page of an owner counts them; those of a county are found once, until a release changes.
_live: stamps.Stamped[list[lists.Live]] = stamps.Stamped("releases", entries=8)
_kept: stamps.Stamped[tuple[News, ...]] = stamps.Stamped("releases", entries=4000)


def about(session: Session, on: date) -> list[News]:
    """Everything that any owner should know as of a day."""
    return [news for each in _living(session, on) for news in _of(session, each, on)]


def listed(session: Session, on: date) -> list[dict[str, Any]]:
    """`lists.listed`, and as `news` of each release at a place `{kind, text}` of what its owners should know."""
    told = about(session, on)
    return [
        {**line, "news": [
            {"kind": each.kind, "text": each.text} for each in told
            if (each.release_id, each.place) == (line["id"], line["place"])
        ]}
        for line in lists.listed(session, on)
    ]  # fmt: skip


def for_actor(session: Session, actor: Actor, on: date) -> list[News]:
    """What concerns the places where the actor drafts releases."""
    if not policy.may(actor, "draft_releases"):
        return []
    mine = (
        each for each in _living(session, on)
        if policy.covers(actor, identity.chain(session, each.scope), "draft_releases")
    )  # fmt: skip
    return [news for each in mine for news in _of(session, each, on)]


@contextmanager
def telling(session: Session, actor: Actor, programme: str, now: datetime) -> Iterator[None]:
    """Write an event for each override below which a base, or the library, moves by what is done inside."""
    before = _below(session, programme, local_date(now))
    yield
    kind = LETTERS_MOVED if programme == LIBRARY else BASE_MOVED
    for place, stands in _below(session, programme, local_date(now)).items():
        if place in before and before[place] != stands:
            release_id, scope = place
            told: dict[str, Any] = {"release": release_id, "scope": scope}
            told |= {"base": stands} if kind == BASE_MOVED else {"letters": _differing(before[place], stands)}
            audit.append(session, AUDIT_CHAIN, kind, actor, told, None, now, shared=True)


def tell_failed(session: Session, actor: Actor, release_id: str, now: datetime) -> None:
    """Write the event of a release that holds or will, and no longer passes; drafts are their author's business."""
    if all(each.release_id != release_id for each in lists.live(session, local_date(now))):
        return
    audit.append(session, AUDIT_CHAIN, CHECK_FAILED, actor, {"release": release_id}, None, now, shared=True)


def moved_letters(session: Session, release_id: str, scope: str, on: date) -> list[str]:
    """Keys of letters that the library holds otherwise now than was fixed; the release's own do not count."""
    now, own = publishing.library_pins(session, scope, on), store.letter_hashes(session, release_id)
    return [key for key in _differing(publishing.fixed_pins(session, release_id, scope), now) if key not in own]


def _living(session: Session, on: date) -> list[lists.Live]:
    return _live.get(session, on, lambda: lists.live(session, on))


def _of(session: Session, each: lists.Live, on: date) -> tuple[News, ...]:
    return _kept.get(session, (each.release_id, each.scope, on), lambda: tuple(_found(session, each, on)))


def _found(session: Session, each: lists.Live, on: date) -> Iterator[News]:
    current = each.is_newest and each.programme != LIBRARY
    keys = moved_letters(session, each.release_id, each.scope, on) if current else []
    holds = {
        BASE_MOVED: current and standing.base_has_moved(session, each),
        LETTERS_MOVED: bool(keys),
        CHECK_FAILED: receipts.fails(session, each.release_id),
    }
    for kind in (kind for kind, is_so in holds.items() if is_so):
        told, place = SENTENCES[kind].format(keys="、".join(keys)), standing.place_name(session, each.scope)
        code = "" if each.scope == EVERYWHERE else identity.region(session, each.scope).code
        yield News(kind, each.release_id, each.title, place, each.scope, each.number, told, each.programme, code)


def _below(session: Session, programme: str, on: date) -> dict[tuple[str, str], Any]:
    """By override and place, what stands below it: the release that is its base, or the letters of the library."""
    found = [each for each in lists.live(session, on) if each.is_newest and each.programme != LIBRARY]
    if programme == LIBRARY:
        return {(each.release_id, each.scope): publishing.library_pins(session, each.scope, on) for each in found}
    return {
        (each.release_id, each.scope): standing.base_of(session, programme, each.scope)
        for each in found if each.programme == programme
    }  # fmt: skip


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
