"""One enters, another confirms, once; floors are held both times; a refusal changes nothing."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from app import audit
from app.core.actor import SYSTEM
from app.core.errors import Duplicate, Gone, Invalid, NotFound, NotYours, Rejection
from app.db import Base, Database
from app.figures import operations, queries, seeding
from app.figures.store import FIGURE
from app.identity import operations as identity_operations
from app.identity import queries as identity
from app.jobs.operations import JOB
from tests.support.figures import owner, put_in_force

VILLAGE, COUNTY = "220122100001", "220122"
STANDARD, DAYS = "rural_dibao_standard_month", "publicity_days"
START = date(2021, 1, 1)


@pytest.fixture
def world(database: Database, now: datetime) -> identity.RegionChain:
    with database.write() as session:
        chain = identity_operations.ensure_staffed(session, VILLAGE, now)
        identity_operations.ensure_region(session, "340722")
        seeding.seed_defaults(session, now)
    return chain


def propose(session, now: datetime, key: str = STANDARD, value: Any = 360, who: str = "u1", **given: Any):
    given = {"valid_from": START, "reason": "县政府〔2020〕9号", **given}
    return operations.propose(session, owner(session, COUNTY, now.date(), who), key, COUNTY, value, now=now, **given)


def value_of(session, chain: identity.RegionChain, key: str = STANDARD) -> Any:
    found = queries.in_force(session, chain.ids, START).get(key)
    return found and found.value


def rows(database: Database) -> dict[str, list[Any]]:
    with database.read() as session:
        return {table.name: sorted(map(repr, session.execute(select(table)))) for table in Base.metadata.sorted_tables}


def test_what_changes_money_counts_once_another_person_confirmed_it(database: Database, world, now) -> None:
    with database.write() as session:
        entered = propose(session, now)
        assert (entered.counts, value_of(session, world)) == (False, None)
        assert session.scalars(select(JOB.c.kind)).all() == []
        with pytest.raises(NotYours, match="另一位"):
            operations.confirm(session, owner(session, COUNTY, now.date(), "u1"), entered.id, now=now)
        with pytest.raises(NotYours):
            operations.confirm(session, SYSTEM, entered.id, now=now)
        operations.confirm(session, owner(session, COUNTY, now.date(), "u2"), entered.id, now=now)
        assert value_of(session, world) == 360
        (job,) = session.execute(select(JOB.c.kind, JOB.c.reference, JOB.c.due))
        assert (job.kind, job.reference, job.due.astimezone(now.tzinfo).date()) == ("figure.changed", entered.id, START)
        (row,) = queries.history(session, STANDARD, world.ids)
        assert (row.state, row.entered_by, row.decided_by, row.reason) == ("in_force", "u1", "u2", "县政府〔2020〕9号")


def test_what_changes_no_money_counts_at_once(database: Database, world, now: datetime) -> None:
    with database.write() as session:
        entered = propose(session, now, DAYS, 5)
        assert (entered.counts, value_of(session, world, DAYS)) == (True, 5)
        with pytest.raises(Gone):
            operations.confirm(session, owner(session, COUNTY, now.date(), "u2"), entered.id, now=now)


def test_a_rejected_figure_never_counts_and_its_place_is_free(database: Database, world, now: datetime) -> None:
    other = "u2"
    with database.write() as session:
        first = propose(session, now)
        with pytest.raises(Duplicate, match=first.id):
            propose(session, now, value=361)
        with pytest.raises(Invalid, match="理由"):
            operations.reject(session, owner(session, COUNTY, now.date(), other), first.id, " ", now=now)
        operations.reject(session, owner(session, COUNTY, now.date(), other), first.id, "文件尚未印发", now=now)
        with pytest.raises(Gone, match="退回"):
            operations.confirm(session, owner(session, COUNTY, now.date(), other), first.id, now=now)
        taken_back = propose(session, now, value=361)
        clerk = owner(session, COUNTY, now.date(), "u3", "county_clerk")
        with pytest.raises(NotYours):
            operations.reject(session, clerk, taken_back.id, "看错了", now=now)
        operations.reject(session, replace(clerk, user_id="u1"), taken_back.id, "看错了", now=now)
        states = [(row.value, row.state, row.decision) for row in queries.history(session, STANDARD, world.ids)]
        assert sorted(states) == [(360, "rejected", "文件尚未印发"), (361, "rejected", "看错了")]
        assert value_of(session, world) is None


def test_floors_are_held_again_when_it_is_confirmed(database: Database, world, now: datetime) -> None:
    floor = {"valid_from": START, "now": now}
    with database.write() as session:
        put_in_force(session, "poverty_line_year", "22", 4000, **floor)
        with pytest.raises(Invalid, match="扶贫标准") as refused:
            propose(session, now, value="333.33")
        assert (set(refused.value.fields), refused.value.clause) == ({"value"}, "D12")
        entered = propose(session, now, value="333.34")
        put_in_force(session, "poverty_line_year", "22", "4000.08", **floor)
    before = rows(database)
    with pytest.raises(Invalid, match="扶贫标准"), database.write() as session:
        operations.confirm(session, owner(session, COUNTY, now.date(), "u2"), entered.id, now=now)
    assert rows(database) == before
    with database.write() as session:
        put_in_force(session, "poverty_line_year", "22", 4000, **floor)
        operations.confirm(session, owner(session, COUNTY, now.date(), "u2"), entered.id, now=now)


def test_a_notice_is_shown_for_a_day_at_least(database: Database, world, now: datetime) -> None:
    with database.write() as session:
        with pytest.raises(Invalid, match="至少") as refused:
            propose(session, now, DAYS, 0)
        assert refused.value.clause == "D14"
        propose(session, now, DAYS, 1)


def test_only_who_may_there_enters_and_confirms(database: Database, world, now: datetime) -> None:
    with database.write() as session:
        given = {"valid_from": START, "reason": "文件", "now": now}
        mine = owner(session, COUNTY, now.date())
        operations.propose(session, mine, DAYS, VILLAGE, 5, **given)
        clerk = owner(session, COUNTY, now.date(), "u2", "county_clerk")
        for actor, code in ((clerk, COUNTY), (mine, "22"), (mine, "340722")):
            with pytest.raises(NotYours):
                operations.propose(session, actor, DAYS, code, 5, **given)
        entered = propose(session, now)
        for actor in (clerk, owner(session, "340722", now.date(), "u2")):
            with pytest.raises(NotYours):
                operations.confirm(session, actor, entered.id, now=now)
        everywhere = session.scalars(select(FIGURE.c.id).where(FIGURE.c.region_id.is_(None))).first()
        for unknown in ("nothing", everywhere):
            with pytest.raises(NotFound, match="标准记录"):
                operations.confirm(session, owner(session, "22", now.date(), "u2"), unknown, now=now)


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"key": "publicity_day"}, {"key"}),
        ({"value": "七"}, {"value"}),
        ({"value": "NaN"}, {"value"}),
        ({"value": True}, {"value"}),
        ({"value": 7.5}, {"value"}),
        ({"value": -1, "reason": ""}, {"value", "reason"}),
        ({"reason": "字" * 501}, {"reason"}),
        ({"valid_from": date(1900, 1, 1)}, {"from"}),
        ({"valid_until": date(2021, 1, 1), "clause": "Z1"}, {"until", "clause"}),
        ({"code": "229901"}, {"region"}),
    ],
)
def test_bad_entries_name_their_fields_and_change_nothing(database: Database, world, now, changed, fields) -> None:
    given = {"key": DAYS, "value": 7, "valid_from": START, "reason": "文件", "code": COUNTY, **changed}
    key, code, value = given.pop("key"), given.pop("code"), given.pop("value")
    before = rows(database)
    with pytest.raises(Invalid) as refused, database.write() as session:
        operations.propose(session, owner(session, "22", now.date()), key, code, value, now=now, **given)
    assert set(refused.value.fields) == fields
    assert rows(database) == before


def test_of_two_who_confirm_at_once_exactly_one_wins(database: Database, world, now: datetime) -> None:
    with database.write() as session:
        entered = propose(session, now)
    refused: list[Rejection] = []
    together = threading.Barrier(2)

    def confirm(who: str) -> None:
        together.wait()
        try:
            with database.write() as session:
                operations.confirm(session, owner(session, COUNTY, now.date(), who), entered.id, now=now)
        except Rejection as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=confirm, args=(who,)) for who in ("u2", "u3")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(refusal) for refusal in refused] == [Gone]
    with database.read() as session:
        (row,) = queries.history(session, STANDARD, world.ids)
        kinds = [event.kind for event in audit.events_of(session, operations.AUDIT_CHAIN)]
    assert (row.state, kinds) == ("in_force", ["figure_proposed", "figure_confirmed"])


def test_the_database_itself_wants_two_people_and_one_value(database: Database, world, now: datetime) -> None:
    with database.write() as session:
        entered = propose(session, now)
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(update(FIGURE).where(FIGURE.c.id == entered.id).values(state="in_force", decided_by="u1"))
    with database.read() as session:
        row = session.execute(select(FIGURE).where(FIGURE.c.id == entered.id)).mappings().one()
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(insert(FIGURE), [{**row, "id": "2" * 32}])


def test_the_audit_tells_each_act_and_the_account_of_the_machine(database: Database, world, now: datetime) -> None:
    with database.write() as session:
        entered = propose(session, now)
        confirmer = replace(owner(session, COUNTY, now.date(), "u2"), via="ops@office-pc")
        operations.confirm(session, confirmer, entered.id, now=now)
    with database.read() as session:
        told = [(each.kind, each.actor_id, each.action_id) for each in audit.events_of(session, operations.AUDIT_CHAIN)]
        assert told == [("figure_proposed", "u1", entered.id), ("figure_confirmed", "u2", entered.id)]
        assert audit.events_of(session, operations.AUDIT_CHAIN)[1].payload["machine_account"] == "ops@office-pc"
        assert audit.verify(session, operations.AUDIT_CHAIN) == []


def test_what_waits_is_listed_for_the_region_and_those_above(database: Database, world, now: datetime) -> None:
    with database.write() as session:
        entered = propose(session, now)
        chain = identity.chain_of_code(session, COUNTY, now.date())
        for ref in (chain.county, chain.province):
            assert [row.id for row in queries.pending(session, [ref])] == [entered.id]
        elsewhere = identity.chain_of_code(session, "340722", now.date())
        assert queries.pending(session, [elsewhere.county, world.township]) == []
        assert queries.pending(session, []) == []
