"""Closed cases through the diagram of a draft: another way, steps that nobody answered, days, and what does not fit."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app import calendar
from app.backtest import child, names, running
from app.backtest.drafts import Draft
from app.backtest.subjects import Figure
from app.core import forking
from app.core.clock import MovableClock, local_date
from app.db import Database, Vault
from app.identity import queries as identity
from tests.integration.backtest.conftest import COUNTY, DIAGRAM, KEY, NOW, THREE, Drafting, run
from tests.support.filling import Filled
from tests.support.worlds import RELIEF, Office, id_number

TO_REVIEW = b'sourceRef="facts_checked" targetRef="township_review"'
PAST_REVIEW = b'sourceRef="facts_checked" targetRef="payment"'
REVIEW, REVIEW_TITLE = "township_review", "乡镇（街道）复核确认"


def _lines(office: Office, draft: Draft) -> tuple[Any, list[dict[str, Any]]]:
    pages = list(running.run(office.database, draft, None, local_date(office.now), children=1))
    return pages[-1].totals, [line for page in pages for line in page.lines if line["kind"] in names.WAYS]


def test_its_own_release_goes_the_way_that_was_recorded(kept: Office, drafting: Drafting) -> None:
    totals, lines = _lines(kept, drafting((THREE, THREE)))
    assert (totals.ways, totals.human_steps, lines) == ({names.SAME_WAY: 3}, 6, [])
    assert not any(each.is_another for each in totals.steps.values())


def test_a_step_that_is_left_out_is_told_with_what_is_no_longer_passed(kept: Office, drafting: Drafting) -> None:
    totals, lines = _lines(kept, drafting((TO_REVIEW, PAST_REVIEW)))
    assert totals.ways == {names.REROUTED: 3}
    assert lines[0]["was"] == f"不再经过：{REVIEW_TITLE}"
    (review,) = (each for (_, element), each in totals.steps.items() if element == REVIEW)
    assert (review.was.total(), review.now.total()) == (3, 0)
    assert totals.counts[names.UNDETERMINED] == 0


def test_a_step_that_nobody_answered_stops_the_case_there(kept: Office, drafting: Drafting) -> None:
    totals, lines = _lines(kept, drafting((REVIEW.encode(), b"county_review")))
    assert totals.ways == {names.UNANSWERED: 3}
    assert (lines[0]["place"], lines[0]["note"]) == (REVIEW_TITLE, "没有人办过这一步")
    assert totals.counts[names.UNCHANGED] == 1  # who never got past the door


def test_another_letter_is_told_by_its_title(kept: Office, drafting: Drafting) -> None:
    totals, lines = _lines(kept, drafting((b'>"approval_notice"<', b'>"refusal_notice"<')))
    assert totals.ways == {names.LETTERS: 3}
    assert "不再发《" in lines[0]["note"]


def test_a_shorter_limit_says_what_becomes_overdue(filled: Filled, vault: Vault, tmp_path: Path) -> None:
    """The investigation was done on its third working day, within the limit then."""

    def play(office: Office) -> None:
        case_id = office.apply(KEY, RELIEF, id_number=id_number(0)).case_id
        office.clock.move_to(NOW + timedelta(days=3))
        office.do(case_id, "village_investigation", "village_cadre", facts_true=True, opinion="属实")
        office.do(case_id, REVIEW, "township_clerk", confirmed=True, amount=500)

    clock = MovableClock(NOW)
    with filled.open("sqlite", "backtest days", lambda it: play(Office.open(it, clock)), tmp_path) as url:
        database = Database(url, vault, durable=False)
        limit = Figure("village_investigation_working_days", COUNTY, Decimal(1), "调查时限")
        office, draft = Office(database, MovableClock(NOW + timedelta(days=9))), Draft((), (limit,))
        totals, _ = _lines(office, draft)
        with database.write() as session:
            county = identity.region_by_code(session, COUNTY, local_date(NOW)).id
            calendar.import_notice(session, "2020-10-13,放假,县庆", "县政府", "管理员", office.now, region_id=county)
        with_day_off, _ = _lines(office, draft)
        database.dispose()
    (step,) = (each for (_, element), each in totals.steps.items() if element == "village_investigation")
    assert (step.late, step.later, step.was, step.now) == (0, 1, {3: 1}, {3: 1})
    assert totals.ways == {names.SAME_WAY: 1}
    assert next(each.was for each in with_day_off.steps.values() if each.title == step.title) == {2: 1}


def test_what_does_not_fit_its_own_diagram_is_no_change(
    kept: Office, drafting: Drafting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event is missing: the review was done and was never open; another diagram as its own: no state of it."""
    asked: list[bytes] = []

    class Here:
        def __init__(self, work: str, limits: forking.Limits) -> None:
            self._replay, self.close = child.talk(), list

        def ask(self, request: bytes) -> bytes:
            asked.append(request)
            return self._replay(request)

    monkeypatch.setattr(forking, "Talk", Here)
    run(kept, drafting((THREE, THREE)))
    request = json.loads(asked[0])
    case = next(each for each in request["cases"] if each["number"])
    request["cases"] = [{**case, "events": [each for each in case["events"] if each[2] != "village_investigation"]}]
    answer = json.loads(child.replay(json.dumps(request).encode()))
    assert answer["ways"] == {names.UNFAITHFUL: 1}
    assert REVIEW_TITLE in answer["lines"][-1]["note"]
    own = request["bundles"][case["release_id"]]
    request["cases"] = [case]
    another = b64encode(b64decode(own[DIAGRAM]) + b"<!-- another -->").decode()
    request["bundles"][case["release_id"]] = {**own, DIAGRAM: another}
    assert json.loads(child.replay(json.dumps(request).encode()))["ways"] == {names.UNFAITHFUL: 1}


def test_what_was_interrupted_goes_on_where_it_was(
    kept: Office, drafting: Drafting, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, on = drafting((TO_REVIEW, PAST_REVIEW)), local_date(kept.now)
    whole, _ = _lines(kept, draft)
    monkeypatch.setattr(running, "PAGE", 2)
    with closing(running.run(kept.database, draft, None, on, children=1)) as pages:
        first = next(pages)
    *_, last = running.run(kept.database, draft, None, on, children=1, after=first.reached, totals=first.totals)
    assert (last.totals, first.totals.looked_at) == (whole, 4)
