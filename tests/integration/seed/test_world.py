"""The demo world stands: people everywhere who can log in, figures in force, awards in payment."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from app import installation, seed
from app.cases import handlers
from app.cases.models import Case, Incident
from app.db import Database, Vault
from app.figures import floors, queries
from app.figures import seeding as figures
from app.figures.catalogue import catalogue
from app.figures.reader import FigureReader
from app.funds.models import Batch, PaymentOrder
from app.identity import appointed, rights
from app.identity import queries as identity
from app.identity.credentials import authenticate
from app.identity.positions import POSITIONS
from app.jobs import operations as jobs
from app.registry import houses
from app.registry import queries as registry
from tests.support.filling import BACKENDS, Filled

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
TODAY = NOW.date()


def _fill(database: Database) -> None:
    with database.write() as session:
        rights.seed(session)
        figures.seed_defaults(session, NOW)
        seed.load(session, NOW)


@pytest.fixture(params=BACKENDS)
def world(request: pytest.FixtureRequest, filled: Filled, vault: Vault, tmp_path: Path) -> Iterator[Database]:
    with filled.open(request.param, "demo", _fill, tmp_path) as url:
        database = Database(url, vault, durable=False)
        yield database
        database.dispose()


def test_the_demo_world_is_staffed_funded_with_figures_and_known(world: Database) -> None:
    with world.read() as session:

        def chain(code: str, on: date = TODAY) -> identity.RegionChain:
            return identity.chain_of_code(session, code, on)

        for code in ("220122100001", "220104001001", "340722100001", "340722400200"):
            for position in (
                key for key, known in POSITIONS.items() if known.level in ("village", "township", "county")
            ):
                office = identity.office_of(session, chain(code), position)
                assert len(appointed.holders(session, f"{position}@{office.id}", TODAY)) >= 2, (code, position)
        assert identity.office_of(session, chain("340722400200"), "township_head").name == "枞阳经济开发区社会事务局"
        assert chain("340823", date(2015, 6, 1)).city.name == "安庆市"
        assert chain("340722").city.name == "铜陵市"

        nongan = chain("220122100001")
        figure = FigureReader(session, nongan.ids, date(2020, 10, 12), nongan.full_name)
        assert (figure["rural_dibao_standard_month"], figure["urban_dibao_standard_month"]) == (345, 540)
        zongyang = chain("340722100001")
        figure = FigureReader(session, zongyang.ids, TODAY, zongyang.full_name)
        assert (figure["tekun_basic_home_month"], figure["extra_share_elderly"]) == (430, Decimal("0.1"))

        assert len(registry.awards_in_payment(session, ["dibao"], nongan.county, TODAY)) > 5
        assert registry.rechecks_due(session, zongyang.county, TODAY)
        house = houses.institution_named(session, nongan.county.id, "靠山镇福利服务中心")
        assert (house.beds, house.free) == (2, 0)


def test_the_figures_of_the_demo_keep_the_floors(world: Database) -> None:
    with world.read() as session:
        waiting = [row.key for row in queries.history(session) if row.state == "pending"]
        assert waiting == ["rural_dibao_standard_month"], "the page has something to confirm"
        for row in queries.history(session):
            if row.origin == figures.DEMO and row.key in catalogue(session).figures:  # programmes bring their own keys
                chain = identity.chain(session, row.scope)
                floors.require(session, catalogue(session).figures[row.key], row.value, chain, row.valid_from)


def test_every_printed_login_works(world: Database) -> None:
    printed = [line.split() for line in seed.logins().splitlines()[1:]]
    assert len({title for *_, title in printed}) == len(POSITIONS)
    for number, (username, password, *_) in enumerate(printed):
        user_id = authenticate(world, username, password, NOW + timedelta(seconds=number), "127.0.0.1")
        with world.read() as session:
            assert appointed.load_actor(session, user_id, TODAY).appointments


def test_the_demo_cases_are_in_every_state_and_keep_to_the_past(database: Database) -> None:
    installation.set_up_demo(database, NOW)
    with database.read() as session:
        rows = session.execute(select(Case.status, Case.filed_at)).all()
        due = jobs.next_due(session, handlers.HANDLERS, NOW)
        batches = set(session.execute(select(Batch.status, PaymentOrder.status).outerjoin(
            PaymentOrder, PaymentOrder.batch_id == Batch.id)).tuples())  # fmt: skip
        incident = session.execute(select(Incident.message)).scalar_one()
    assert {status for status, _ in rows} >= {"in_progress", "suspended", "approved", "refused", "withdrawn"}
    assert max(filed for _, filed in rows) <= NOW
    assert due is None
    assert batches == {("confirmed", "paid"), ("confirmed", "pending"), ("draft", None)}
    assert "rural_dibao_standard_month" in incident
