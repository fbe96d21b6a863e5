"""The day of somebody's death: entered once, corrected with a reason, and told to whom it concerns by a job.

From the day after, no award covers the person; where others remain, nothing is paid until the sum is calculated again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import Actor
from app.core.chinese import chinese_date
from app.core.clock import local_date
from app.core.errors import Invalid, NotFound
from app.identity import policy as identity_policy
from app.jobs import operations as jobs
from app.registry import policy
from app.registry.changing import take_out
from app.registry.lookups import AWARD, COVERED, FOUND, NUMBER, PERSON, blind
from app.registry.mistaken_deaths import undo_death
from app.registry.models import IN_PAYMENT

DIED = "person.died"
RIGHT = "record_deaths"
SHORTEST, LONGEST = 4, 200
_ROW = select(PERSON.c.id, PERSON.c.name, PERSON.c.birth_date, PERSON.c.died_on)
_BY_NUMBER = _ROW.select_from(FOUND).where(NUMBER.c.blind == bindparam("index")).with_for_update()
_BY_ID = _ROW.where(PERSON.c.id == bindparam("person_id")).with_for_update()
_COVERED_BY = (
    select(AWARD.c.id)
    .join(COVERED, COVERED.c.award_id == AWARD.c.id)
    .where(
        COVERED.c.person_id == bindparam("person_id"),
        COVERED.c.valid_until.is_(None),
        AWARD.c.status == IN_PAYMENT,
        AWARD.c.monthly,
    )
    .order_by(AWARD.c.id)
)


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody whose death is recorded, or was before."""

    id: str
    name: str | None
    birth_date: date | None
    died_on: date | None


def person(session: Session, person_id: str) -> Known:
    """Raises NotFound."""
    return _known(session, _BY_ID, {"person_id": person_id})


def indexes_of(session: Session, person_id: str) -> list[str]:
    """The indexes by which cases of the person are found: of the own number and of those that lead to this file."""
    mine = or_(PERSON.c.id == person_id, PERSON.c.merged_into == person_id)
    return list(session.scalars(select(PERSON.c.blind).where(mine)))


def is_dead(session: Session, index: str) -> bool:
    """Whether whoever has this blind index has died."""
    return session.execute(_dead(index=index)).first() is not None


def in_place_of(session: Session, name: str, *, award_id: str | None = None, index: str | None = None) -> str:
    """To whom a letter to somebody of this name goes: the family, where it is the recipient of an award, or whoever
    has this blind index, and has died. Who is paid for them lives, whatever became of them."""
    dead = session.execute(_dead(award_id, index)).first()
    return name if dead is None else family_if(name, dead.name)


def named_dead(session: Session, award_ids: Collection[str]) -> dict[str, str | None]:
    """Of these awards those whose recipient has died, with the name in the register."""
    dead = select(AWARD.c.id, PERSON.c.name).join(PERSON, PERSON.c.id == AWARD.c.person_id)
    rows = session.execute(dead.where(AWARD.c.id.in_(award_ids), PERSON.c.died_on.is_not(None)))
    return {row.id: row.name for row in rows}


def family_if(name: str, dead: str | None) -> str:
    """To whom a letter to somebody of this name goes where the recipient, in the register under `dead`, has died."""
    return family_of(name) if dead in (None, name) else name


def _dead(award_id: str | None = None, index: str | None = None) -> Select[Any]:
    named = PERSON.alias()
    found = select(func.coalesce(named.c.merged_into, named.c.id)).where(named.c.blind == index)
    paid = select(AWARD.c.person_id).where(AWARD.c.id == award_id)
    who = (paid if award_id else found).scalar_subquery()
    return select(PERSON.c.name).where(PERSON.c.id == who, PERSON.c.died_on.is_not(None))


def family_of(name: str) -> str:
    """To whom a letter goes whose addressee has died, and nobody is known to be in his place."""
    return f"{name}的家属"


def waiting_of(session: Session, person_id: str) -> list[str]:
    """Awards in payment that cover or covered the person and wait to be calculated again."""
    query = select(AWARD.c.id).join(COVERED, COVERED.c.award_id == AWARD.c.id)
    mine = COVERED.c.person_id == person_id, AWARD.c.status == IN_PAYMENT, AWARD.c.recount_since.is_not(None)
    return list(session.scalars(query.where(*mine).distinct().order_by(AWARD.c.id)))


def running_of(session: Session, person_id: str) -> list[str]:
    """Awards in payment that cover the person."""
    return list(session.connection().execute(_COVERED_BY, {"person_id": person_id}).scalars())


