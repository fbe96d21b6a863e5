"""What somebody allows (E21): stands by day, is withdrawn, taken back with its case, goes along when files merge."""

from __future__ import annotations

from datetime import date

from app.core.actor import SYSTEM
from app.registry import consents, merging
from app.registry.people import record_person
from tests.support.worlds import Office

FIRST, LATER = date(2020, 5, 1), date(2020, 8, 1)
WRITTEN = consents.Given("土地收益", "书面同意", FIRST, "郑福")


def test_a_consent_stands_until_it_is_withdrawn_or_taken_back(office: Office) -> None:
    with office.database.write() as session:
        person = record_person(session, "220122194802170021", "郑福", office.now)

        def stands(day: date) -> list[str]:
            return [each.scope for each in consents.standing(session, person, day)]

        consents.give(session, person, WRITTEN, office.now, "asked", 2)
        consents.give(session, person, consents.Given("山林收益", "书面同意", LATER, "郑福"), office.now, "asked", 5)
        assert [stands(day) for day in (date(2020, 4, 30), FIRST, LATER)] == [
            [],
            ["土地收益"],
            ["土地收益", "山林收益"],
        ]
        assert consents.withdraw(session, person, LATER, "back", 1, "土地收益") == 1
        assert [stands(day) for day in (date(2020, 7, 31), LATER)] == [["土地收益"], ["山林收益"]]
        assert consents.withdraw(session, person, LATER, "back", 2) == 1
        assert stands(LATER) == []
        assert consents.take_back(session, "back", 2, office.now) == 1
        assert stands(LATER) == ["山林收益"]
        assert consents.take_back(session, "back", 1, office.now) == 1
        assert consents.take_back(session, "asked", 3, office.now) == 1
        assert stands(LATER) == ["土地收益"]
        assert [each.scope for each in consents.history(session, person)] == ["土地收益"]


def test_it_goes_along_when_files_are_merged(office: Office) -> None:
    with office.database.write() as session:
        wrong = record_person(session, "220122198809093311", "郑福", office.now)
        right = record_person(session, "220122194802170021", "郑福", office.now)
        consents.give(session, wrong, WRITTEN, office.now, "asked", 2)
        merging.merge(session, right, wrong, merging.Because(SYSTEM, "同一个人", office.now))
        assert [each.scope for each in consents.standing(session, right, FIRST)] == ["土地收益"]
