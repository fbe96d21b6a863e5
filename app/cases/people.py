"""Two files of one person, brought together and taken apart by staff: what stands against it is said before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy.orm import Session

from app.core import id_number as id_numbers
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Duplicate, Invalid
from app.figures.catalogue import catalogue
from app.identity import policy as identity_policy
from app.registry import lookups, merging, person_files, policy
from app.registry import operations as registry
from app.registry.merging import Running

RIGHT = "merge_people"
SHORTEST, LONGEST = 4, 200
TWICE = "两份档案都领取过只能领取一次的救助"


@dataclass(frozen=True, slots=True)
class Preview:
    """What merging would do: the file of the number (None: it is made), and what was granted once to both."""

    kept: dict[str, Any] | None
    awards: int
    twice: list[str]


def preview(session: Session, actor: Actor, person_id: str, id_number: str, now: datetime) -> Preview:
    """Raises what `merge` raises, changing nothing."""
    number = _number(session, actor, person_id, id_number)
    kept_id = lookups.person_id(session, number)
    mine = person_files.person_file(session, person_id)
    if kept_id is None:
        return Preview(None, len(mine["awards"]), [])
    _require_may_join(session, actor, person_id, kept_id, now)
    merging.require_mergeable(session, kept_id, person_id, now)
    kept = person_files.person_file(session, kept_id)
    return Preview(kept, len(mine["awards"]), merging.once_in_both(session, kept_id, person_id))


def merge(
    session: Session, actor: Actor, person_id: str, id_number: str, reason: str, now: datetime, *, twice: bool = False
) -> str:
    """A file goes on in that of an identity number, which is made where there is none; the id of the kept file.

    A provisional file thus gets its number, a wrong number the right one, a duplicate its original. What both were
    granted although it is granted once is not undone by it: `twice` says that whoever merges has seen that.
    Raises NotFound, NotYours, Invalid (id_number, merge_reason, twice), Gone, Duplicate (programmes that exclude each
    other), NotEligible (their deaths do not agree).
    """
    number = _number(session, actor, person_id, id_number)
    because = merging.Because(actor, reason_of(reason, "merge_reason"), now)
    kept_id = lookups.person_id(session, number)
    if kept_id is None:
        kept_id = registry.record_person(session, number, None, now)
    else:
        _require_may_join(session, actor, person_id, kept_id, now)
        if merging.once_in_both(session, kept_id, person_id) and not twice:
            raise Invalid({"twice": f"{TWICE}：请核实，并在后一件案件登记追回后勾选"}, clause="A6")
    merging.merge(session, kept_id, person_id, because)
    return kept_id


def split(session: Session, actor: Actor, change_id: str, reason: str, now: datetime) -> tuple[str, str]:
    """Take a merge back; ids of the file that was kept and of the other.

    Raises NotFound, NotYours, Invalid (split_reason), Gone.
    """
    change = merging.standing(session, change_id)
    require_may(session, actor, change.person_id)
    return merging.split(session, change_id, merging.Because(actor, reason_of(reason, "split_reason"), now))


def may_merge(actor: Actor) -> bool:
    """Whether the page offers it."""
    return identity_policy.may(actor, RIGHT)


def require_may(session: Session, actor: Actor, person_id: str) -> None:
    """Raises NotFound, NotYours."""
    policy.require_may_open(session, actor, person_id)
    identity_policy.require_any(session, actor, RIGHT)


def _number(session: Session, actor: Actor, person_id: str, id_number: str) -> str:
    require_may(session, actor, person_id)
    number = id_numbers.normalise(id_number)
    if not id_numbers.is_valid(number):
        raise Invalid({"id_number": "身份证号码不正确，请核对 18 位号码"})
    return number


def reason_of(reason: str, field: str) -> str:
    """What a change of files rests on. Raises Invalid (the field)."""
    if not SHORTEST <= len(reason.strip()) <= LONGEST:
        raise Invalid({field: f"请写明依据（{SHORTEST} 到 {LONGEST} 字），例如核对过的证件；会留下记录"})
    return reason.strip()


def _require_may_join(session: Session, actor: Actor, person_id: str, kept_id: str, now: datetime) -> None:
    """The other file is in reach too, and nobody receives by both what nobody receives at once (E3)."""
    if person_files.region_of_person(session, kept_id):
        require_may(session, actor, kept_id)
    mine, theirs = (merging.running(session, each, local_date(now)) for each in (person_id, kept_id))
    require_compatible(session, mine, theirs)


def require_compatible(session: Session, mine: Sequence[Running], theirs: Sequence[Running]) -> None:
    """One person may have both. Raises Duplicate."""
    for one, other in product(mine, theirs):
        if one.id != other.id and (clash := _clash(session, one, other)):
            clause, text = clash
            numbers = "、".join(each.case_number or "（无案号）" for each in (one, other))
            told = f"两份档案正在享受的待遇不能同时享受（案件{numbers}）：{text}。请先终止其中一项或者办理减员，再办理"
            raise Duplicate(told, clause=clause)


def _clash(session: Session, one: Running, other: Running) -> tuple[str, str] | None:
    """Clause and reason why nobody receives both of two awards; None where somebody may."""
    if one.programme == other.programme:
        return "D13", "一人不能重复享受同一项待遇"
    for pair in catalogue(session).exclusions:
        if {pair.prevails, pair.yields} == {one.programme, other.programme} and one.region_code.startswith(pair.place):
            return pair.clause, pair.text
    return None
