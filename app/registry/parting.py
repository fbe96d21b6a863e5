"""A file in which two people were mixed is cut apart: what is the other one's goes to a file of his own, and back.

For what came together without a merge (`merging.split` undoes a merge). Cases and letters keep the number that they
were made with; which file a case is of is the caller's to move.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.core.errors import Duplicate, Gone, NotEligible
from app.core.ids import new_id
from app.registry import merging, spelled
from app.registry.grants import CLAIM
from app.registry.lookups import AWARD, COVERED, HOME, PERSON, leading_to
from app.registry.merging import PARTED, Because
from app.registry.models import Consent
from app.registry.people import lock_people

_HELD = ("id", "programme", "scope_region_id", "case_id", "claimed_at", "case_seq")


@dataclass(frozen=True, slots=True)
class Share:
    """What is the other person's: ids of awards, of the cases that granted or asked for them, of stays in a home."""

    awards: frozenset[str]
    cases: frozenset[str] = frozenset()
    homes: frozenset[str] = frozenset()


def require_partable(session: Session, person_id: str, other_id: str, share: Share) -> date | None:
    """Lock both files; the other's day of death.

    Raises Gone (one file; nothing of it is there any more), Duplicate (an award counts the other already), NotEligible
    (a death is recorded, or the other lives elsewhere).
    """
    lock_people(session, (person_id, other_id))
    file, other = merging.file_of(session, person_id), merging.file_of(session, other_id)
    if person_id == other_id:
        raise Gone("这个号码就是这份档案的号码，请填写另一个人的号码")
    if file.merged_into or other.merged_into:
        raise Gone("其中一份档案已经并入别的档案，请在合并后的档案上办理")
    if file.died_on:
        raise NotEligible("这份档案登记了死亡，分不清是哪一位：请先更正死亡登记（误登的留空），分出后再登记到本人档案")
    if share.awards - set(session.scalars(_stays_of(person_id, share.awards))):
        raise Gone("有的待遇已经不在这份档案里，请刷新后重新勾选")
    if session.scalar(_stays_of(other_id, share.awards).limit(1)):
        raise Duplicate("勾选的待遇里，有一项已经把那个人算作成员，请先办理复核或变更减去重复的一名")
    if other.died_on and share.awards & {each.id for each in merging.running(session, person_id, other.died_on)}:
        raise NotEligible("那个人的档案登记了死亡，勾选的待遇还在发放：请先核实，更正死亡登记或者终止待遇")
    _require_one_home(session, other_id, share.homes, "那个人已经登记在另一户：请不勾选家庭，或者先更正那一户")
    died_on: date | None = other.died_on
    return died_on


def once_in_both(session: Session, other_id: str, cases: Collection[str]) -> list[str]:
    """The programmes granted once by these cases that the other file was granted too."""
    own = select(CLAIM.c.programme, CLAIM.c.scope_region_id).where(CLAIM.c.person_blind.in_(leading_to(other_id)))
    have = {tuple(row) for row in session.execute(own.where(CLAIM.c.case_id.not_in(list(cases))))}
    taken = select(CLAIM.c.programme, CLAIM.c.scope_region_id).where(CLAIM.c.case_id.in_(list(cases)))
    return sorted({row.programme for row in session.execute(taken) if tuple(row) in have})


def part(session: Session, person_id: str, other_id: str, share: Share, because: Because) -> str:
    """The share goes on in the other file, as if it had been his from the start; the id of the change.

    Raises what `require_partable` raises. Which programmes exclude each other is asked before.
    """
    died_on = require_partable(session, person_id, other_id, share)
    cases = share.cases | set(
        session.scalars(select(AWARD.c.case_id).where(AWARD.c.id.in_(share.awards), AWARD.c.case_id.is_not(None)))
    )
    moved: dict[str, Any] = _move(session, person_id, other_id, share)
    moved |= _claim_again(session, person_id, other_id, cases)
    moved |= {"covered": sorted(share.awards), "cases": sorted(share.cases), "died_on": died_on}
    moved["consents"] = _move_consents(session, person_id, other_id, cases)
    return merging.note(session, PARTED, person_id, other_id, moved, because)


def share_of(session: Session, change_id: str) -> tuple[str, str, Share]:
    """The file that was cut, the other, and what went there. Raises NotFound, Gone."""
    change = merging.standing(session, change_id, PARTED)
    moved = merging.opened(session, change)
    share = Share(frozenset(moved["covered"]), frozenset(moved["cases"]), frozenset(moved["homes"]))
    return change.person_id, change.other_id or "", share


def join_again(session: Session, change_id: str, because: Because) -> None:
    """Take a cut back: all that it moved returns, with what happened to it since.

    Raises NotFound, Gone (taken back already, merged since, or something new stands in its place).
    """
    person_id, other_id, share = share_of(session, change_id)
    lock_people(session, (person_id, other_id))
    change = merging.standing(session, change_id, PARTED)
    moved = merging.opened(session, change)
    _require_returnable(session, person_id, other_id, share, moved["died_on"])
    back = Share(share.awards, homes=share.homes)
    _move(session, other_id, person_id, back, moved["awards"])
    _restore_claims(session, person_id, moved)
    consents = Consent.id.in_(moved["consents"]) & (Consent.person_id == other_id)
    session.execute(update(Consent).where(consents).values(person_id=person_id))
    merging.undone(session, change, because)


