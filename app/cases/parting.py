"""Staff cut a file apart in which two people were mixed: they say what is the other one's, and who that is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.cases import people
from app.cases.store import CASE
from app.core import id_number as id_numbers
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Gone, Invalid
from app.core.ids import new_id
from app.funds import queries as funds
from app.registry import deaths, lookups, merging, parting, person_files
from app.registry import operations as registry
from app.registry.parting import Share
from app.registry.queries import AwardRow

LONGEST_NAME = 60
CASES, AWARDS, HOMES = "case", "award", "home"


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be the other one's, as a whole: an application with what it granted, an award without one of his own, or
    a time in a household with `others`. `key` says which (`case:…`, `award:…`, `home:…`).
    """

    key: str
    on: date | None
    awards: tuple[AwardRow, ...] = ()
    programme: str = ""
    number: str | None = None
    status: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Keys of choices, and whose they are; nobody knows the number of a provisional file."""

    keys: frozenset[str]
    id_number: str
    name: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What cutting would do: the other's file (None: it is made), and what he was granted twice although once."""

    other: dict[str, Any] | None
    twice: list[str]


def choices(session: Session, actor: Actor, person_id: str) -> list[Choice]:
    """Everything in a file that somebody may say is another person's. Raises NotFound, NotYours."""
    people.require_may(session, actor, person_id)
    file = person_files.person_file(session, person_id)
    numbers = deaths.indexes_of(session, file["person"]["id"])
    own = CASE.c.applicant_blind.in_(numbers) & CASE.c.award_id.is_(None)
    columns = (CASE.c.id, CASE.c.programme, CASE.c.number, CASE.c.status, CASE.c.applied_on)
    rows = session.execute(select(*columns).where(own).order_by(CASE.c.applied_on, CASE.c.id)).all()
    by_case: dict[str | None, list[AwardRow]] = {}
    for award in file["awards"]:
        by_case.setdefault(award.case_id, []).append(award)
    found = [
        Choice(
            f"{CASES}:{row.id}", row.applied_on, tuple(by_case.pop(row.id, ())), row.programme, row.number, row.status
        )
        for row in rows
    ]
    rest = [award for awards in by_case.values() for award in awards]
    found += [
        Choice(f"{AWARDS}:{award.id}", award.starts_on, (award,), award.programme, award.case_number, award.status)
        for award in sorted(rest, key=lambda each: (each.starts_on, each.id))
    ]
    homes = person_files.homes_of(session, file["person"]["id"])
    return found + [Choice(f"{HOMES}:{home.id}", home.since, others=home.others) for home in homes]


def preview(session: Session, actor: Actor, person_id: str, wanted: Wanted, now: datetime) -> Preview:
    """Raises what `part` raises, changing nothing."""
    person_id, share = _share(session, actor, person_id, wanted.keys)
    number = _number(session, person_id, wanted)
    other_id = lookups.person_id(session, number) if number else None
    if other_id is None:
        return Preview(None, [])
    _require_may_have(session, actor, person_id, other_id, share, now)
    return Preview(person_files.person_file(session, other_id), parting.once_in_both(session, other_id, share.cases))


def part(
    session: Session, actor: Actor, person_id: str, wanted: Wanted, reason: str, now: datetime, *, twice: bool = False
) -> str:
    """What is chosen goes on in the file of the other person, made where there is none; that file's id.

    Raises NotFound, NotYours, Invalid (chosen, id_number, name, part_reason, twice), Gone (cases or payments under way,
    merged or changed since), Duplicate (programmes that exclude each other, an award that counts him already),
    NotEligible (a death, another home).
    """
    person_id, share = _share(session, actor, person_id, wanted.keys)
    because = merging.Because(actor, people.reason_of(reason, "part_reason"), now)
    number = _number(session, person_id, wanted)
    known = lookups.person_id(session, number) if number else None
    if known is not None:
        _require_may_have(session, actor, person_id, known, share, now)
        if parting.once_in_both(session, known, share.cases) and not twice:
            raise Invalid({"twice": f"{people.TWICE}：请核实，并在后一件案件登记追回后勾选"}, clause="A6")
    other_id = registry.record_person(session, number or id_numbers.stand_in(new_id()), wanted.name.strip(), now)
    parting.part(session, person_id, other_id, share, because)
    _name_applicant(session, share, other_id)
    return other_id


