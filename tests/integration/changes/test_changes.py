"""A change of policy from its first word to the day it holds, and what stands in the way of a careless one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.changes import (
    catching_up,
    checking,
    editing,
    figures,
    handing_over,
    opening,
    queries,
    store,
    submitting,
    summing_up,
    turns,
)
from app.changes.figures import Typed
from app.core.actor import Actor
from app.core.errors import Duplicate, Gone, Invalid, NotYours, Rejection, Taken
from app.core.ids import digest
from app.definitions import publishing
from app.definitions.queries import resolve_open
from app.definitions.store import files_of
from app.figures.reader import FigureReader
from app.gate.isolated import check_isolated
from app.identity import queries as identity
from app.jobs.operations import complete
from tests.support.changes import COUNTY
from tests.support.changes import checked as _checked
from tests.support.changes import owner as _owner
from tests.support.jobs import claim
from tests.support.worlds import VILLAGE, Office

KEY, MANIFEST = "uninsured_unemployed_relief", "bundle.yaml"
TODAY = date(2020, 10, 12)
MONDAY = TODAY + timedelta(days=7)
CAP = "uninsured_relief_cap"


def _begun(office: Office, session: Session, title: str = "提高临时救助标准", number: int = 0) -> tuple[str, str]:
    """A change with the relief in it: their ids."""
    owner = _owner(office, session, number)
    change_id = opening.begin(session, owner, title, "县政府常务会议决定", "农政发〔2020〕12号", now=office.now)
    return change_id, opening.take_in(session, owner, change_id, KEY, [COUNTY], now=office.now)


def _hash(session: Session, change_id: str, bundle_id: str, path: str = MANIFEST) -> str | None:
    return store.hashes_of(session, store.bundle_of(session, change_id, bundle_id)).get(path)


def _save(
    office: Office, session: Session, ids: tuple[str, str], more: str = "# 改一处\n", *, number: int = 0,
    path: str = MANIFEST,
) -> str | None:  # fmt: skip
    bundle = store.bundle_of(session, *ids)
    was = _hash(session, *ids, path)
    content = store.files_of(session, bundle).get(path, b"") + more.encode()
    return editing.save(session, _owner(office, session, number), *ids, path, content, was=was, now=office.now)


def _in_force(session: Session, on: date) -> bytes:
    chain = identity.chain_of_code(session, VILLAGE, on).ids
    return files_of(session, resolve_open(session, KEY, chain, on).release_id or "")[MANIFEST]


def _cap(session: Session, on: date) -> Any:
    chain = identity.chain_of_code(session, VILLAGE, on)
    return FigureReader(session, chain.ids, on, chain.full_name)[CAP]


def test_files_and_figures_of_a_change_hold_together_from_one_day(office: Office) -> None:
    with office.database.write() as session:
        owner, second = _owner(office, session), _owner(office, session, 1)
        ids = _begun(office, session)
        _save(office, session, ids)
        twice = [Typed(CAP, COUNTY, "1500"), Typed(CAP, COUNTY, "1600", place=2)]
        with pytest.raises(Invalid, match="施行之日填了两个数值") as refused:
            figures.enter(session, owner, ids[0], twice, now=office.now)
        assert list(refused.value.fields) == [f"{CAP}@{COUNTY}#2"]
        steps = [twice[0], Typed(CAP, COUNTY, "1800", MONDAY + timedelta(weeks=52), 2)]
        assert figures.enter(session, owner, ids[0], steps, now=office.now) == 2
        _checked(office, session, ids)
        with pytest.raises(Invalid, match="有两个数值"):
            submitting.submit(session, owner, ids[0], MONDAY + timedelta(weeks=52), now=office.now)
        summary = summing_up.of_change(session, store.found(session, ids[0]), office.now)
        told_steps = [each.partition("）")[2].partition("，")[0] for each in summary.figures]
        assert told_steps == ["由1000 元改为1500 元", "由1500 元改为1800 元"]
        submitting.submit(session, owner, ids[0], MONDAY, now=office.now)
        submitted = (_cap(session, MONDAY), _in_force(session, MONDAY))
        with pytest.raises(NotYours, match="另一位政策管理员"):
            submitting.approve(session, owner, ids[0], now=office.now)
        submitting.approve(session, second, ids[0], now=office.now)
        (line,) = queries.listed(session, owner, ["approved"])
        told = (_cap(session, TODAY), _cap(session, MONDAY), _cap(session, MONDAY + timedelta(weeks=52)))
        assert b"# \xe6\x94\xb9" not in submitted[1]
        assert "# 改一处".encode() in _in_force(session, MONDAY)
        assert "# 改一处".encode() not in _in_force(session, TODAY)
    assert submitted[0] == told[0] == 1000
    assert told[1:] == (1500, 1800)
    assert (line.title, line.what, line.in_force_from) == ("提高临时救助标准", "未参保失业人员临时救助", MONDAY)


def test_of_two_who_approve_at_once_one_does(office: Office) -> None:
    with office.database.write() as session:
        owner, *seconds = (_owner(office, session, number) for number in range(3))
        change_id, _ = _begun(office, session)
        figures.enter(session, owner, change_id, [Typed(CAP, COUNTY, "1500")], now=office.now)
        submitting.submit(session, owner, change_id, MONDAY, now=office.now)
    barrier, refused = threading.Barrier(2), []

    def approve(second: Actor) -> None:
        barrier.wait()
        try:
            with office.database.write() as session:
                submitting.approve(session, second, change_id, now=office.now)
        except Gone as refusal:
            refused.append(refusal.message)

    threads = [threading.Thread(target=approve, args=(each,)) for each in seconds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with office.database.read() as session:
        assert (store.found(session, change_id).state, _cap(session, MONDAY)) == ("approved", 1500)
    assert refused == ["这项政策变更现在是“已批准”，不能这样处理，请刷新页面"]


def test_nobody_overwrites_what_they_have_not_seen(office: Office) -> None:
    with office.database.write() as session:
        ids = _begun(office, session)
        before = _hash(session, *ids)
        after = _save(office, session, ids)
        with pytest.raises(Gone, match="又被改过"):
            editing.save(session, _owner(office, session), *ids, MANIFEST, b"x", was=before, now=office.now)
        assert _hash(session, *ids) == after
        with pytest.raises(Gone):
            editing.save(session, _owner(office, session), *ids, "grant.dmn", b"x", was=None, now=office.now)


def test_one_edits_at_a_time_and_hands_over_politely(office: Office) -> None:
    with office.database.write() as session:
        one, other, third = (_owner(office, session, number) for number in (0, 1, 2))
        ids = _begun(office, session)
        change_id = ids[0]
        now = office.now

        def turn(who: Actor, at: Any = now) -> turns.Turn:
            return turns.turn_of(session, store.found(session, change_id), who, at)

        with pytest.raises(Taken, match="正在编辑"):
            _save(office, session, ids, number=1)
        assert _hash(session, *ids) == store.base_hashes(session, store.bundle_of(session, *ids))[MANIFEST]
        handing_over.ask(session, other, change_id, now)
        with pytest.raises(Gone, match="已经请求交接"):
            handing_over.ask(session, third, change_id, now)
        assert handing_over.seen(session, one, change_id, now).asker == other.name
        handing_over.hand_over(session, one, change_id, now)
        assert (turn(other).is_mine, turn(one).is_mine) == (True, False)
        assert _save(office, session, ids, number=1)
        # Who asked and waited long enough goes on, even while the other one's page is open.
        handing_over.ask(session, third, change_id, now)
        later = now + turns.PATIENCE
        handing_over.seen(session, other, change_id, later)
        assert (turn(third, later).is_free, turn(one, later).is_free) == (True, False)
        # Of whom nothing was heard for a while, anybody takes the turn.
        assert turn(one, later + turns.AWAY).is_free


def test_the_history_puts_back_what_one_go_did(office: Office) -> None:
    with office.database.write() as session:
        owner = _owner(office, session)
        ids = _begun(office, session)
        before = _hash(session, *ids)
        _save(office, session, ids, "# 一\n")
        _save(office, session, ids, "# 二\n")
        story = "scenarios/new.yaml"
        editing.save(session, owner, *ids, story, b"title: x\n", was=None, now=office.now)
        entries = queries.history(session, ids[0])
        assert sorted((each.path, each.what) for each in entries) == [(MANIFEST, "修改"), (story, "新增")]
        mine = next(each for each in entries if each.path == MANIFEST)
        assert editing.put_back(session, owner, ids[0], mine.id, now=office.now) == MANIFEST
        assert _hash(session, *ids) == before
        states = {each.path: each.state for each in queries.bundles(session, ids[0], office.now)[0].files}
        assert (states[MANIFEST], states[story]) == ("same", "added")


def test_a_change_catches_up_with_what_moved_below_it(office: Office) -> None:
    with office.database.write() as session:
        owner = _owner(office, session)
        ids = _begun(office, session)
        _save(office, session, ids, "# 我的\n")
        bundle = store.bundle_of(session, *ids)
        base = queries.base_files(session, bundle)
        newer = {**base, MANIFEST: base[MANIFEST] + "# 别人的\n".encode(), "grant.dmn": base["grant.dmn"] + b"\n"}
        scope = identity.region_by_code(session, COUNTY, TODAY).id
        moved = publishing.put_in_force(session, owner, newer, office.now, scopes=[scope])
        _checked(office, session, ids)
        with pytest.raises(Gone, match="并入"):
            submitting.submit(session, owner, ids[0], MONDAY, now=office.now)
        assert catching_up.conflicts(session, bundle) == [MANIFEST]
        with pytest.raises(Invalid) as refused:
            catching_up.catch_up(session, owner, *ids, now=office.now)
        assert list(refused.value.fields) == [MANIFEST]
        catching_up.catch_up(session, owner, *ids, kept=[MANIFEST], now=office.now)
        after = store.bundle_of(session, *ids)
        files = store.files_of(session, after)
        assert after.based_on == moved
        assert files["grant.dmn"] == newer["grant.dmn"]
        assert "# 我的".encode() in files[MANIFEST]
        assert not catching_up.is_behind(session, after)


REFUSALS: list[tuple[str, Callable[[Office, Session, tuple[str, str]], object], type[Rejection], str]] = [
    ("nothing was changed", lambda office, session, ids: None, Invalid, "还没有改动"),
    ("not checked", lambda office, session, ids: _save(office, session, ids), Gone, "还没有按现在的内容检查过"),
    (
        "the check failed",
        lambda office, session, ids: (_save(office, session, ids), _checked(office, session, ids, passed=False)),
        Gone, "检查没有通过",
    ),
    (
        "changed after the check",
        lambda office, session, ids: (
            _save(office, session, ids), _checked(office, session, ids), _save(office, session, ids, "# 再改\n"),
        ),
        Gone, "还没有按现在的内容检查过",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("case", "make", "kind", "told"), REFUSALS, ids=[each[0] for each in REFUSALS])
def test_what_is_not_fit_is_not_submitted(
    office: Office, case: str, make: Callable[..., object], kind: type[Rejection], told: str
) -> None:
    with office.database.write() as session:
        ids = _begun(office, session)
        make(office, session, ids)
        with pytest.raises(kind, match=told):
            submitting.submit(session, _owner(office, session), ids[0], MONDAY, now=office.now)
        assert store.found(session, ids[0]).state == "open"
        assert store.bundle_of(session, *ids).release_id is None


def test_what_was_sent_back_is_mended_and_submitted_again(office: Office) -> None:
    with office.database.write() as session:
        owner, second = _owner(office, session), _owner(office, session, 1)
        ids = _begun(office, session)
        _save(office, session, ids)
        figures.enter(session, owner, ids[0], [Typed(CAP, COUNTY, "1500")], now=office.now)
        _checked(office, session, ids)
        for remark in ("依据写错了", None):
            submitting.submit(session, owner, ids[0], MONDAY, now=office.now)
            with pytest.raises(Gone, match="等待批准"):
                _save(office, session, ids)
            if remark:
                submitting.send_back(session, second, ids[0], remark, now=office.now)
            else:
                submitting.take_back(session, owner, ids[0], now=office.now)
            assert (store.found(session, ids[0]).state, store.found(session, ids[0]).remark) == ("open", remark)
        submitting.submit(session, owner, ids[0], MONDAY, now=office.now)
        submitting.approve(session, second, ids[0], now=office.now)
        assert _cap(session, MONDAY) == 1500


def test_who_wrote_a_part_does_not_approve_the_whole(office: Office) -> None:
    with office.database.write() as session:
        owner, other, third = (_owner(office, session, number) for number in (0, 1, 2))
        ids = _begun(office, session)
        handing_over.hand_over(session, owner, ids[0], office.now)
        _save(office, session, ids, number=1)
        handing_over.hand_over(session, other, ids[0], office.now)
        _checked(office, session, ids)
        submitting.submit(session, owner, ids[0], MONDAY, now=office.now)
        with pytest.raises(NotYours):
            submitting.approve(session, other, ids[0], now=office.now)
        submitting.approve(session, third, ids[0], now=office.now)


def test_changes_side_by_side_are_warned_of_each_other(office: Office) -> None:
    with office.database.write() as session:
        first = _begun(office, session)
        second = _begun(office, session, "调整清单", 1)
        _save(office, session, first)
        _save(office, session, second, number=1)
        (told,) = queries.overlaps(session, first[0])
        assert (told.change_id, told.title, told.paths) == (second[0], "调整清单", (MANIFEST,))
        with pytest.raises(Duplicate):
            opening.take_in(session, _owner(office, session), first[0], KEY, [COUNTY], now=office.now)


def test_a_figure_below_its_floor_and_a_foreign_region_are_refused_while_drafting(office: Office) -> None:
    with office.database.write() as session:
        owner = _owner(office, session)
        ids = _begun(office, session)
        with pytest.raises(Invalid) as refused:
            figures.enter(session, owner, ids[0], [Typed("publicity_days", COUNTY, "0")], now=office.now)
        assert list(refused.value.fields) == [f"publicity_days@{COUNTY}"]
        assert "农安县的公示天数" in refused.value.message
        with pytest.raises(NotYours):
            opening.take_in(session, owner, ids[0], "emergency_relief", ["22"], now=office.now)
        assert store.figures_of(session, ids[0]) == []


@pytest.mark.parametrize("path", ["../bundle.yaml", "a/b.bpmn", "run.py", "scenarios/../../x.yaml", "letters/x.docx"])
def test_a_bundle_takes_no_file_that_does_not_belong_to_it(office: Office, path: str) -> None:
    with office.database.write() as session:
        ids = _begun(office, session)
        with pytest.raises(Invalid) as refused:
            editing.take_files(session, _owner(office, session), *ids, {MANIFEST: b"x", path: b"x"}, now=office.now)
        assert path in refused.value.fields
        assert store.changed_hashes(session, ids[1]) == {}


def test_the_gate_checks_a_change_as_it_stands_and_the_check_becomes_the_receipt(office: Office) -> None:
    with office.database.write() as session:
        owner = _owner(office, session)
        ids = _begun(office, session)
        files = store.files_of(session, store.bundle_of(session, *ids))
        for path in files:  # one story is enough to see that stories are played
            if path.startswith("scenarios/") and path != "scenarios/amount-exactly-the-cap.yaml":
                editing.save(session, owner, *ids, path, None, was=digest(files[path]), now=office.now)
        assert checking.request(session, owner, ids[0], now=office.now) == 1  # what waits after a save begins at once
        assert checking.request(session, owner, ids[0], now=office.now) == 0  # it is under way
        assert queries.bundles(session, ids[0], office.now)[0].is_running
    handler = checking.handler(office.database)
    with office.database.write() as session:
        job = claim(session, {checking.CHECK}, office.now, "here", 60)
        assert job is not None
        prepared = handler.prepare(session, job, office.now)
    done = handler.do(job, prepared)
    with office.database.write() as session:
        handler.finish(session, job, done, office.now)
        complete(session, job, office.now)
    with office.database.write() as session:
        (view,) = queries.bundles(session, ids[0], office.now)
        assert view.check is not None
        assert (view.check.passed, view.is_running) == (True, False)
        assert [each["holds"] for each in view.check.stories] == [True]
        submitting.submit(session, _owner(office, session), ids[0], MONDAY, now=office.now)
        submitting.approve(session, _owner(office, session, 1), ids[0], now=office.now)


def test_a_new_programme_begins_with_files_that_the_gate_accepts(office: Office) -> None:
    with office.database.write() as session:
        owner = _owner(office, session)
        title = '丧葬"补助<一>'
        change_id = opening.begin(session, owner, "开办丧葬补助", "县政府文件", "农政发〔2020〕13号", now=office.now)
        for key, name in (("Burial", title), ("letters", title), ("burial_help", "")):
            with pytest.raises(Invalid):
                opening.take_in_new(session, owner, change_id, key, name, [COUNTY], now=office.now)
        with pytest.raises(Duplicate):
            opening.take_in_new(session, owner, change_id, KEY, "临时救助", [COUNTY], now=office.now)
        bundle_id = opening.take_in_new(session, owner, change_id, "burial_help", title, [COUNTY], now=office.now)
        files = store.files_of(session, store.bundle_of(session, change_id, bundle_id))
    outcome = check_isolated((COUNTY, files))
    assert outcome.passed, outcome
    assert [each["holds"] for each in outcome.stories] == [True]
