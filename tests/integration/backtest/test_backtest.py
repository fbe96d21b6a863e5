"""Closed cases through the draft of a change: what flips, by which row and clause, and what nobody can say."""

from __future__ import annotations

import json
import zlib
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app import seed
from app.backtest import names, queries
from app.backtest.drafts import Draft
from app.backtest.subjects import Figure
from app.backtest.totals import Totals
from app.cases.models import DecisionRecord
from app.changes import backtesting, checking, editing, figures, opening, store, submitting
from app.core.actor import Actor
from app.core.clock import MovableClock
from app.core.errors import Gone, Invalid
from app.core.ids import new_id
from app.db import Database, Vault
from app.figures import seeding
from app.identity import operations as staff
from app.identity import queries as identity
from app.jobs.runner import Worker
from tests.integration.backtest.conftest import (
    CAP,
    COUNTY,
    FOUR,
    KEY,
    MONTHS,
    NOT_ASKED,
    NOW,
    TABLE,
    THREE,
    TODAY,
    Drafting,
    fill,
    run,
)
from tests.support.filling import Filled
from tests.support.worlds import Office

PLACE = ("decision_record", "sealed")


def test_a_row_that_changes_flips_cases_and_says_which_row_and_clause(kept: Office, drafting: Drafting) -> None:
    totals, lines = run(kept, drafting((THREE, FOUR)))
    assert totals.counts == {names.REFUSED: 2, names.UNCHANGED: 2}
    line = lines[0]
    assert (line["table"], line["row"], line["clause"]) == ("申请条件（据申请书）", 3, "A1")
    assert (line["place"], line["was"], line["now"]) == ("本人提出申请", "无", "不符合（A1）")


def test_who_was_refused_at_the_door_would_be_admitted(kept: Office, drafting: Drafting) -> None:
    totals, (line,) = run(kept, drafting((THREE, b"&lt; 2</text>")))
    assert totals.counts == {names.ADMITTED: 1, names.UNCHANGED: 3}
    assert (line["number"], line["row"], line["note"]) == ("", 3, "当时成立的这一行，变更后不再成立")


def test_nothing_changed_reproduces_every_decision(kept: Office, drafting: Drafting) -> None:
    totals, lines = run(kept, drafting((THREE, THREE)))
    assert (totals.counts, lines) == ({names.UNCHANGED: 4}, [])
    assert totals.decisions > 20


def test_what_nobody_answered_is_undetermined_and_never_unchanged(kept: Office, drafting: Drafting) -> None:
    totals, lines = run(kept, drafting((MONTHS, NOT_ASKED)))
    assert totals.counts == {names.UNDETERMINED: 4}
    assert lines[0]["note"] == "变更后还要读取申请的“家庭经济状况”、申请里没有的“not_asked”，当时没有"


def test_a_figure_alone_flips_who_was_paid_more(kept: Office, drafting: Drafting) -> None:
    totals, (line,) = run(kept, drafting(figures=(Figure(CAP, COUNTY, Decimal(800), "救助金额上限"),)))
    assert totals.counts == {names.REFUSED: 1, names.UNCHANGED: 3}
    assert (line["clause"], line["note"]) == ("A7", "标准变了：救助金额上限")


def test_a_raise_says_what_it_costs_a_month_of_cases_made_by_the_number(
    filled: Filled, vault: Vault, tmp_path: Path
) -> None:
    """Cases of the demo are real: every decision comes out as recorded, and the raised standard reaches the sum."""
    clock = MovableClock(NOW + timedelta(days=400))
    with filled.open("sqlite", "backtest made", lambda it: _make(Office.open(it, clock)), tmp_path) as url:
        database = Database(url, vault, durable=False)
        raised = Figure("rural_dibao_standard_month", COUNTY, Decimal(500), "农村低保标准")
        totals, lines = run(Office(database, clock), Draft((), (raised,)))
        shorter, _ = run(
            Office(database, clock), Draft((), (Figure("publicity_days", COUNTY, Decimal(3), "公示天数"),))
        )
        database.dispose()
    more = [line for line in lines if line["kind"] == names.MORE]
    assert more
    assert not totals.counts[names.MISMATCH] + totals.counts[names.UNDETERMINED]
    assert totals.after - totals.before == sum(Decimal(line["after"]) - Decimal(line["before"]) for line in more) > 0
    assert set(totals.ways) <= {names.SAME_WAY, names.REROUTED}
    (stood,) = (each for (_, element), each in shorter.steps.items() if element == "publicity")
    assert max(stood.now) < max(stood.was)
    assert shorter.ways == {names.SAME_WAY: stood.was.total()}
    assert (more[0]["was"], more[0]["note"][:9]) == (f"每月 {Decimal(more[0]['before']):.2f} 元", "标准变了：农村低保")


def _make(office: Office) -> None:
    with office.database.write() as session:
        share = "extra_share_severely_disabled"
        seeding.establish(session, share, COUNTY, Decimal("0.3"), origin=seeding.STORY, now=office.now)
    assert list(seed.play_closed(office.database, 8, 4, office.now)) == [8]


