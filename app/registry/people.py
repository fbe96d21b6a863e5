"""Recording people and households, without asking twice who somebody is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from app.core import id_number as id_numbers
from app.core.chinese import chinese_date
from app.core.errors import Invalid, NotEligible
from app.core.ids import new_id
from app.db import Prepared, insert_if_absent, rows_changed
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
    if not id_numbers.is_valid(number) and not id_numbers.is_stand_in(number):
        raise Invalid({"id_number": "身份证号码不正确，请核对 18 位号码"})
    index = blind(session, number)
    known = _known(session, index)
    if known is None:
        row = _row(session.info["vault"], number, index, name, now)
        if _INSERT.run(session, row) == 1:
            if county_id is not None:
                spelled.write(session, [(row["id"], name, county_id)])
            return row["id"]
        # Recorded, or merged into another file, by somebody else at the same moment.
        known = _known(session, index)
    if living and known.died_on is not None:
        told = f"登记库记载{known.name or '申请人'}已于{chinese_date(known.died_on)}死亡，不能再向其发放救助"
        raise NotEligible(f"{told}；家属有困难的，请由家属申请，登记有误的，请先更正死亡登记")
    if name and known.name is None:
        _NAME.run(session, {"person_id": known.id, "new_name": name})
        spelled.follow(session, AWARD.c.person_id == known.id)
    if county_id is not None:
        spelled.write(session, [(known.id, known.name or name, county_id)])
    return known.id


def record_people(
    session: Session, people: Iterable[Mapping[str, Any]], now: datetime, *, living: bool = False,
    county_id: str | None = None,
) -> list[str]:  # fmt: skip
    """The ids of people `{id_number, name?}` in their order, recorded where new, and locked until the transaction ends.

    `county_id`: where an award of theirs lies, as `record_person` has it.
    So two decisions about the same person come one after the other; everybody locks in the same order.
    Raises Invalid (id_number) when a number cannot be one; with `living`, NotEligible when somebody has died.
    """
    wanted = [(id_numbers.normalise(each["id_number"]), each.get("name")) for each in people]
    indexes = {number: blind(session, number) for number, _ in wanted}
    rows = _KNOWN_TOGETHER.all(session, indexes=sorted(indexes.values()))
    known = {row.blind: row for row in rows}
    dead = [f"{row.name or '一名成员'}（{chinese_date(row.died_on)}）" for row in known.values() if row.died_on]
    if dead and living:
        told = "、".join(dead)
        raise NotEligible(f"登记库记载以下人员已经死亡：{told}。请先更正家庭成员，或者更正死亡登记", clause="D4")
    ids: dict[str, str] = {}
    for number, name in sorted(wanted):
        found = known.get(indexes.get(number, ""))
        named = found is not None and (not name or found.name is not None)
        ids[number] = (
            found.id if found is not None and named else record_person(session, number, name, now, living=living)
        )
    if county_id is not None:
        names = {ids[number]: name for number, name in wanted}
        names |= {row.id: row.name for row in known.values() if row.name}
        spelled.write(session, [(person_id, name, county_id) for person_id, name in names.items()])
    return [ids[number] for number, _ in wanted]


def record_many(session: Session, people: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """By valid number, people `{number: name}` as rows `{id, name, died_on}`, recorded where new and locked.

    For thousands at once: three statements. A name that was known stays.
    """
    indexes = {number: blind(session, number) for number in people}
    numbers = {index: number for number, index in indexes.items()}
    vault = session.info["vault"]
    known = _together(session, numbers)
    fresh = []
    for number in sorted(set(people) - set(known)):
        fresh.append(_row(vault, number, indexes[number], people[number], now))
    if fresh:
        _INSERT.run_all(session, fresh)
        known |= _together(session, {row["blind"]: numbers[row["blind"]] for row in fresh})
    return known


def _together(session: Session, numbers: Mapping[str, str]) -> dict[str, Any]:
    rows = _KNOWN_TOGETHER.all(session, indexes=list(numbers))
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
    return _KNOWN.one_or_none(session, index=index)


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
    moved: list[dict[str, Any]] = []
    for person_id, relation in living.items():
        if homes.get(person_id) == household_id:
            continue
        left = leave_household(session, person_id, on) if person_id in homes else None
        moved.append({"joined": _join(session, household_id, person_id, relation, on), "left": left})
    return household_id, moved


def undo_moves(session: Session, moved: Iterable[Mapping[str, Any]]) -> None:
    """Everybody lives again where they lived before they moved; the stay that was undone has no days.

    Who only left (`joined` None) comes back, unless he lives elsewhere now.
    """
    for each in moved:
        joined, left = HouseholdMember.id == each["joined"], HouseholdMember.id == each["left"]
        if each["joined"] is None:
            undone = _lives_nowhere(session, each["left"])
        else:
            nowhere = update(HouseholdMember).where(joined, HouseholdMember.valid_until.is_(None))
            undone = rows_changed(session, nowhere.values(valid_until=HouseholdMember.valid_from)) > 0
        if undone and each["left"]:
            session.execute(update(HouseholdMember).where(left).values(valid_until=None))


def _lives_nowhere(session: Session, stay_id: str) -> bool:
    person = select(HouseholdMember.person_id).where(HouseholdMember.id == stay_id).scalar_subquery()
    now = select(HouseholdMember.id).where(HouseholdMember.person_id == person, HouseholdMember.valid_until.is_(None))
    return session.scalar(now) is None


def leave_household(session: Session, person_id: str, on: date) -> str | None:
    """The person no longer lives in the household from `on`; the id of the stay that ended."""
    living = (HouseholdMember.person_id == person_id, HouseholdMember.valid_until.is_(None))
    ended = update(HouseholdMember).where(*living).values(valid_until=on).returning(HouseholdMember.id)
    return session.scalar(ended.execution_options(synchronize_session=False))


def homes_of(session: Session, person_ids: Iterable[str]) -> dict[str, str]:
    """By person, the household in which each lives now."""
    rows = session.connection().execute(_HOMES, {"person_ids": list(person_ids)})
    return {row.person_id: row.household_id for row in rows}


def _join(session: Session, household_id: str, person_id: str, relation: str | None, on: date) -> str:
    stay_id = new_id()
    row = {
        "id": stay_id,
        "household_id": household_id,
        "person_id": person_id,
        "relation": relation,
        "valid_from": on,
    }
    session.execute(insert(HouseholdMember), [row])
    return stay_id
