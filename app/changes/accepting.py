"""Outcomes of stories that a change changes: which those are, and those that an owner accepts as intended (有意的改变).

What is accepted rewrites the story, a save like any other, and is told to the second person with who and why.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, insert, select
from sqlalchemy.orm import Session

from app.changes import checking, editing, policy, store
from app.changes.models import ChangeAcceptance
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Gone, Invalid
from app.core.forking import Exceeded, Limits
from app.core.ids import digest, new_id
from app.gate.isolated import Placed, World, intend_isolated
from app.identity import appointed

ACCEPTANCE: Table = ChangeAcceptance.__table__  # type: ignore[assignment]
LIMITS = Limits(seconds=90, memory_mb=1536)
MOST, LONGEST_REASON = 12, 200
"""How many stories are accepted in one go; characters of a reason."""
BY_DAY = frozenset({"due", "on", "from", "until"})
BY_PAYEE = frozenset({"payments", "orders", "claims", "notices", "awards"})
Marks = Mapping[str, Sequence[str] | None]
"""By path of a story, the marks of the differences that are meant; None: all."""


@dataclass(frozen=True, slots=True)
class StoryView:
    """A story that does not hold. `differences`: see `gate.outcomes.of_story`, each with its `group`."""

    file: str
    title: str
    problems: list[tuple[int, str]]
    differences: list[dict[str, Any]]

    @property
    def settles(self) -> bool:
        """Whether a rewrite settles all of it."""
        return bool(self.differences) and all(each["settles"] for each in self.differences)


@dataclass(frozen=True, slots=True)
class Group:
    """The same difference in several stories; `example` is one of them."""

    key: str
    stories: int
    example: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be accepted of a bundle: stories as they stood, and where they are played."""

    bundle_id: str
    marks: Marks
    hashes: Mapping[str, str]
    titles: Mapping[str, str]
    trials: list[tuple[Placed, World]]


@dataclass(frozen=True, slots=True)
class AcceptedView:
    """Outcomes of one story that somebody accepted."""

    programme: str
    bundle_id: str
    file: str
    title: str
    differences: list[dict[str, Any]]
    reason: str
    who: str
    at: datetime


def failing(session: Session, bundle: Row[Any], now: datetime) -> list[StoryView]:
    """The stories that do not hold as the draft stands, of those whose outcome is known."""
    check = checking.last(session, bundle.id, checking.subject_of(session, bundle, local_date(now)))
    stands = checking.played_as(store.released_hashes(session, bundle))
    found: dict[str, StoryView] = {}
    for each in check.stories if check else ():
        if not each["holds"] and each.get("as") == stands.get(each["file"], ""):
            told = _grouped(each["differences"])
            found.setdefault(each["file"], StoryView(each["file"], each["title"], each["problems"], told))
    return list(found.values())


def groups(stories: Sequence[StoryView]) -> list[Group]:
    """Differences that several stories have and that a rewrite settles, the most frequent first."""
    found: dict[str, dict[str, Any]] = {}
    counted: Counter[str] = Counter()
    for story in stories:
        mine: dict[str, dict[str, Any]] = {}
        for each in story.differences:
            if each["settles"]:
                mine.setdefault(each["group"], each)
        counted.update(mine.keys())
        found = mine | found
    return [Group(key, many, found[key]) for key, many in counted.most_common() if many > 1]


def ask(
    session: Session, actor: Actor, change_id: str, bundle_id: str, marks: Marks, reason: str, *, group: str = "",
    now: datetime,
) -> Asked:  # fmt: skip
    """What `play` needs to accept differences; of a group those of its first stories.

    Raises NotFound, NotYours, Gone (nothing such differs any more), Invalid (reason, marks).
    """
    policy.open_to(session, actor, change_id)
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise Invalid({"reason": f"请写明为什么是有意的改变，不超过 {LONGEST_REASON} 字"})
    bundle = store.bundle_of(session, change_id, bundle_id)
    stories = {each.file: each for each in failing(session, bundle, now)}
    wanted = _of_group(stories.values(), group) if group else dict(marks)
    if not wanted and not group:
        raise Invalid({"marks": "请先勾选哪些是有意的改变"})
    if not wanted or not wanted.keys() <= stories.keys():
        raise Gone("这些故事的结果已经不是您看到的那样，请刷新页面再看")
    hashes = store.released_hashes(session, bundle)
    trials = checking.trials_of(session, bundle, local_date(now))
    chosen = dict(list(wanted.items())[:MOST])
    return Asked(bundle_id, chosen, {path: hashes[path] for path in chosen},
                 {path: stories[path].title for path in chosen}, trials)  # fmt: skip


