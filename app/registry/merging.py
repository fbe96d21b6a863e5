"""Two files of one person become one (合并), and apart again exactly as they were (拆分).

Whatever hangs on a file's id is moved and noted; numbers lead on by themselves (`lookups.FOUND`), so cases and letters
keep the number that they were made with. What is barred by an index is barred under both numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from app import audit
from app.audit import books
from app.core.actor import Actor
from app.core.chinese import chinese_date
from app.core.clock import local_date
from app.core.errors import Duplicate, Gone, NotEligible, NotFound
from app.core.exact_json import dump_json, load_json
from app.core.ids import new_id
from app.identity import operations as identity
from app.registry import roles, spelled
from app.registry.grants import CLAIM
from app.registry.lookups import AWARD, COVERED, HOME, PERSON
from app.registry.models import ENDED, IN_PAYMENT, PersonChange
from app.registry.people import lock_people

MERGED, RENAMED, PARTED, STANDING, UNDONE = "merged", "renamed", "parted", "standing", "undone"
_TOLD_UNDONE = {MERGED: "split", RENAMED: "name_restored", PARTED: "joined_again"}
PLACE = ("person_change", "moved")
CHANGE = PersonChange.__table__
_HAS_DAYS = or_(COVERED.c.valid_until.is_(None), COVERED.c.valid_until > COVERED.c.valid_from)


@dataclass(frozen=True, slots=True)
class Because:
    """Why a file is changed, by whom and when; of a case, also at which of its steps (audit number)."""

    actor: Actor
    reason: str
    now: datetime
    case_id: str | None = None
    case_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Running:
    """An award in payment that covers somebody."""

    id: str
    programme: str
    region_code: str
    case_number: str | None


def running(session: Session, person_id: str, on: date) -> list[Running]:
    """The monthly awards that cover a person on a day or later."""
    query = (
        select(AWARD.c.id, AWARD.c.programme, AWARD.c.region_code, AWARD.c.case_number)
        .join(COVERED, COVERED.c.award_id == AWARD.c.id)
        .where(
            COVERED.c.person_id == person_id,
            _HAS_DAYS,
            or_(COVERED.c.valid_until.is_(None), COVERED.c.valid_until > on),
            AWARD.c.monthly,
            AWARD.c.status.in_((IN_PAYMENT, ENDED)),
            or_(AWARD.c.ended_on.is_(None), AWARD.c.ended_on > on),
        )
        .distinct()
        .order_by(AWARD.c.id)
    )
    return [Running(*row) for row in session.execute(query)]


def once_in_both(session: Session, kept_id: str, other_id: str) -> list[str]:
    """The programmes that both files were granted although a person is granted them once in the region (A6)."""
    mine, theirs = _claims(kept_id), _claims(other_id)
    both = mine.join(theirs, and_(mine.c.programme == theirs.c.programme, mine.c.scope == theirs.c.scope))
    rows = session.scalars(select(mine.c.programme).select_from(both).distinct().order_by(mine.c.programme))
    return list(rows)


def merge(session: Session, kept_id: str, other_id: str, because: Because) -> str:
    """Everything of one file goes on in another; the id of the change.

    Which programmes exclude each other is asked before (`running`). Raises NotFound, Gone (merged already), Duplicate
    (one award counts both), NotEligible (their deaths do not agree).
    """
    kept, other, died_on = require_mergeable(session, kept_id, other_id, because.now)
    today = local_date(because.now)
    moved: dict[str, Any] = {"died_on": died_on, "kept_died_on": kept.died_on}
    moved |= _move_awards(session, kept_id, other_id) | _move_home(session, kept_id, other_id, today)
    moved["claims"] = _bar_both(session, kept, other)
    moved["ties"] = identity.join_ties(session, kept.blind, other.blind)
    moved["named"] = kept.name is None and other.name is not None
    values = {"died_on": moved["died_on"]} if moved["died_on"] else {}
    values |= {"name": other.name} if moved["named"] else {}
    if values:
        session.execute(update(PERSON).where(PERSON.c.id == kept_id).values(**values))
    spelled.follow(session, AWARD.c.person_id == kept_id)
    led = update(PERSON).where(PERSON.c.merged_into == other_id).values(merged_into=kept_id).returning(PERSON.c.id)
    moved["led"] = sorted(session.scalars(led))
    session.execute(update(PERSON).where(PERSON.c.id == other_id).values(merged_into=kept_id))
    return note(session, MERGED, kept_id, other_id, moved, because)


def require_mergeable(session: Session, kept_id: str, other_id: str, now: datetime) -> tuple[Any, Any, date | None]:
    """Both files, locked, and the day of death that the kept one takes from the other. Raises what `merge` raises."""
    lock_people(session, (kept_id, other_id))
    kept, other = file_of(session, kept_id), file_of(session, other_id)
    if kept_id == other_id or kept.merged_into or other.merged_into:
        raise Gone("这两份档案已经是同一份，不需要合并")
    _require_not_counted_twice(session, kept_id, other_id, local_date(now))
    return kept, other, _death(session, kept, other)


def split(session: Session, change_id: str, because: Because) -> tuple[str, str]:
    """The two files are as they were, what was granted since stays with the one that was kept; `(kept, other)` ids.

    Raises NotFound, Gone (undone already; the kept file was merged itself, or a death was recorded since).
    """
    change = standing(session, change_id)
    kept_id, other_id = change.person_id, change.other_id or ""
    lock_people(session, (kept_id, other_id))
    kept, moved = file_of(session, kept_id), opened(session, change)
    if kept.merged_into:
        raise Gone("合并后的档案又并入了另一份档案，请先拆分后一次合并")
    if kept.died_on != (moved["died_on"] or moved["kept_died_on"]):
        raise Gone("合并之后登记或更正过死亡，请先把死亡登记更正为合并时的内容，拆分后再登记到本人档案")
    session.execute(update(PERSON).where(PERSON.c.id == other_id).values(merged_into=None))
    session.execute(update(PERSON).where(PERSON.c.id.in_(moved["led"])).values(merged_into=other_id))
    values = {"died_on": None} if moved["died_on"] else {}
    values |= {"name": None} if moved["named"] else {}
    if values:
        session.execute(update(PERSON).where(PERSON.c.id == kept_id).values(**values))
    identity.drop_ties(session, moved["ties"])
    session.execute(delete(CLAIM).where(CLAIM.c.id.in_(moved["claims"])))
    _move_back(session, kept_id, other_id, moved)
    undone(session, change, because)
    return kept_id, other_id


def note(
    session: Session, kind: str, person_id: str, other_id: str | None, moved: Mapping[str, Any], because: Because
) -> str:
    """Keep a change with what it takes to undo it, and tell it in the chains of both files."""
    change_id = new_id()
    row = {
        "id": change_id,
        "kind": kind,
        "state": STANDING,
        "person_id": person_id,
        "other_id": other_id,
        "case_id": because.case_id,
        "case_seq": because.case_seq,
        "reason": because.reason,
        "moved": session.info["vault"].seal(dump_json(dict(moved)).encode(), *PLACE, change_id),
        "by_id": because.actor.user_id,
        "at": because.now,
    }
    session.execute(insert(PersonChange), [row])
    _tell(session, kind, row, because)
    return change_id


def undone(session: Session, change: PersonChange, because: Because) -> None:
    """The change stands no more; that it was stays in the chains."""
    session.execute(update(PersonChange).where(PersonChange.id == change.id).values(state=UNDONE))
    row = {"id": change.id, "person_id": change.person_id, "other_id": change.other_id, "state": UNDONE}
    _tell(session, _TOLD_UNDONE[change.kind], row, because)


def standing(session: Session, change_id: str, kind: str = MERGED) -> PersonChange:
    """A change of a kind. Raises NotFound, or Gone when it was undone."""
    mine = (PersonChange.id == change_id) & (PersonChange.kind == kind)
    found = session.scalar(select(PersonChange).where(mine).with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound("没有这次办理，请刷新档案")
    if found.state != STANDING:
        raise Gone("这次合并已经拆分" if kind == MERGED else "这次分出已经撤回")
    return found


def opened(session: Session, change: PersonChange) -> dict[str, Any]:
    """What it takes to undo a change."""
    found: dict[str, Any] = load_json(session.info["vault"].open(change.moved, *PLACE, change.id))
    return found


def _tell(session: Session, kind: str, row: Mapping[str, Any], because: Because) -> None:
    told = {"change": row["id"], "person": row["person_id"], "other": row["other_id"], "reason": because.reason,
            "case_id": because.case_id}  # fmt: skip
    audit.witness(session, books.IDENTITY, row["id"], row["state"])
    for person_id in filter(None, (row["person_id"], row["other_id"])):
        audit.append(session, f"person:{person_id}", kind, because.actor, told, None, because.now, shared=True)


def file_of(session: Session, person_id: str) -> Any:
    """A file as `{id, name, blind, died_on, merged_into}`. Raises NotFound."""
    columns = (PERSON.c.id, PERSON.c.name, PERSON.c.blind, PERSON.c.died_on, PERSON.c.merged_into)
    found = session.execute(select(*columns).where(PERSON.c.id == person_id)).one_or_none()
    if found is None:
        raise NotFound("登记库里没有这个人")
    return found


def _claims(person_id: str) -> Any:
    """What a file was granted once, as `programme` and `scope`."""
    blind = select(PERSON.c.blind).where(PERSON.c.id == person_id).scalar_subquery()
    return (
        select(CLAIM.c.programme, CLAIM.c.scope_region_id.label("scope"))
        .where(CLAIM.c.person_blind == blind)
        .subquery()
    )


def _require_not_counted_twice(session: Session, kept_id: str, other_id: str, on: date) -> None:
    both = {row.id: row for row in running(session, kept_id, on)}
    for row in running(session, other_id, on):
        if row.id in both:
            number = f"（案件{row.case_number}）" if row.case_number else ""
            raise Duplicate(f"同一项待遇{number}把两份档案都算作成员，请先办理复核或变更减去重复的一名，再合并")


def _death(session: Session, kept: Any, other: Any) -> date | None:
    """The day of death that the kept file takes from the other. Raises NotEligible."""
    if kept.died_on == other.died_on:
        return None
    if kept.died_on and other.died_on:
        days = f"{chinese_date(kept.died_on)}和{chinese_date(other.died_on)}"
        raise NotEligible(f"两份档案登记的死亡日期不同（{days}），请先更正其中一份")
    died, alive = (kept, other) if kept.died_on else (other, kept)
    if running(session, alive.id, died.died_on):
        day = chinese_date(died.died_on)
        raise NotEligible(f"一份档案登记于{day}死亡，另一份还在享受待遇：请先核实，在另一份登记死亡，或者更正死亡登记")
    return None if kept.died_on else died.died_on


def _move_awards(session: Session, kept_id: str, other_id: str) -> dict[str, Any]:
    """Awards and stays; a stay beside one of the kept file in the same award says nothing more and is left."""
    paid = update(AWARD).where(AWARD.c.person_id == other_id).values(person_id=kept_id).returning(AWARD.c.id)
    own = select(COVERED.c.award_id).where(COVERED.c.person_id == kept_id)
    mine = (COVERED.c.person_id == other_id) & COVERED.c.award_id.not_in(own)
    stays = update(COVERED).where(mine).values(person_id=kept_id).returning(COVERED.c.award_id, COVERED.c.valid_from)
    return {
        "awards": sorted(session.scalars(paid)),
        "stays": sorted([row.award_id, row.valid_from] for row in session.execute(stays)),
        "roles": roles.move(session, other_id, kept_id),
    }


def _move_home(session: Session, kept_id: str, other_id: str, today: date) -> dict[str, Any]:
    """Where the kept file lives somewhere, the other has moved out today."""
    now = HOME.c.valid_until.is_(None)
    lives = session.scalar(select(HOME.c.id).where(HOME.c.person_id == kept_id, now))
    closed = None
    if lives:
        out = update(HOME).where(HOME.c.person_id == other_id, now).values(valid_until=today).returning(HOME.c.id)
        closed = session.scalar(out)
    moved = update(HOME).where(HOME.c.person_id == other_id).values(person_id=kept_id).returning(HOME.c.id)
    return {"homes": sorted(session.scalars(moved)), "left_home": closed}


def _bar_both(session: Session, kept: Any, other: Any) -> list[str]:
    """Claims under either number bar the other too; ids of those that were added."""
    columns = (CLAIM.c.programme, CLAIM.c.scope_region_id, CLAIM.c.case_id, CLAIM.c.claimed_at, CLAIM.c.case_seq)
    rows = session.execute(
        select(*columns, CLAIM.c.person_blind).where(CLAIM.c.person_blind.in_((kept.blind, other.blind)))
    ).all()
    have = {(row.programme, row.scope_region_id, row.person_blind) for row in rows}
    added = []
    for row in rows:
        across = other.blind if row.person_blind == kept.blind else kept.blind
        if (row.programme, row.scope_region_id, across) not in have:
            copy = {column.name: getattr(row, column.name) for column in columns}
            added.append({**copy, "id": new_id(), "person_blind": across})
    if added:
        session.execute(insert(CLAIM), added)
    return [row["id"] for row in added]


def _move_back(session: Session, kept_id: str, other_id: str, moved: Mapping[str, Any]) -> None:
    back = AWARD.c.id.in_(moved["awards"]) & (AWARD.c.person_id == kept_id)
    session.execute(update(AWARD).where(back).values(person_id=other_id))
    spelled.follow(session, AWARD.c.person_id == other_id)
    for award_id, valid_from in moved["stays"]:
        stay = (COVERED.c.award_id == award_id) & (COVERED.c.person_id == kept_id)
        stay &= COVERED.c.valid_from == valid_from
        session.execute(update(COVERED).where(stay).values(person_id=other_id))
    roles.move_back(session, other_id, kept_id, moved.get("roles", []))
    homes = HOME.c.id.in_(moved["homes"]) & (HOME.c.person_id == kept_id)
    session.execute(update(HOME).where(homes).values(person_id=other_id))
    if moved["left_home"]:
        session.execute(update(HOME).where(HOME.c.id == moved["left_home"]).values(valid_until=None))