def test_a_record_that_was_tampered_with_is_seen(office: Office) -> None:
    """Its own release does not give what it says; it counts as nothing else."""
    fill(office)
    with office.database.write() as session:
        table, vault = DecisionRecord.__table__, session.info["vault"]
        rows = session.execute(select(table)).all()
        opened = {row.id: zlib.decompress(vault.open(row.sealed, *PLACE, row.id)) for row in rows}
        row_id = next(each for each, content in opened.items() if b'"grant_limit"' in content)
        head, *lines = map(json.loads, opened[row_id].splitlines())
        at = [decision for _, decision in head["of"]].index("grant_limit")
        lines[at]["result"] = [{"all": {"code": "over", "message": "超过上限"}}]
        content = "\n".join(map(json.dumps, (head, *lines))).encode()
        sealed = vault.seal(zlib.compress(content), *PLACE, row_id)
        session.execute(update(table).where(table.c.id == row_id).values(sealed=sealed))
    draft = Draft((), (Figure(CAP, COUNTY, Decimal(5000), "救助金额上限"),))
    totals, (line,) = run(office, draft)
    assert totals.counts == {names.MISMATCH: 1, names.UNCHANGED: 3}
    assert "救助金额上限" in line["note"]
    assert run(office, draft, TODAY + timedelta(days=1)) == (Totals(), [])


def test_a_change_is_back_tested_and_the_result_is_kept_with_the_release(kept: Office) -> None:
    with kept.database.write() as session:
        owner = _owner(kept, session)
        ids = _begun(kept, session, owner)
        with pytest.raises(Invalid, match="还没有改动"):
            backtesting.ask(session, owner, ids[0], since=None, now=kept.now)
        _save(kept, session, owner, ids, THREE, FOUR)
        backtesting.ask(session, owner, ids[0], since=None, now=kept.now)
        with pytest.raises(Gone, match="正在回测"):
            backtesting.ask(session, owner, ids[0], since=None, now=kept.now)
    _work(kept)
    with kept.database.write() as session:
        found = backtesting.newest(session, ids[0])
        assert found is not None
        assert (found.state, found.flipped, found.met, found.is_outdated) == (names.DONE, 2, 4, False)
        lines, following = queries.lines(session, found.id, names.REFUSED, 0)
        assert [(each.table_row, each.clause) for each in lines] == [(3, "A1"), (3, "A1")]
        assert following is None
        _checked(kept, session, ids)
        submitting.submit(session, owner, ids[0], TODAY, now=kept.now)
        release_id = store.bundle_of(session, *ids).release_id
        attached = queries.of_release(session, release_id)
        assert attached is not None
        assert attached.id == found.id
        submitting.take_back(session, owner, ids[0], now=kept.now)


def test_a_save_makes_it_outdated_and_somebody_may_stop_it(kept: Office) -> None:
    with kept.database.write() as session:
        owner = _owner(kept, session)
        ids = _begun(kept, session, owner)
        figures.enter(session, owner, ids[0], [figures.Typed(CAP, COUNTY, "1200")], now=kept.now)
        backtesting.ask(session, owner, ids[0], since=None, now=kept.now)
        backtesting.stop(session, owner, ids[0])
    _work(kept)
    with kept.database.write() as session:
        _save(kept, session, owner, ids, THREE, FOUR)
    with kept.database.read() as session:
        stopped = backtesting.newest(session, ids[0])
        attached = queries.fitting(session, ids[0], backtesting.content_hash(session, ids[0]))
    assert stopped is not None
    assert (stopped.state, stopped.is_outdated, attached) == (names.STOPPED, True, None)


def test_a_draft_that_cannot_be_read_ends_with_a_word(kept: Office) -> None:
    with kept.database.write() as session:
        owner = _owner(kept, session)
        ids = _begun(kept, session, owner)
        _save(kept, session, owner, ids, b"</definitions>", b"")
        backtesting.ask(session, owner, ids[0], since=None, now=kept.now)
    _work(kept)
    with kept.database.read() as session:
        found = backtesting.newest(session, ids[0])
    assert found is not None
    assert found.state == names.FAILED
    assert "请先检查" in (found.fault or "")


def _owner(office: Office, session: Session) -> Actor:
    there = identity.office_of(session, identity.chain_by_code(session, COUNTY, TODAY), "policy_owner")
    assert there is not None
    staff.ensure_holders(session, there, office.now, count=1)
    return office.holder(session, "policy_owner", 0, COUNTY)


def _begun(office: Office, session: Session, owner: Actor) -> tuple[str, str]:
    """A change of its own with the relief in it."""
    change_id = opening.begin(session, owner, "提高门槛", "县政府常务会议决定", "", now=office.now)
    return change_id, opening.take_in(session, owner, change_id, KEY, [COUNTY], now=office.now)


def _save(office: Office, session: Session, owner: Actor, ids: tuple[str, str], old: bytes, new: bytes) -> None:
    bundle = store.bundle_of(session, *ids)
    was, content = store.hashes_of(session, bundle)[TABLE], store.files_of(session, bundle)[TABLE]
    assert old in content
    editing.save(session, owner, *ids, TABLE, content.replace(old, new), was=was, now=office.now)


def _checked(office: Office, session: Session, ids: tuple[str, str]) -> None:
    subject = checking.subject_of(session, store.bundle_of(session, *ids), TODAY)
    row = {"id": new_id(), "bundle_id": ids[1], "passed": True, "findings": [], "stories": []}
    session.execute(insert(checking.RESULT).values(**row, **subject._asdict(), checked_at=office.now))


def _work(office: Office) -> None:
    handlers = {backtesting.RUN: backtesting.handler(office.database)}
    assert Worker(office.database, office.clock, handlers).run_once() == 1