def take_back(session: Session, actor: Actor, change_id: str, reason: str, now: datetime) -> str:
    """All that was cut off returns; the id of the file to which it does.

    Raises NotFound, NotYours, Invalid (join_reason), Gone, Duplicate.
    """
    person_id, other_id, share = parting.share_of(session, change_id)
    # Nothing may be left in the file that was cut by which it would be in anybody's reach.
    people.require_may(session, actor, person_id if person_files.region_of_person(session, person_id) else other_id)
    because = merging.Because(actor, people.reason_of(reason, "join_reason"), now)
    _require_settled(session, share)
    people.require_compatible(
        session, merging.running(session, person_id, local_date(now)), _of(session, other_id, share, now)
    )
    parting.join_again(session, change_id, because)
    _name_applicant(session, share, person_id)
    return person_id


def _share(session: Session, actor: Actor, person_id: str, keys: Collection[str]) -> tuple[str, Share]:
    """The file and what of it was chosen, with the cases that followed an award. Raises what is under way."""
    known = {choice.key: choice for choice in choices(session, actor, person_id)}
    if not keys:
        raise Invalid({"chosen": "请勾选属于另一个人的案件、待遇或者家庭"})
    if set(keys) - set(known):
        raise Gone("档案的内容已经变化，请刷新后重新勾选")
    picked = [known[key] for key in keys]
    awards = frozenset(award.id for choice in picked for award in choice.awards)
    file_id = str(person_files.person_file(session, person_id)["person"]["id"])
    numbers = deaths.indexes_of(session, file_id)
    of_award = select(CASE.c.id).where(CASE.c.award_id.in_(awards), CASE.c.applicant_blind.in_(numbers))
    cases = _ids(picked, CASES) | frozenset(session.scalars(of_award))
    share = Share(awards, cases, _ids(picked, HOMES))
    _require_settled(session, share)
    return file_id, share


def _ids(picked: Collection[Choice], kind: str) -> frozenset[str]:
    return frozenset(choice.key.partition(":")[2] for choice in picked if choice.key.startswith(f"{kind}:"))


def _require_settled(session: Session, share: Share) -> None:
    """Raises Gone while a case or a payment of the share is under way: it would go on for the wrong person."""
    mine = CASE.c.id.in_(share.cases) | CASE.c.award_id.in_(share.awards)
    running = session.scalars(select(CASE.c.number).where(mine, CASE.c.closed_at.is_(None)).with_for_update()).all()
    if running:
        told = "、".join(sorted(running))
        raise Gone(f"案件{told}还没有办结：申请人填错的，请在案件里更正；其余的请办结后再分出")
    if count := funds.unsettled(session, share.cases, share.awards):
        raise Gone(f"还有 {count} 笔款项正在支付、退回待处理或者列入编制中的批次，请处理完再办理")


def _number(session: Session, person_id: str, wanted: Wanted) -> str | None:
    """The other's number, None while nobody knows it. Raises Invalid (id_number, name)."""
    number = id_numbers.normalise(wanted.id_number)
    if number and not id_numbers.is_valid(number):
        raise Invalid({"id_number": "身份证号码不正确，请核对 18 位号码；还没有查明的请留空"})
    known = lookups.person_id(session, number) if number else None
    if known is None and not 0 < len(wanted.name.strip()) <= LONGEST_NAME:
        raise Invalid({"name": f"登记库还没有这个人，请填写姓名（不超过 {LONGEST_NAME} 字）"})
    return number or None


def _require_may_have(
    session: Session, actor: Actor, person_id: str, other_id: str, share: Share, now: datetime
) -> None:
    """The other file is in reach, and he receives nothing that excludes the share."""
    if person_files.region_of_person(session, other_id):
        people.require_may(session, actor, other_id)
    parting.require_partable(session, person_id, other_id, share)
    theirs = merging.running(session, other_id, local_date(now))
    people.require_compatible(session, theirs, _of(session, person_id, share, now))


def _of(session: Session, person_id: str, share: Share, now: datetime) -> list[merging.Running]:
    return [each for each in merging.running(session, person_id, local_date(now)) if each.id in share.awards]


def _name_applicant(session: Session, share: Share, person_id: str) -> None:
    """The cases are found by the number of the file in which they go on; what they say stays as it was said."""
    index = merging.file_of(session, person_id).blind
    session.execute(update(CASE).where(CASE.c.id.in_(share.cases)).values(applicant_blind=index))
