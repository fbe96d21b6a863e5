"""Stars of an institution by day (E17): what holds on a day, what replaced what, and what a case takes back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.core.errors import Invalid
from app.identity import queries as identity
from app.registry import operations as registry
from app.registry import ratings
from tests.support.worlds import Office

FIRST = date(2021, 1, 1)


def _house(office: Office) -> str:
    with office.database.write() as session:
        county = identity.region_by_code(session, "220122", office.now.date())
        return registry.register_institution(
            session, name="县中心敬老院", county_id=county.id, beds=9, now=office.now
        ).id


def test_the_stars_of_a_day_are_those_of_the_last_rating_before_it(office: Office) -> None:
    house = _house(office)
    rated = [
        (2, FIRST, "a"),
        (3, FIRST + timedelta(60), "b"),
        (1, FIRST + timedelta(30), "c"),
        (2, FIRST + timedelta(60), "d"),
    ]
    with office.database.write() as session:
        for seq, (stars, on, case_id) in enumerate(rated, 1):
            now = office.now + timedelta(hours=seq)
            ratings.rate(session, house, stars, on, now, case_id=case_id, case_seq=seq)

        def stars(days: int) -> int | None:
            return ratings.stars_on(session, [house], FIRST + timedelta(days)).get(house)

        assert [stars(day) for day in (-1, 0, 29, 30, 59, 60, 900)] == [None, 2, 2, 1, 1, 2, 2]
        history = ratings.ratings_of(session, [house])[house]
        assert [(each.stars, each.until) for each in history] == [
            (2, FIRST + timedelta(30)), (1, FIRST + timedelta(60)), (3, FIRST + timedelta(60)), (2, None)
        ]  # fmt: skip
        assert ratings.take_back(session, "d", 5, office.now) == 0
        assert ratings.take_back(session, "d", 4, office.now) == 1
        assert (stars(60), ratings.take_back(session, "d", 1, office.now)) == (3, 0)


def test_there_are_one_to_three_stars(office: Office) -> None:
    house = _house(office)
    for stars in (0, 4, -1):
        with pytest.raises(Invalid) as refused, office.database.write() as session:
            ratings.rate(session, house, stars, FIRST, office.now)
        assert set(refused.value.fields) == {"stars"}
    with office.database.read() as session:
        assert ratings.ratings_of(session, [house]) == {house: []}