def _require_returnable(session: Session, person_id: str, other_id: str, share: Share, died_on: date | None) -> None:
    file, other = merging.file_of(session, person_id), merging.file_of(session, other_id)
    if file.merged_into or other.merged_into:
        raise Gone("分出之后其中一份档案又并入了别的档案，请先拆分那次合并")
    if file.died_on or other.died_on != died_on:
        raise Gone("分出之后登记过死亡，请先更正死亡登记，再撤回")
    if set(session.scalars(_stays_of(other_id, share.awards))) != share.awards:
        raise Gone("分出的待遇又归到了别的档案，请先撤回那一次")
    if session.scalar(_stays_of(person_id, share.awards).limit(1)):
        raise Gone("分出之后本人又成为其中一项待遇的成员，请先办理变更减去")
    _require_one_home(session, person_id, share.homes, "分出之后本人登记了新的家庭，不能撤回")


def _stays_of(person_id: str, awards: Collection[str]) -> Any:
    mine = (COVERED.c.person_id == person_id) & COVERED.c.award_id.in_(list(awards))
    return select(COVERED.c.award_id).where(mine)


def _require_one_home(session: Session, person_id: str, homes: Collection[str], told: str) -> None:
    """Of these stays none is of now, or the person lives nowhere else now."""
    now = HOME.c.valid_until.is_(None)
    lives = (
        select(func.count()).select_from(HOME).where(HOME.c.person_id == person_id, now, HOME.c.id.not_in(list(homes)))
    )
    coming = select(func.count()).select_from(HOME).where(HOME.c.id.in_(list(homes)), now)
    if session.scalar(lives) and session.scalar(coming):
        raise NotEligible(told)


def _move(
    session: Session, source: str, target: str, share: Share, received: Collection[str] | None = None
) -> dict[str, Any]:
    """Rows of one file become the other's; `received` are the awards that go to it as recipient (None: all of his)."""
    paid = AWARD.c.id.in_(list(share.awards if received is None else received)) & (AWARD.c.person_id == source)
    awards = session.scalars(update(AWARD).where(paid).values(person_id=target).returning(AWARD.c.id)).all()
    spelled.follow(session, AWARD.c.person_id == target)
    stays = COVERED.c.award_id.in_(list(share.awards)) & (COVERED.c.person_id == source)
    session.execute(update(COVERED).where(stays).values(person_id=target))
    lived = HOME.c.id.in_(list(share.homes)) & (HOME.c.person_id == source)
    homes = session.scalars(update(HOME).where(lived).values(person_id=target).returning(HOME.c.id)).all()
    return {"awards": sorted(awards), "homes": sorted(homes)}


def _claim_again(session: Session, person_id: str, other_id: str, cases: Collection[str]) -> dict[str, Any]:
    """What the cases claimed bars the other person and the first one no more; what it takes to put it back.

    A claim is kept with the file whose number it barred, not with the index: keys change.
    """
    own = select(*(CLAIM.c[name] for name in _HELD), PERSON.c.id.label("file"))
    own = own.join(PERSON, PERSON.c.blind == CLAIM.c.person_blind)
    mine = CLAIM.c.case_id.in_(list(cases)) & CLAIM.c.person_blind.in_(leading_to(person_id))
    held = [dict(row._mapping) for row in session.execute(own.where(mine))]
    session.execute(delete(CLAIM).where(CLAIM.c.id.in_([row["id"] for row in held])))
    numbers = session.scalars(leading_to(other_id)).all()
    have = set(session.execute(_KEYS.where(CLAIM.c.person_blind.in_(numbers))).tuples())
    claims = {(row["programme"], row["scope_region_id"]): row for row in held}
    added = [
        {**{name: row[name] for name in _HELD}, "id": new_id(), "person_blind": number}
        for key, row in claims.items()
        for number in numbers
        if (*key, number) not in have
    ]
    if added:
        session.execute(insert(CLAIM), added)
    return {"claims": held, "claimed": [row["id"] for row in added]}


_KEYS = select(CLAIM.c.programme, CLAIM.c.scope_region_id, CLAIM.c.person_blind)


def _restore_claims(session: Session, person_id: str, moved: Mapping[str, Any]) -> None:
    """Raises Gone where the person was granted the same once since."""
    session.execute(delete(CLAIM).where(CLAIM.c.id.in_(moved["claimed"])))
    files = {row["file"] for row in moved["claims"]}
    blinds = dict(session.execute(select(PERSON.c.id, PERSON.c.blind).where(PERSON.c.id.in_(files))).tuples().all())
    have = set(session.execute(_KEYS.where(CLAIM.c.person_blind.in_(leading_to(person_id)))).tuples())
    rows = []
    for row in moved["claims"]:
        if (row["programme"], row["scope_region_id"], blinds[row["file"]]) in have:
            raise Gone("分出之后本人又领取了只能领取一次的救助，不能撤回")
        rows.append({**{name: row[name] for name in _HELD}, "person_blind": blinds[row["file"]]})
    if rows:
        session.execute(insert(CLAIM), rows)


def _move_consents(session: Session, source: str, target: str, cases: Collection[str]) -> list[str]:
    """What was said in these cases was said by the other person."""
    said = Consent.case_id.in_(list(cases)) & (Consent.person_id == source)
    return sorted(session.scalars(update(Consent).where(said).values(person_id=target).returning(Consent.id)))
