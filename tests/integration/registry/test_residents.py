"""Who lived in an institution on a day that has passed: moves, endings, deaths and what was undone (E17)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import update

from app.core.ids import new_id
from app.identity import queries as identity
from app.registry import operations as registry
from app.registry import residents
from app.registry.models import Person
from tests.support.worlds import VILLAGE, Office

PEOPLE = [("郑福", "220122194802170021"), ("周海", "220122198809093311"), ("吴霞", "220122199001014021")]
DAYS = [date(2020, 10, day) for day in range(1, 32)]


def _lived(office: Office, houses: list[str], days: list[date] = DAYS) -> dict[str, list[int]]:
    with office.database.read() as session:
        near = identity.region_by_code(session, "220122", office.now.date())
        found = residents.living_on(session, houses, ["tekun"], near, days)
        return {house: [len(found[house, day]) for day in days] for house in houses}


def test_history_says_where_people_lived(office: Office) -> None:
    with office.database.write() as session:
        county = identity.region_by_code(session, "220122", office.now.date())
        village = identity.region_by_code(session, VILLAGE, office.now.date()).id
        old, new = (
            registry.register_institution(session, name=name, county_id=county.id, beds=None, now=office.now).id
            for name in ("旧院", "新院")
        )
        moves, ends, dies = (new_id() for _ in PEOPLE)
        for award_id, (name, number) in zip((moves, ends, dies), PEOPLE, strict=True):
            request = registry.AwardRequest(
                id=award_id, programme="tekun", id_number=number, name=name, monthly=Decimal(577), region_id=village,
                starts_on=date(2020, 9, 10), institution_id=old,
            )  # fmt: skip
            registry.start_award(session, request, office.now)
        for day, house in ((11, new), (21, None)):
            registry.change_award(
                session, moves, now=office.now, on=date(2020, 10, day), moves=True, institution_id=house,
                case_id="moves", case_seq=day,
            )  # fmt: skip
        registry.end_award(session, ends, on=date(2020, 10, 6), reason="不再符合条件", now=office.now)
        dead = Person.name == PEOPLE[2][0]
        session.execute(update(Person).where(dead).values(died_on=date(2020, 10, 15)))
    assert _lived(office, [old, new]) == {
        old: [3] * 5 + [2] * 5 + [1] * 5 + [0] * 16,
        new: [0] * 10 + [1] * 10 + [0] * 11,
    }
    assert _lived(office, [new], DAYS[:1]) == {new: [0]}
    assert _lived(office, [old], [date(2020, 9, 9), date(2020, 9, 10)]) == {old: [0, 3]}
    with office.database.write() as session:
        registry.undo_award_events(session, "moves", 21, "changed", office.now)
    assert _lived(office, [new])[new] == [0] * 10 + [1] * 21