def person_with(session: Session, id_number: str) -> Known:
    """The person with this number, locked. Raises NotFound."""
    return _known(session, _BY_NUMBER, {"index": blind(session, id_number)})


def require_day(person: Known, died_on: date, today: date) -> None:
    """Raises Invalid (happened_on): nobody dies before his birth, nor tomorrow."""
    if died_on > today:
        raise Invalid({"happened_on": "死亡日期不能晚于今天，请核对"})
    if person.birth_date is not None and died_on < person.birth_date:
        raise Invalid({"happened_on": f"死亡日期不能早于出生日期（{chinese_date(person.birth_date)}），请核对"})


def record(
    session: Session,
    person: Known,
    died_on: date,
    actor: Actor,
    now: datetime,
    case_id: str | None = None,
    case_seq: int | None = None,
) -> bool:
    """Enter the day; whether it is news. A death that is known already stays as it was entered first.

    Raises Invalid (happened_on).
    """
    require_day(person, died_on, local_date(now))
    if person.died_on is not None:
        return False
    session.execute(update(PERSON).where(PERSON.c.id == person.id).values(died_on=died_on))
    for award_id in session.connection().execute(_COVERED_BY, {"person_id": person.id}).scalars().all():
        take_out(session, award_id, [person.id], died_on + timedelta(days=1), now, case_id, case_seq, died=person.id)
    told = {"on": died_on, "case_id": case_id}
    audit.append(session, _chain(person.id), "died", actor, told, None, now, shared=True)
    _tell(session, person.id, died_on, now, case_id, case_seq)
    return True


def record_by_staff(session: Session, actor: Actor, person_id: str, died_on: date, now: datetime) -> bool:
    """What `record` does, by somebody with the right. Raises NotFound, NotYours, Invalid (happened_on)."""
    return record(session, _with_right(session, actor, person_id), died_on, actor, now)


def correct(session: Session, actor: Actor, person_id: str, died_on: date | None, reason: str, now: datetime) -> None:
    """Another day, or none: it was a mistake. The reason stays in the person's chain, with what stood before.

    Awards cover the person again and are due what they were (`mistaken_deaths`).
    Raises NotFound, NotYours, Invalid (death_reason, happened_on).
    """
    known = _with_right(session, actor, person_id)
    if not SHORTEST <= len(reason.strip()) <= LONGEST:
        raise Invalid({"death_reason": f"请写明更正的理由（{SHORTEST} 到 {LONGEST} 字），更正会留下记录"})
    if died_on is not None:
        require_day(known, died_on, local_date(now))
    if known.died_on is None or died_on == known.died_on:
        raise Invalid({"happened_on": "与登记的内容相同，不需要更正"})
    session.execute(update(PERSON).where(PERSON.c.id == known.id).values(died_on=None))
    undo_death(session, known.id, now)
    _tell(session, known.id, died_on, now, was=known.died_on)
    told = {"before": known.died_on, "on": died_on, "reason": reason.strip()}
    audit.append(session, _chain(known.id), "death_corrected", actor, told, None, now, shared=True)
    if died_on is not None:
        record(session, Known(known.id, known.name, known.birth_date, None), died_on, actor, now)


def _tell(
    session: Session,
    person_id: str,
    died_on: date | None,
    now: datetime,
    case_id: str | None = None,
    case_seq: int | None = None,
    was: date | None = None,
) -> None:
    """Whom it concerns is found by a job: an action holds the lock of one case only. `was`: the day by mistake."""
    key = f"{DIED}:{person_id}:{died_on}:{now.isoformat()}:{was or ''}"
    jobs.enqueue(
        session,
        DIED,
        {"was": was} if was else {},
        due=now,
        dedup=key,
        case_id=case_id,
        case_seq=case_seq,
        reference=person_id,
    )


def require_may_record(session: Session, actor: Actor, person_id: str) -> None:
    """Raises NotFound, NotYours."""
    _with_right(session, actor, person_id)


def _with_right(session: Session, actor: Actor, person_id: str) -> Known:
    policy.require_may_open(session, actor, person_id)
    identity_policy.require_any(session, actor, RIGHT)
    return person(session, person_id)


def _known(session: Session, query: object, asked: dict[str, str]) -> Known:
    row = session.connection().execute(query, asked).one_or_none()  # type: ignore[call-overload]
    if row is None:
        raise NotFound("登记库里没有这个人")
    return Known(*row)


def _chain(person_id: str) -> str:
    return f"person:{person_id}"
