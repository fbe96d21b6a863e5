"""Goods in kind on both databases: nothing is handed out that is not there, and the journal adds up."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.auditing import rows
from app.core.actor import SYSTEM
from app.core.errors import Gone, Invalid, OverLimit
from app.core.ids import new_id
from app.core.paths import BUNDLES
from app.documents.queries import documents_of
from app.goods import operations, queries
from app.goods.models import GoodsEntry, GoodsStock
from app.goods.operations import Issue
from app.identity import queries as identity
from app.scenarios.play import play
from app.scenarios.story import parse_story
from app.scenarios.world import World, WorldTemplate
from tests.support.worlds import VILLAGE, Office

DAY = date(2020, 10, 20)


def _store(office: Office) -> identity.RegionRef:
    with office.database.read() as session:
        village = identity.region_by_code(session, VILLAGE, office.now.date())
        township = identity.chain(session, village.id).township
    assert township is not None
    return township


def _issue(quantity: int) -> Issue:
    return Issue({"棉被": quantity}, "王建国", DAY, new_id(), 3, "220122-2020-000001", "disaster_relief", "单1号", 4)


def _back(session: Session, store: identity.RegionRef) -> Any:
    return next(row for row in queries.journal(session, store.id) if row.kind == "returned")


def test_the_last_quilt_is_handed_out_once(office: Office) -> None:
    store, start, outcome = _store(office), threading.Barrier(2), []
    with office.database.write() as session:
        clerk = office.holder(session, "township_clerk")
        operations.receive(session, clerk, store.id, "棉被", "床", 1, "县级调拨", office.now)

    def hand_out() -> None:
        start.wait()
        try:
            with office.database.write() as session:
                operations.issue(session, SYSTEM, store, _issue(1), office.now)
            outcome.append("given")
        except OverLimit:
            outcome.append("short")

    threads = [threading.Thread(target=hand_out) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["given", "short"]
    with office.database.read() as session:
        (row,) = queries.stocks(session, clerk)
        assert (row.received, row.issued, row.returned, row.on_hand) == (1, 1, 0, 0)


def test_of_a_decision_that_fell_the_slip_falls_with_the_new_one(sqlite_worlds: WorldTemplate) -> None:
    valid: list[int] = []

    def look(world: World) -> None:
        with world.database.read() as session:
            case_id = session.scalar(select(GoodsEntry.case_id).where(GoodsEntry.case_id.is_not(None)))
            slips = [each for each in documents_of(session, str(case_id)) if each.template == "relief_slip"]
            valid.extend(at for at, each in enumerate(slips) if each.voided_at is None)

    story = BUNDLES / "disaster_relief" / "scenarios" / "goods-come-back.yaml"
    assert play(sqlite_worlds, parse_story(story.read_bytes()), look).holds
    assert valid == [1]


def test_a_wrong_entry_is_countered_once_and_stays_in_the_journal(office: Office) -> None:
    store = _store(office)
    with office.database.write() as session:
        clerk = office.holder(session, "township_clerk")
        operations.receive(session, clerk, store.id, "棉被", "床", 5, "县级调拨", office.now)
        operations.issue(session, clerk, store, _issue(4), office.now)
        entries = {row.kind: row for row in queries.journal(session, store.id)}
        given, came = entries["issued"], entries["received"]
        with pytest.raises(OverLimit, match="结存只有 1床"):
            operations.counter(session, clerk, came.id, 5, "多登了", office.now)
        operations.counter(session, clerk, given.id, 3, "多领了", office.now)
        with pytest.raises(Invalid, match="1 到 1"):
            operations.counter(session, clerk, given.id, 2, "多领了", office.now)
        with pytest.raises(Gone):
            operations.counter(session, clerk, _back(session, store).id, 1, "再冲", office.now)
        told = {(row.kind, row.quantity, row.slip) for row in queries.journal(session, store.id)}
        assert told == {("returned", 3, "单1号"), ("issued", -4, "单1号"), ("received", 5, None)}
        assert [(row.issued, row.returned, row.on_hand) for row in queries.stocks(session, clerk)] == [(4, 3, 4)]
        assert not list(rows.goods(session))
        session.execute(update(GoodsStock).values(on_hand=9))
        assert [fault.what for fault in rows.goods(session)] == ["结存 9，流水合计 4"]
        with pytest.raises(IntegrityError):
            session.execute(update(GoodsStock).values(on_hand=-1))
        session.rollback()
