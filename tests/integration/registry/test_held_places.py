"""A bed that a case keeps (E12): counted as taken, moved into, given back; the last one goes to one of two at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

from sqlalchemy import select

from app.core.errors import Invalid
from app.core.ids import new_id
from app.identity import queries as identity
from app.registry import held_places, houses, place_line
from app.registry import operations as registry
from app.registry.models import HeldPlace
from tests.support.worlds import VILLAGE, Office


def house(office: Office, beds: int, name: str = "县中心敬老院") -> str:
    with office.database.write() as session:
        county = identity.region_by_code(session, "220122", office.now.date())
        return registry.register_institution(session, name=name, county_id=county.id, beds=beds, now=office.now).id


def hold(office: Office, place: str, case_id: str) -> bool:
    try:
        with office.database.write() as session:
            held_places.hold(session, place, held_places.Holding(case_id, 1), office.now)
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


def test_two_placements_at_the_same_moment_do_not_together_pass_the_line(office: Office) -> None:
    """Two houses with a bed each and one who waits: one of two may be placed, in whichever house."""
    places = [house(office, 1), house(office, 1, "乡敬老院")]
    with office.database.write() as session:
        chain = identity.chain_of_code(session, VILLAGE, office.now.date())
        waits = place_line.Joining("first", 1, "tekun", chain.nearest.id, "郑福", 2)
        place_line.join(session, waits, chain.county.id, office.now.date(), office.now)
    barrier = Barrier(2)

    def place(number: int) -> bool:
        try:
            with office.database.write() as session:
                if session.get_bind().dialect.name == "postgresql":
                    barrier.wait(10)
                held = held_places.Holding(f"case{number}", 1, None, 4, chain.county.id)
                held_places.hold(session, places[number], held, office.now)
        except Invalid:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(place, range(2))) == [False, True]
    assert sorted(free(office, each) for each in places) == [0, 1]


def test_the_line_is_joined_taken_over_and_left(office: Office) -> None:
    with office.database.write() as session:
        chain = identity.chain_of_code(session, VILLAGE, office.now.date())
        for case_id, rank in (("a", 4), ("b", 2), ("c", 2)):
            waits = place_line.Joining(case_id, 7, "tekun", chain.nearest.id, case_id, rank)
            place_line.join(session, waits, chain.county.id, office.now.date(), office.now)
        line = place_line.waiting_for_place(session, chain.county.id)
        assert [(each.case_id, each.number) for each in line] == [("b", 2), ("c", 3), ("a", 1)]
        assert [place_line.before(line, 2, case_id, None) for case_id in ("b", "c", "new")] == [0, 1, 2]
        assert place_line.leave(session, "b", 8) == 0, "what came before the step stays"
        assert place_line.leave(session, "b", 7) == 1
        assert place_line.take(session, "c") == (office.now.date(), 3)
        assert [each.case_id for each in place_line.waiting_for_place(session, chain.county.id)] == ["a"]
        place_line.take_back(session, "c")
        assert [each.case_id for each in place_line.waiting_for_place(session, chain.county.id)] == ["c", "a"]


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
