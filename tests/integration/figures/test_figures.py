"""Figures are entered with their floors, read when they are needed, and missing only when they are read."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from app import feel
from app.core.errors import Invalid
from app.db import Database
from app.definitions import publishing
from app.definitions.folder import CATALOGUE
from app.figures import queries, seeding
from app.figures.errors import FigureMissing
from app.figures.reader import FigureReader, OptionalFigures
from app.identity import operations as identity_operations
from app.identity import queries as identity
from tests.support.figures import put_in_force
from tests.support.statements import counted

VILLAGE = "220122100001"
TODAY = date(2020, 10, 12)


@pytest.fixture
def world(database: Database, now: datetime) -> identity.RegionChain:
    with database.write() as session:
        chain = identity_operations.ensure_staffed(session, VILLAGE, now)
        identity_operations.ensure_region(session, "340722100001")
        seeding.seed_defaults(session, now)
    return chain


def reader(session, chain: identity.RegionChain, on: date = TODAY) -> FigureReader:
    return FigureReader(session, chain.ids, on, chain.full_name)


def chain_of(session, code: str) -> identity.RegionChain:
    return identity.chain_of_code(session, code, TODAY)


def test_a_process_keeps_what_counts_and_a_reader_tells_where_it_comes_from(database: Database, world) -> None:
    with database.read() as session, counted(session) as statements:
        figure = reader(session, world)
        rule = feel.compile("amount <= figure.uninsured_relief_cap and figure.publicity_days = 7")
        assert rule.evaluate({"amount": Decimal(800), "figure": figure}) is True
        assert figure["tekun_minor_age"] == 18
        reads = {read["key"]: read for read in figure.entries(["uninsured_relief_cap", "tekun_minor_age"])}
    assert len(statements) <= 3, "what stamps say, where figures are, and theirs"
    with database.read() as session, counted(session) as statements:
        assert reader(session, world, date(2020, 11, 1))["tekun_minor_age"] == 18
    assert len(statements) == 1, "an action has the stamps with the row of its case"
    assert reads["tekun_minor_age"]["region"] == "22"
    assert reads["tekun_minor_age"]["valid_from"] == date(2020, 9, 9)
    assert reads["tekun_minor_age"]["on"] == TODAY
    assert reads["uninsured_relief_cap"]["region"] is None
    assert reads["uninsured_relief_cap"]["id"]


def test_a_missing_figure_fails_when_it_is_read_and_says_what_to_do(database: Database, world) -> None:
    with database.read() as session:
        figure = reader(session, world)
        rule = feel.compile("if urban then figure.urban_dibao_standard_month else figure.publicity_days")
        assert rule.evaluate({"urban": False, "figure": figure}) == 7
        with pytest.raises(FigureMissing) as missing:
            rule.evaluate({"urban": True, "figure": figure})
    for part in ("农安县", "城市低保标准（月）", "urban_dibao_standard_month", "2020年10月12日", "标准和时限"):
        assert part in str(missing.value)
    assert "urban_dibao_standard_month" in figure
    assert "no_such_figure" not in figure


def test_an_optional_figure_is_null_where_it_is_missing_and_read_like_any_other(database: Database, world) -> None:
    with database.read() as session:
        figures = reader(session, world)
        optional = OptionalFigures(figures)
        assert optional["tekun_basic_home_month"] is None
        assert optional["publicity_days"] == 7
        entries = figures.entries(["tekun_basic_home_month", "publicity_days"])
        assert [entry["key"] for entry in entries] == ["publicity_days"]


def test_the_nearest_region_wins_then_the_latest_day(database: Database, world, now: datetime) -> None:
    days = [("22", 5, date(2020, 10, 1)), ("220122", 3, date(2019, 1, 1)), ("220122", 4, date(2020, 11, 1))]
    with database.write() as session:
        for code, value, start in days:
            put_in_force(session, "publicity_days", code, value, valid_from=start, now=now)
        assert reader(session, world)["publicity_days"] == 3
        assert reader(session, world, date(2020, 11, 1))["publicity_days"] == 4
        assert reader(session, world, date(2018, 1, 1))["publicity_days"] == 7
        chaoyang = identity.chain(session, identity_operations.ensure_region(session, "220104001001").id)
        assert reader(session, chaoyang)["publicity_days"] == 5
        assert reader(session, chain_of(session, "340722100001"))["publicity_days"] == 7


def test_ages_and_deadlines_follow_region_and_day(database: Database, world) -> None:
    with database.read() as session:
        zongyang = chain_of(session, "340722100001")
        assert reader(session, world, date(2020, 9, 8))["tekun_minor_age"] == 16
        assert reader(session, zongyang)["tekun_minor_age"] == 16
        assert reader(session, zongyang)["tekun_review_working_days"] == 20
        with pytest.raises(FigureMissing):
            reader(session, world)["tekun_review_working_days"]


def test_an_end_is_the_first_day_without_the_figure(database: Database, world, now: datetime) -> None:
    with database.write() as session:
        span = {"valid_from": date(2020, 1, 1), "valid_until": date(2020, 10, 12)}
        put_in_force(session, "extra_share_minor", "220122", "0.35", now=now, **span)
        assert reader(session, world, date(2020, 10, 11))["extra_share_minor"] == Decimal("0.35")
        with pytest.raises(FigureMissing):
            reader(session, world, date(2020, 10, 12))["extra_share_minor"]


def test_a_correction_supersedes_and_the_history_keeps_both(database: Database, world, now: datetime) -> None:
    start = date(2020, 1, 1)
    with database.write() as session:
        for value in (345, 354):
            put_in_force(session, "rural_dibao_standard_month", "220122", value, valid_from=start, now=now)
            now += timedelta(minutes=1)
        assert reader(session, world)["rural_dibao_standard_month"] == 354
        history = queries.history(session, "rural_dibao_standard_month", world.ids)
    assert [(row.value, row.superseded_at is None) for row in history] == [(354, True), (345, False)]


def test_defaults_are_seeded_once_and_never_over_what_owners_entered(database: Database, world, now: datetime) -> None:
    with database.write() as session:
        put_in_force(session, "tekun_minor_age", "22", 17, valid_from=date(2020, 9, 9), now=now, clause="E2")
        with counted(session) as statements:
            seeding.seed_defaults(session, now)
        assert not [text for text in statements if text.startswith("INSERT")]
        assert reader(session, world)["tekun_minor_age"] == 17


@pytest.mark.parametrize(
    ("day", "poverty_line", "value", "kept"),
    [
        (date(2019, 1, 1), 4140, 345, True),
        (date(2019, 1, 1), 4141, 345, False),
        (date(2020, 9, 9), 4140, 345, False),
        (date(2020, 9, 9), 4139, 345, True),
    ],
)
def test_the_rural_standard_keeps_to_the_poverty_line(
    database: Database, world, now: datetime, day: date, poverty_line: int, value: int, kept: bool
) -> None:
    with database.write() as session:
        put_in_force(session, "poverty_line_year", "22", poverty_line, valid_from=day, now=now)
        enter = lambda: put_in_force(  # noqa: E731
            session, "rural_dibao_standard_month", "220122", value, valid_from=day, now=now
        )
        if kept:
            assert any("省定最低指导标准" in note for note in enter().notes)
            return
        with pytest.raises(Invalid, match="扶贫标准") as refused:
            enter()
        assert refused.value.clause == "D12"
        assert set(refused.value.fields) == {"value"}
        with pytest.raises(FigureMissing):
            reader(session, world, day)["rural_dibao_standard_month"]


def test_support_for_tekun_keeps_its_distance_from_the_rural_standard(database, world, now: datetime) -> None:
    enter = {"valid_from": date(2020, 1, 1), "now": now}
    with database.write() as session:
        put_in_force(session, "rural_dibao_standard_month", "220122", 345, **enter)
        put_in_force(session, "urban_dibao_standard_month", "220122", 540, **enter)
        with pytest.raises(Invalid, match=r"1\.3 倍"):
            put_in_force(session, "tekun_basic_home_month", "220122", "448.49", **enter)
        entered = put_in_force(session, "tekun_basic_home_month", "220122", "448.50", **enter)
        assert entered.notes == ("该标准低于城市低保标准的 1.3 倍，不能用于城市特困人员（E8）",)
        raised = put_in_force(session, "rural_dibao_standard_month", "220122", 346, **enter)
        assert any("同步调整" in note for note in raised.notes)


def test_zongyang_keeps_its_own_floors(database: Database, world, now: datetime) -> None:
    enter = {"valid_from": date(2019, 1, 1), "now": now}
    with database.write() as session:
        put_in_force(session, "consumption_year", "340722", 8600, **enter)
        put_in_force(session, "tekun_basic_home_month", "340722", 430, **enter)
        with pytest.raises(Invalid, match="60%"):
            put_in_force(session, "tekun_basic_home_month", "340722", "429.99", **enter)
        put_in_force(session, "tekun_care_none_month", "340722", 43, **enter)
        with pytest.raises(Invalid, match="10%"):
            put_in_force(session, "tekun_care_none_month", "340722", "42.99", **enter)


def test_a_release_brings_the_defaults_of_what_it_adds(database: Database, world, now: datetime) -> None:
    added = (
        "figures: [{key: heating_month, title: 取暖补贴, unit: yuan, kind: amount, clause: N-1,"
        " defaults: [{value: 30, region: '220122'}]}]\n"
        "documents: {N9: {region: '220122', title: 取暖通知, in_force_from: 2020-01-01}}\n"
        "clauses: {N-1: {title: 取暖补贴, text: 按月发放取暖补贴。, from: [{N9: 第二条}]}}"
    ).encode()
    with database.write() as session:
        publishing.enter_catalogue(session, {CATALOGUE: added}, "r" * 32, [world.county.id], now)
        assert reader(session, world)["heating_month"] == 30
        (row,) = queries.history(session, "heating_month")
        assert (row.origin, row.region) == ("people", "220122")
        publishing.enter_catalogue(session, {CATALOGUE: added}, "s" * 32, [world.county.id], now)
        assert len(queries.history(session, "heating_month")) == 1


def test_what_a_story_says_is_all_that_holds(database: Database, world, now: datetime) -> None:
    given = {"origin": seeding.STORY, "now": now}
    with database.write() as session:
        seeding.establish(session, "tekun_minor_age", "22", 15, **given)
        seeding.establish(session, "tekun_basic_home_month", "220122", 1, **given)
        seeding.establish(session, "dibao_confirmed_by_township", "220122", True, **given)
        seeding.establish(session, "figure_of_a_draft", "220122", 0.15, **given)
        seeding.establish(session, "publicity_days", "229901", 5, **given)
        figure = reader(session, world)
        assert figure["tekun_minor_age"] == 15
        assert figure["tekun_basic_home_month"] == 1
        assert figure["dibao_confirmed_by_township"] == 1
        assert figure["figure_of_a_draft"] == Decimal("0.15")
        opened = chain_of(session, "229901")
        assert reader(session, opened)["publicity_days"] == 5
        assert [row.origin for row in queries.history(session, "publicity_days", opened.ids)] == ["story", "product"]
        with pytest.raises(Invalid):
            seeding.establish(session, "publicity_days", "229901", "七", **given)
