"""Recording people and households, without asking twice who somebody is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Update, bindparam, exists, insert, select, update
from sqlalchemy.orm import Session, aliased

from app.core import id_number as id_numbers
from app.core.chinese import chinese_date
from app.core.errors import Invalid, NotEligible
from app.core.ids import new_id
from app.db import Prepared, insert_if_absent
from app.registry import spelled
from app.registry.lookups import AWARD, FOUND, NUMBER, PERSON, blind
from app.registry.models import Household, HouseholdMember

# Built once: every payment runs them, and building a statement costs more than running it.
_KNOWN = Prepared(
    select(PERSON.c.id, PERSON.c.name, PERSON.c.died_on)
    .select_from(FOUND)
    .where(NUMBER.c.blind == bindparam("index"))
    .with_for_update()
)
_INSERT = Prepared(insert_if_absent(PERSON, ["blind"]))
_KNOWN_TOGETHER = Prepared(
    select(PERSON.c.id, NUMBER.c.blind, PERSON.c.name, PERSON.c.died_on)
    .select_from(FOUND)
    .where(NUMBER.c.blind.in_(bindparam("indexes", expanding=True)))
    .order_by(PERSON.c.id)
    .with_for_update()
)
_LOCK = Prepared(
    select(PERSON.c.id)
    .where(PERSON.c.id.in_(bindparam("person_ids", expanding=True)))
    .order_by(PERSON.c.id)
    .with_for_update()
)
_HOMES = select(HouseholdMember.person_id, HouseholdMember.household_id).where(
    HouseholdMember.person_id.in_(bindparam("person_ids", expanding=True)), HouseholdMember.valid_until.is_(None)
)
_ABSENT = "absent_people"
"""Of whom this transaction found nothing: who is recorded after that is not looked for again but tried to insert."""
_NAME = Prepared(update(PERSON).where(PERSON.c.id == bindparam("person_id")).values(name=bindparam("new_name")))


def record_person(
    session: Session, id_number: str, name: str | None, now: datetime, *, living: bool = False,
    county_id: str | None = None,
) -> str:  # fmt: skip
    """The id of the person with this number, recorded where new and locked; of a stand-in, a provisional file.

    So what is written of the person goes to the file in which he goes on, also while two files are being merged.
    A name is recorded where none was known; another name than the known one is settled by people (`rename`).
    `county_id`: where an award of his lies (empty: in none), which is found there by his name.
    Raises Invalid (id_number) when the number cannot be one; with `living`, NotEligible when the person has died.
    """
    number = id_numbers.normalise(id_number)
    index = blind(session, number)
    known = None if index in session.info.get(_ABSENT, ()) else _known(session, index)
    if known is None:
        row = _row(session.info["vault"], number, index, name, now)
        if _INSERT.run(session, row) == 1:
            session.info[_ABSENT].discard(index)
            if county_id is not None:
                spelled.write(session, [(row["id"], name, county_id)])
            return row["id"]
        # Recorded, or merged into another file, by somebody else at the same moment.
        known = _known(session, index)
    if living and known.died_on is not None:
        told = f"登记库记载{known.name or '申请人'}已于{chinese_date(known.died_on)}死亡，不能再向其发放救助"
        raise NotEligible(f"{told}；家属有困难的，请由家属申请，登记有误的，请先更正死亡登记")
    if name and known.name is None:
        _name(session, {known.id: name})
    if county_id is not None:
        spelled.write(session, [(known.id, known.name or name, county_id)])
    return known.id


def record_people(
    session: Session, people: Sequence[Mapping[str, Any]], now: datetime, *, living: bool = False,
    county_id: str | None = None,
) -> list[str]:  # fmt: skip
    """The ids of people `{id_number, name?}` in their order, recorded where new, and locked until the transaction ends.

    `county_id`: where an award of theirs lies, as `record_person` has it.
    So two decisions about the same person come one after the other; everybody locks in the same order.
    Raises Invalid (id_number) when a number cannot be one; with `living`, NotEligible when somebody has died.
    """
    wanted = [id_numbers.normalise(each["id_number"]) for each in people]
    names: dict[str, str | None] = {}
    for number, name in sorted((number, each.get("name") or "") for number, each in zip(wanted, people, strict=True)):
        names[number] = names.get(number) or name or None
    known = record_many(session, names, now, living=living)
    _name(session, {row.id: names[number] for number, row in known.items() if row.name is None and names[number]})
    if county_id is not None:
        spelled.write(session, [(row.id, row.name or names[number], county_id) for number, row in known.items()])
    return [known[number].id for number in wanted]


def record_many(
    session: Session, people: Mapping[str, str | None], now: datetime, *, living: bool = False
) -> dict[str, Any]:
    """By number, people `{number: name}` as rows `{id, name, died_on}`, recorded where new and locked.

    For thousands at once: three statements. A name that was known stays, and so does a missing one.
    Raises as `record_people`.
    """
    indexes = {number: blind(session, number) for number in people}
    numbers = {index: number for number, index in indexes.items()}
    vault = session.info["vault"]
    known = _together(session, numbers, living)
    fresh = []
    for number in sorted(set(people) - set(known)):
        fresh.append(_row(vault, number, indexes[number], people[number], now))
    if fresh:
        _INSERT.run_all(session, fresh)
        known |= _together(session, {row["blind"]: numbers[row["blind"]] for row in fresh}, living)
    return known


def _name(session: Session, names: Mapping[str, str | None]) -> None:
    """Give names to people of whom none was known."""
    if names:
        _NAME.run_all(session, [{"person_id": id, "new_name": name} for id, name in names.items()])
        spelled.follow(session, AWARD.c.person_id.in_(names))


def _together(session: Session, numbers: Mapping[str, str], living: bool) -> dict[str, Any]:
    """By number, those who are known, locked. Raises NotEligible with `living`, when somebody has died."""
    rows = _KNOWN_TOGETHER.all(session, indexes=sorted(numbers))
    dead = [f"{row.name or '一名成员'}（{chinese_date(row.died_on)}）" for row in rows if row.died_on]
    if dead and living:
        told = "、".join(dead)
        raise NotEligible(f"登记库记载以下人员已经死亡：{told}。请先更正家庭成员，或者更正死亡登记", clause="D4")
    return {numbers[row.blind]: row for row in rows}


def lock_number(session: Session, index: str) -> None:
    """Lock the file to which a number leads by its index, where there is one, before it is asked what it received."""
    _known(session, index)


def lock_people(session: Session, person_ids: Iterable[str]) -> None:
    """Lock people of whom it is decided, in the order in which everybody does."""
    _LOCK.all(session, person_ids=list(person_ids))


def require_living_at(session: Session, person_id: str, day: date) -> None:
    """Raises NotEligible where somebody had died before a day: it was not him who was met then."""
    died_on = session.execute(select(PERSON.c.died_on).where(PERSON.c.id == person_id)).scalar_one()
    if died_on is not None and died_on < day:
        told = f"登记库记载这个号码的人已于{chinese_date(died_on)}死亡，请核对号码，或者更正死亡登记"
        raise NotEligible(told, fields={"id_number": told}, clause="B2")


def _row(vault: Any, number: str, index: str, name: str | None, now: datetime) -> dict[str, Any]:
    """A new person. Raises Invalid (id_number) when the number cannot be one."""
    if not id_numbers.is_valid(number) and not id_numbers.is_stand_in(number):
        raise Invalid({"id_number": "身份证号码不正确，请核对 18 位号码"})
    person_id = new_id()
    return {
        "id": person_id,
        "blind": index,
        "id_number_sealed": vault.seal_text(number, "person", "id_number", person_id),
        "name": name,
        "birth_date": None if id_numbers.is_stand_in(number) else id_numbers.birth_date(number),
        "died_on": None,
        "recorded_at": now,
        "merged_into": None,
    }


def _known(session: Session, index: str) -> Any:
    found = _KNOWN.one_or_none(session, index=index)
    if found is None:
        session.info.setdefault(_ABSENT, set()).add(index)
    return found


def ensure_household(
    session: Session,
    head_id: str,
    members: Iterable[tuple[str, str | None]],
    region_id: str | None,
    on: date,
    now: datetime,
) -> tuple[str, list[dict[str, Any]]]:
    """The household in which the head lives on a day, with these members; opened where there is none.

    `members` are `(person id, relation)`. A member who lives elsewhere moves here: whether that may be is decided
    before, by rules that read `registry.members`. Also answers who moved, as `[{joined, left}]` (ids of stays), so
    that it can be undone.
    """
    living = {head_id: "本人", **dict(members)}
    homes = homes_of(session, living)
    household_id = homes.get(head_id)
    if household_id is None:
        household_id = new_id()
        session.execute(insert(Household), [{"id": household_id, "region_id": region_id, "recorded_at": now}])
    moving = [person_id for person_id in living if homes.get(person_id) != household_id]
    left = leave_households(session, [person_id for person_id in moving if person_id in homes], on)
    stays = {person_id: new_id() for person_id in moving}
    if stays:
        session.execute(insert(HouseholdMember), [
            {"id": id, "household_id": household_id, "person_id": person_id, "relation": living[person_id],
             "valid_from": on}
            for person_id, id in stays.items()
        ])  # fmt: skip
    return household_id, [{"joined": id, "left": left.get(person_id)} for person_id, id in stays.items()]


def undo_moves(session: Session, moved: Collection[Mapping[str, Any]]) -> None:
    """Everybody lives again where they lived before they moved; the stay that was undone has no days.

    Who only left (`joined` None) comes back, unless he lives elsewhere now.
    """
    earlier = {each["joined"]: each["left"] for each in moved if each["joined"] is not None}
    here = HouseholdMember.id.in_(earlier) & HouseholdMember.valid_until.is_(None)
    nowhere = update(HouseholdMember).where(here).values(valid_until=HouseholdMember.valid_from)
    undone = _changed(session, nowhere) if earlier else []
    back = [earlier[stay] for stay in undone if earlier[stay]]
    gone = [each["left"] for each in moved if each["joined"] is None]
    back += _of_nowhere(session, gone) if gone else []
    if back:
        _changed(session, update(HouseholdMember).where(HouseholdMember.id.in_(back)).values(valid_until=None))


def _changed(session: Session, statement: Update) -> list[str]:
    told = statement.returning(HouseholdMember.id).execution_options(synchronize_session=False)
    return list(session.scalars(told))


def _of_nowhere(session: Session, stays: Collection[str]) -> list[str]:
    """Those of these stays of people who live nowhere now."""
    home = aliased(HouseholdMember)
    lives = exists().where(home.person_id == HouseholdMember.person_id, home.valid_until.is_(None))
    return list(session.scalars(select(HouseholdMember.id).where(HouseholdMember.id.in_(stays), ~lives)))


def leave_households(session: Session, person_ids: Collection[str], on: date) -> dict[str, str]:
    """These people no longer live where they lived, from `on`; by person, the id of the stay that ended."""
    if not person_ids:
        return {}
    living = (HouseholdMember.person_id.in_(person_ids), HouseholdMember.valid_until.is_(None))
    ended = update(HouseholdMember).where(*living).values(valid_until=on)
    told = ended.returning(HouseholdMember.person_id, HouseholdMember.id)
    return dict(session.execute(told.execution_options(synchronize_session=False)).tuples().all())


def homes_of(session: Session, person_ids: Iterable[str]) -> dict[str, str]:
    """By person, the household in which each lives now."""
    rows = session.connection().execute(_HOMES, {"person_ids": list(person_ids)})
    return {row.person_id: row.household_id for row in rows}
