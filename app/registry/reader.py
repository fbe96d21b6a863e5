"""`registry.…` of expressions: looked up when a rule reads it, one statement per kind of thing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from app.core import id_number as id_numbers
from app.goods import queries as goods
from app.identity.queries import RegionRef
from app.registry import consents, houses, lookups, place_line
from app.registry.shape import REGISTRY


class RegistryReader(Mapping[str, Any]):
    """What the registry knows of an applicant and the members of the household on a day; the own case excluded.

    `known`: whether anybody recorded the applicant. `benefits`: what the applicant receives or received. `died_on`: the
    day of death that is recorded of the applicant.
    `members`: by member as given, `{id_number, name, benefits, household_known, other_household, died_on}`; somebody
    is of another household when the registry has the person living in one where the applicant does not live.
    `household`: the names of those who live with the applicant, the applicant's own among them.
    `institutions`: those of the case's county, `{id, name, kind, beds, free}`;
    `free` is null where beds are not counted. `city_places`: those of the city that are not full, with their `county`.
    `consents`: what the applicant allows today, `{scope, form, given_on, given_by}`.
    `line`: who waits for a place in the county, `{award_id, rank, place, own}`, place 1 comes first; `own` is the
    case itself, or its award.
    `goods`: what the stores of the county hold, `{name, unit, on_hand, region, place}`.
    `app.registry.shape` says the same as data.
    """

    def __init__(
        self,
        session: Session,
        *,
        id_number: str | None,
        members: Sequence[str] = (),
        on: date,
        exclude_case_id: str | None = None,
        county_id: str | None = None,
        city: RegionRef | None = None,
        award_id: str | None = None,
    ) -> None:
        self._session, self._on, self._exclude, self._county_id = session, on, exclude_case_id, county_id
        self._award_id, self._city = award_id, city
        self._members = [id_numbers.normalise(number) for number in members]
        self._own_number = id_numbers.normalise(id_number) if id_number else ""

    def __getitem__(self, key: str) -> Any:
        match key:
            case "known":
                return self._own in self._people
            case "benefits":
                return self._benefits(self._own)
            case "died_on":
                return self._people[self._own].died_on if self._own in self._people else None
            case "members":
                return [self._member(number) for number in self._members]
            case "household":
                return self._household
            case "institutions":
                return self._institutions
            case "city_places":
                return self._city_places
            case "line":
                return self._line
            case "consents":
                return self._consents
            case "goods":
                return self._goods
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(REGISTRY.members)

    def __len__(self) -> int:
        return len(REGISTRY.members)

    @cached_property
    def _blinds(self) -> dict[str, str]:
        return {number: lookups.blind(self._session, number) for number in self._members}

    @cached_property
    def _own(self) -> str:
        return lookups.blind(self._session, self._own_number) if self._own_number else ""

    @cached_property
    def _people(self) -> dict[str, lookups.Known]:
        blinds = {self._own, *self._blinds.values()}
        return lookups.known_people(self._session, blinds, self._on, self._exclude)

    @cached_property
    def _household(self) -> list[str]:
        own = self._people.get(self._own)
        lives_in = own.household_id if own else None
        return lookups.names_of_household(self._session, lives_in, self._on) if lives_in else []

    @cached_property
    def _institutions(self) -> list[dict[str, Any]]:
        rows = houses.institutions_of(self._session, self._county_id) if self._county_id else []
        return [{"id": row.id, "name": row.name, "kind": row.kind, "beds": row.beds, "free": row.free} for row in rows]

    @cached_property
    def _city_places(self) -> list[dict[str, Any]]:
        found = houses.with_places(self._session, self._city) if self._city else []
        return [{"name": row.name, "county": county, "kind": row.kind, "free": row.free} for row, county in found]

    @cached_property
    def _line(self) -> list[dict[str, Any]]:
        rows = place_line.waiting_for_place(self._session, self._county_id) if self._county_id else []
        return [
            {"award_id": row.award_id, "rank": row.rank, "place": place,
             "own": place_line.is_own(row, self._exclude, self._award_id)}
            for place, row in enumerate(rows, 1)
        ]  # fmt: skip

    @cached_property
    def _consents(self) -> list[dict[str, Any]]:
        own = self._people.get(self._own)
        given = consents.standing(self._session, own.person_id, self._on) if own else []
        return [{name: getattr(each, name) for name in ("scope", "form", "given_on", "given_by")} for each in given]

    @cached_property
    def _goods(self) -> list[dict[str, Any]]:
        rows = goods.in_county(self._session, self._county_id) if self._county_id else []
        return [dict(row._mapping) for row in rows]

    def known(self, indexes: Collection[str]) -> dict[str, lookups.Known]:
        """By blind index, whom the registry knows; without a statement more for those of whom the case speaks."""
        if not indexes:
            return {}
        if not {self._own, *self._blinds.values()}.issuperset(indexes):
            return lookups.known_people(self._session, indexes, self._on)
        return {index: self._people[index] for index in indexes if index in self._people}

    def forget_people(self) -> None:
        """What was read of people is not so any more."""
        self.__dict__.pop("_people", None)

    def has_died(self, number: str) -> bool:
        """Whether the applicant or a member with this number is recorded as dead."""
        normal = id_numbers.normalise(number)
        known = self._people.get(self._own if normal == self._own_number else self._blinds.get(normal, ""))
        return known is not None and known.died_on is not None

    def _benefits(self, index: str) -> list[dict[str, Any]]:
        return self._people[index].benefits if index in self._people else []

    def _member(self, number: str) -> dict[str, Any]:
        found = self._people.get(self._blinds[number])
        own = self._people.get(self._own)
        household = found.household_id if found else None
        return {
            "id_number": number,
            "name": found.name if found else None,
            "benefits": self._benefits(self._blinds[number]),
            "household_known": household is not None,
            "other_household": household is not None and household != (own.household_id if own else None),
            "died_on": found.died_on if found else None,
        }
