"""Awards live on after their case: changed, ended, taken back, found again."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import delete, select

from app.cases import finding
from app.core.actor import SYSTEM
from app.core.errors import Gone, Invalid, NotFound, OverLimit
from app.core.ids import new_id
from app.db import Database
from app.identity import operations as identity_operations
from app.identity import queries as identity
from app.registry import houses, merging, naming, operations, person_files, place_line, queries, spelled
from app.registry.models import PersonGram
from app.registry.reader import RegistryReader

ZHOU, WU, LIU = "220122198809093311", "220122199001014021", "220122194802170021"
START = date(2021, 5, 1)


@pytest.fixture
def chain(database: Database) -> identity.RegionChain:
    with database.write() as session:
        return identity.chain(session, identity_operations.ensure_region(session, "220122100001").id)


def take_back(session, case_id: str, now: datetime, since: int = 0) -> int:
    """What a return of the case to its step `since` does to the registry."""
    undone = [operations.undo_award_events(session, case_id, since, kind, now) for kind in ("ended", "changed")]
    return sum(map(len, undone)) + operations.take_back_awards(session, case_id, since, now)


def request(chain, **changed) -> operations.AwardRequest:
    given = {
        "id": new_id(),
        "programme": "dibao",
        "id_number": ZHOU,
        "name": "周海",
        "members": [
            {"name": "周海", "id_number": ZHOU, "relation": "本人"},
            {"name": "吴霞", "id_number": WU, "relation": "配偶"},
        ],
        "region_id": chain.nearest.id,
        "kind": "household",
        "monthly": Decimal("680.00"),
        "starts_on": START,
        "recheck_on": date(2022, 5, 1),
        "facts": {"per_head_gap": Decimal("200.00")},
        "account": "6228480240001234568",
        "case_id": "case1",
        "case_seq": 3,
    }
    return operations.AwardRequest(**{**given, **changed})


def test_an_award_covers_the_household_and_single_admission_only_the_person(database, chain, now: datetime) -> None:
    with database.write() as session:
        operations.start_award(session, request(chain), now)
        spouse = RegistryReader(session, id_number=WU, on=START)
        assert [(b["programme"], b["in_payment"]) for b in spouse["benefits"]] == [("dibao", True)]
        assert RegistryReader(session, id_number=WU, on=date(2021, 4, 30))["benefits"][0]["in_payment"] is False
        take_back(session, "case1", now)
        operations.start_award(session, request(chain, kind="single_person", case_id="case2", case_seq=3), now)
        assert RegistryReader(session, id_number=WU, on=START)["benefits"] == []
        assert len(RegistryReader(session, id_number=ZHOU, on=START)["benefits"]) == 1


def test_an_award_is_read_back_whole_and_rests_sealed(database: Database, chain, now: datetime) -> None:
    wanted = request(chain)
    with database.write() as session:
        operations.start_award(session, wanted, now)
    with database.read() as session:
        found = operations.award_in_payment(session, wanted.id)
        assert (found.name, found.id_number, found.account) == ("周海", ZHOU, "6228480240001234568")
        facts = found.as_facts()
        assert (facts["monthly"], facts["per_head_gap"]) == (Decimal("680.00"), Decimal("200.00"))
        raw = str(session.connection().exec_driver_sql("SELECT * FROM award").all())
        assert "6228480240001234568" not in raw
        assert "per_head_gap" not in raw
        with pytest.raises(NotFound):
            operations.award_in_payment(session, "nothing")


def test_changes_and_endings_are_undone_with_the_case_that_made_them(database: Database, chain, now: datetime) -> None:
    wanted = request(chain)
    with database.write() as session:
        operations.start_award(session, wanted, now)
        operations.change_award(
            session,
            wanted.id,
            now=now,
            monthly=Decimal(700),
            facts={"per_head_gap": Decimal(210)},
            case_id="case2",
            case_seq=3,
        )
        operations.end_award(
            session, wanted.id, on=date(2021, 9, 1), reason="已就业", now=now, case_id="case3", case_seq=3
        )
        with pytest.raises(Gone):
            operations.change_award(session, wanted.id, now=now, monthly=Decimal(1))
        assert not RegistryReader(session, id_number=WU, on=date(2021, 9, 1))["benefits"][0]["in_payment"]
        assert RegistryReader(session, id_number=WU, on=date(2021, 8, 31))["benefits"][0]["in_payment"]

        take_back(session, "case3", now)
        reopened = operations.award_in_payment(session, wanted.id)
        assert (reopened.monthly, reopened.recheck_on) == (Decimal("700.00"), date(2022, 5, 1))
        take_back(session, "case2", now)
        take_back(session, "case2", now)
        before = operations.award_in_payment(session, wanted.id)
        assert (before.monthly, before.facts) == (Decimal("680.00"), {"per_head_gap": Decimal("200.00")})
        events = person_files.person_file(session, before.person_id)["events"]
    assert [event.kind for event in events] == ["started", "changed", "ended", "undone", "undone"]


def test_moving_changes_places_and_is_undone_with_its_case(database: Database, chain, now: datetime) -> None:
    wanted = request(chain, programme="tekun", members=())
    with database.write() as session:
        house, full = (
            operations.register_institution(session, name=name, county_id=chain.county.id, beds=beds, now=now)
            for name, beds in (("农安镇敬老院", 1), ("合隆镇敬老院", 0))
        )
        operations.start_award(session, wanted, now)
        operations.change_award(
            session, wanted.id, now=now, moves=True, institution_id=house.id, case_id="case2", case_seq=3
        )
        assert houses.institution(session, house.id).free == 0
        operations.change_award(session, wanted.id, now=now, recheck_on=date(2022, 6, 1))
        assert queries.award(session, wanted.id).institution_id == house.id
        with pytest.raises(OverLimit):
            operations.change_award(session, wanted.id, now=now, moves=True, institution_id=full.id)
        reader = RegistryReader(session, id_number=ZHOU, on=START, county_id=chain.county.id)
        assert {(row["name"], row["free"]) for row in reader["institutions"]} == {
            ("农安镇敬老院", 0),
            ("合隆镇敬老院", 0),
        }
        take_back(session, "case2", now)
        assert queries.award(session, wanted.id).institution_id is None
        assert houses.institution(session, house.id).free == 1


def test_an_award_cannot_end_before_it_began(database: Database, chain, now: datetime) -> None:
    wanted = request(chain)
    with database.write() as session:
        operations.start_award(session, wanted, now)
        with pytest.raises(Invalid, match="2021年5月1日"):
            operations.end_award(session, wanted.id, on=date(2021, 4, 30), reason="死亡", now=now)


def test_places_never_go_below_none_and_come_back(database: Database, chain, now: datetime) -> None:
    with database.write() as session:
        house = operations.register_institution(
            session, name="农安镇敬老院", county_id=chain.county.id, beds=1, now=now
        )
        again = operations.register_institution(
            session, name="农安镇敬老院 ", county_id=chain.county.id, beds=9, now=now
        )
        assert again == house
        first = request(chain, programme="tekun", members=(), institution_id=house.id)
        operations.start_award(session, first, now)
        with pytest.raises(OverLimit, match="市级民政部门") as refused:
            operations.start_award(session, request(chain, id_number=LIU, members=(), institution_id=house.id), now)
        assert refused.value.clause == "E12"
        assert houses.institution(session, house.id).free == 0
        operations.end_award(session, first.id, on=date(2021, 6, 1), reason="死亡", now=now)
        assert houses.institution(session, house.id).free == 1
        assert operations.free_place(session, house.id) is False
        unknown = operations.register_institution(
            session, name="无名养老院", county_id=chain.county.id, beds=None, now=now
        )
        assert operations.take_place(session, unknown.id)
        assert houses.institution(session, unknown.id).free is None
        children = operations.register_institution(
            session, name="长春市儿童福利院", county_id=chain.county.id, beds=20, now=now
        )
        assert children.kind == "children"
        for row in houses.institutions_of(session, chain.county.id):
            assert identity.institution_office(session, chain.county.id, row.name).id == row.office_id
        with pytest.raises(Invalid) as wrong:
            operations.register_institution(session, name=" ", county_id=chain.county.id, beds=-1, now=now)
        assert set(wrong.value.fields) == {"name", "beds"}


def test_people_are_found_by_name_or_number_within_ones_regions(database: Database, chain, now: datetime) -> None:
    with database.write() as session:
        other = identity_operations.ensure_region(session, "220104001001")
        for number, name, region_id in ((ZHOU, "周海", chain.nearest.id), (WU, "周海燕", chain.nearest.id)):
            operations.start_award(
                session, request(chain, id_number=number, name=name, members=(), region_id=region_id), now
            )
        operations.start_award(session, request(chain, id_number=LIU, name="周%", members=(), region_id=other.id), now)

        def found(region, text, **page):
            return [row.name for row in queries.search(session, [region], text, **page)]

        assert found(chain.county.id, "周") == found(chain.county.id, "ZH") == ["周海燕", "周海"]
        assert found(chain.county.id, "海燕") == found(chain.township.id, "hy") == ["周海燕"]
        assert found(chain.province.id, "周%") == ["周%"]
        assert found(chain.county.id, LIU) == []
        assert found(other.id, LIU.lower()) == ["周%"]
        first = queries.search(session, [chain.county.id], "周", limit=1)[0]
        assert found(chain.county.id, "周", after=first.id) == found(chain.county.id, "", after=first.id) == ["周海"]
        assert found(chain.county.id, "", status="ended") == []
        naming.rename(session, first.person_id, "邹海燕", merging.Because(SYSTEM, "更正", now))
        assert found(chain.county.id, "周") == ["周海"]
        assert found(chain.county.id, "邹") == ["邹海燕"]
        regions = [chain.county.id, other.id]
        assert len(queries.search(session, regions, "")) == 3
        assert queries.search(session, regions, "王李张刘陈杨赵黄" * 6, cases=finding.found(session, "周海" * 25)) == []
        assert queries.search(session, [chain.county.id], "周" * 500) == []
        known = set(session.scalars(select(PersonGram.county_id).where(PersonGram.person_id == first.person_id)))
        assert known == {chain.county.id}, "a search reads its own county's names alone"
        session.execute(delete(PersonGram))
        assert (spelled.index_older(session), spelled.index_older(session)) == (3, 0)
        assert found(chain.county.id, "邹") == ["邹海燕"]


def test_batches_page_over_those_in_payment_on_the_day(database: Database, chain, now: datetime) -> None:
    with database.write() as session:
        for number, start in ((ZHOU, START), (WU, date(2021, 6, 1)), (LIU, START)):
            operations.start_award(session, request(chain, id_number=number, members=(), starts_on=start), now)
        page = queries.awards_in_payment(session, ["dibao", "tekun"], chain.county, START, limit=1)
        rest = queries.awards_in_payment(session, ["dibao", "tekun"], chain.county, START, after=page[-1].id)
        assert len(page) == len(rest) == 1
        assert queries.awards_in_payment(session, ["tekun"], chain.county, START) == []
        assert len(queries.rechecks_due(session, chain.nearest, date(2022, 5, 1))) == 3
        assert queries.rechecks_due(session, chain.nearest, date(2022, 4, 30)) == []


def test_one_person_one_file(database: Database, chain, now: datetime) -> None:
    with database.write() as session:
        operations.start_award(session, request(chain), now)
        person_id = operations.record_person(session, WU, None, now)
        file = person_files.person_file(session, person_id)
        assert file["person"]["name"] == "吴霞"
        assert file["person"]["id_number"] == WU
        assert [(member["name"], member["relation"]) for member in file["members"]] == [
            ("周海", "本人"),
            ("吴霞", "配偶"),
        ]
        assert [row.programme for row in file["awards"]] == ["dibao"]
        assert person_files.region_of_person(session, person_id) == [chain.nearest.id]
        with pytest.raises(NotFound):
            person_files.person_file(session, "nobody")


def test_the_line_for_a_place_goes_by_rank_then_by_day(database: Database, chain, now: datetime) -> None:
    people = {ZHOU: (2, date(2021, 3, 1)), WU: (1, date(2021, 5, 1)), LIU: (2, date(2021, 2, 1))}
    with database.write() as session:
        for number, (rank, since) in people.items():
            wanted = request(
                chain, id_number=number, members=[], starts_on=since, place_rank=rank, case_id=number, case_seq=3
            )
            operations.start_award(session, wanted, now)
        line = place_line.waiting_for_place(session, chain.county.id)
        assert [(each.rank, each.since) for each in line] == [
            (1, date(2021, 5, 1)), (2, date(2021, 2, 1)), (2, date(2021, 3, 1))
        ]  # fmt: skip
        reader = RegistryReader(session, id_number=ZHOU, on=START, county_id=chain.county.id)
        assert [(each["rank"], each["place"]) for each in reader["line"]] == [(1, 1), (2, 2), (2, 3)]
        operations.change_award(session, line[0].award_id, now=now, waits=True, case_id="left", case_seq=3)
        assert len(place_line.waiting_for_place(session, chain.county.id)) == 2
        take_back(session, "left", now)
        assert place_line.waiting_for_place(session, chain.county.id) == line