def play(asked: Asked) -> dict[str, dict[str, Any]]:
    """By path, the stories rewritten and played again: see `gate.outcomes.accepted`. No transaction should be open.

    Raises Gone (it takes too long).
    """
    try:
        return intend_isolated(asked.trials, asked.marks, LIMITS)
    except Exceeded as exceeded:
        raise Gone(f"重演{exceeded}，什么都没有改。请少选几个故事再试") from exceeded


def keep(
    session: Session, actor: Actor, change_id: str, asked: Asked, played: Mapping[str, Mapping[str, Any]], reason: str,
    *, now: datetime,
) -> tuple[list[str], dict[str, str]]:  # fmt: skip
    """Save what was rewritten, with who accepted it and why: titles of those stories, and why others were not, by path.

    Raises what `editing.save` raises: somebody saved the story or anything else meanwhile.
    """
    bundle = store.bundle_of(session, change_id, asked.bundle_id)
    _require_same_rules(session, bundle, asked)
    done, refused = [], {}
    for path, each in played.items():
        if each["text"] is None:
            refused[path] = str(each["why"])
            continue
        before, content = asked.hashes[path], str(each["text"]).encode()
        editing.save(session, actor, change_id, asked.bundle_id, path, content, was=before, apart=True, now=now)
        row = {"id": new_id(), "bundle_id": asked.bundle_id, "path": path, "title": asked.titles[path],
               "differences": each["told"], "reason": reason.strip(), "before": before, "after": digest(content),
               "accepted_by": actor.user_id, "accepted_at": now}  # fmt: skip
        session.execute(insert(ACCEPTANCE).values(**row))
        done.append(asked.titles[path])
    return done, refused


def accepted(session: Session, change_id: str) -> list[AcceptedView]:
    """What was accepted in a change and stands: not what was put back, or whose story was removed."""
    found = []
    for bundle in store.bundles_of(session, change_id):
        mine = select(ACCEPTANCE).where(ACCEPTANCE.c.bundle_id == bundle.id)
        rows = session.execute(mine.order_by(ACCEPTANCE.c.accepted_at, ACCEPTANCE.c.id)).all()
        hashes = store.hashes_of(session, bundle) if rows else {}
        names = appointed.user_names(session, {row.accepted_by for row in rows})
        for place, row in enumerate(rows):
            undone = {each.before for each in rows[: place + 1] if each.path == row.path}
            if row.path in hashes and hashes[row.path] not in undone:
                found.append(AcceptedView(bundle.title, bundle.id, row.path, row.title, row.differences, row.reason,
                                          names.get(row.accepted_by, ""), row.accepted_at))  # fmt: skip
    return found


def _require_same_rules(session: Session, bundle: Row[Any], asked: Asked) -> None:
    """What was played holds for the draft as it was."""
    stands = checking.played_as(store.released_hashes(session, bundle))
    played = checking.played_as({path: digest(each) for path, each in asked.trials[0][0][1].items()})
    if any(stands.get(path) != played[path] for path in asked.marks):
        raise Gone("重演期间草稿又改过，没有接受。请等检查做完后再看")


def _of_group(stories: Sequence[StoryView] | Any, group: str) -> dict[str, list[str]]:
    found = {
        story.file: [each["mark"] for each in story.differences if each["group"] == group and each["settles"]]
        for story in stories
    }
    return {path: marks for path, marks in found.items() if marks}


def _grouped(differences: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Differences with their groups: what comes after a step that is refused now belongs to that."""
    found, lead = [], ""
    for each in differences:
        mine = _group(each)
        if not lead and any(one["kind"] == "error" and one["new"] for one in each["told"]):
            lead = mine
        found.append({**each, "group": lead or mine})
    return found


def _group(each: Mapping[str, Any]) -> str:
    """The same for the same difference in other stories: of days and of people's money what changes, not to what."""
    told = [_alike(one) for one in each["told"]]
    return digest(json.dumps([each["key"], each["do"], each["gone"], sorted(told)], sort_keys=True).encode())[:16]


def _alike(one: Mapping[str, str]) -> list[str]:
    key, _, field = one["kind"].partition(".")
    if field in BY_DAY or key in BY_PAYEE:
        return [one["kind"], "" if key in BY_PAYEE else one["name"]]
    return [one["kind"], one["name"], one["old"], one["new"]]
