"""A bed that a case keeps (E12): counted as taken, moved into, given back; the last one goes to one of two at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from app.core.errors import Invalid
from app.core.ids import new_id
from app.identity import queries as identity
from app.registry import held_places, houses
from app.registry import operations as registry
from app.registry.models import HeldPlace
from tests.support.worlds import VILLAGE, Office


def house(office: Office, beds: int) -> str:
    with office.database.write() as session:
        county = identity.region_by_code(session, "220122", office.now.date())
        return registry.register_institution(
            session, name="县中心敬老院", county_id=county.id, beds=beds, now=office.now
        ).id


def hold(office: Office, place: str, case_id: str) -> bool:
    try:
        with office.database.write() as session:
            held_places.hold(session, place, case_id, 1, None, office.now)
    except Invalid:
        return False
    return True


def free(office: Office, place: str) -> int | None:
    with office.database.read() as session:
        return houses.institution(session, place).free


def test_of_two_placements_at_the_same_moment_one_gets_the_last_bed(office: Office) -> None:
    place = house(office, 1)
    with ThreadPoolExecutor(4) as pool:
        kept = list(pool.map(lambda case_id: hold(office, place, case_id), ["a", "b", "c", "d"]))
    assert (sorted(kept), free(office, place)) == ([False, False, False, True], 0)


def test_a_kept_bed_is_moved_into_kept_again_and_given_back(office: Office) -> None:
    place, case_id = house(office, 1), new_id()
    assert hold(office, place, case_id)
    assert not hold(office, place, "another")
    with office.database.write() as session:
        registry.start_award(
            session,
            registry.AwardRequest(
                id=new_id(), programme="tekun", id_number="220122194802170021", name="郑福", monthly=Decimal(577),
                region_id=identity.region_by_code(session, VILLAGE, office.now.date()).id,
                starts_on=date(2020, 10, 1), institution_id=place, case_id=case_id, case_seq=3,
            ),
            office.now,
        )  # fmt: skip
    assert free(office, place) == 0
    with office.database.write() as session:
        assert held_places.release(session, case_id) == 0, "somebody lives there"
        registry.take_back_awards(session, case_id, 3, office.now)
        assert session.scalars(select(HeldPlace.state)).all() == ["held"]
    assert free(office, place) == 0
    with office.database.write() as session:
        assert (held_places.release(session, case_id), held_places.release(session, case_id)) == (1, 0)
    assert free(office, place) == 1
