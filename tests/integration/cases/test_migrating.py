"""Running cases that move in the background: what is previewed happens, and who stops in between loses nothing."""

from __future__ import annotations

import pytest

from app.cases import migrating, queries
from app.core.errors import Gone, NotYours
from app.jobs import BULK
from app.jobs.runner import Worker
from tests.integration.cases.test_migrate import PROGRAMME, _published
from tests.support.worlds import RELIEF, Office, id_number

COUNTY, CHANGE = "220122", ("bundle.yaml", "title: ", "title: 新的")
FIELDS = ("moves", "stays", "elsewhere", "is_running")


def _begin(office: Office, release_id: str, *, preview: bool) -> str:
    with office.database.write() as session:
        owner = office.holder(session, "policy_owner", 0, COUNTY)
        return migrating.begin(session, owner, release_id, {}, preview=preview, now=office.now)


def _work(office: Office, limit: int = 200) -> None:
    """By the worker of the masses, for whom nothing else waits."""
    Worker(office.database, office.clock, migrating.HANDLERS, priorities=(BULK,)).run_once(limit)


def _told(office: Office, release_id: str) -> migrating.Told:
    with office.database.read() as session:
        found = migrating.newest(session, office.holder(session, "policy_owner", 0, COUNTY), release_id)
    assert found is not None
    return found


def test_a_preview_tells_and_leaves_and_the_move_does_what_it_told(office: Office) -> None:
    cases = [office.apply(PROGRAMME, RELIEF, id_number=id_number(n)).case_id for n in range(3)]
    newer = _published(office, PROGRAMME, CHANGE)
    preview = _begin(office, newer, preview=True)
    assert _told(office, newer).cases is None
    with pytest.raises(Gone):
        _begin(office, newer, preview=True)
    _work(office)
    told = _told(office, newer)
    assert [getattr(told, name) for name in FIELDS] == [3, 0, 0, False]
    with office.database.read() as session:
        previewed = [line.told for line in migrating.lines(session, preview, "moves", after=0, limit=10)]
        assert all(queries.head(session, case_id).release_id != newer for case_id in cases)
    moved = _begin(office, newer, preview=False)
    _work(office)
    with office.database.read() as session:
        assert [line.told for line in migrating.lines(session, moved, "moves", after=0, limit=10)] == previewed
        assert all(queries.head(session, case_id).release_id == newer for case_id in cases)


def test_it_can_be_stopped_in_between_and_asked_for_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrating, "AT_ONCE", 1)
    for n in range(3):
        office.apply(PROGRAMME, RELIEF, id_number=id_number(n))
    newer = _published(office, PROGRAMME, CHANGE)
    first = _begin(office, newer, preview=False)
    _work(office, 2)  # lists them and moves one
    with office.database.write() as session:
        migrating.stop(session, office.holder(session, "policy_owner", 0, COUNTY), first, office.now)
    _work(office)
    assert (_told(office, newer).moves, _told(office, newer).is_running) == (1, False)
    _begin(office, newer, preview=False)
    _work(office)
    assert (_told(office, newer).cases, _told(office, newer).moves) == (2, 2)


def test_only_who_approves_policy_may_ask(office: Office) -> None:
    newer = _published(office, PROGRAMME, CHANGE)
    with office.database.write() as session:
        clerk = office.holder(session, "township_clerk")
        with pytest.raises(NotYours):
            migrating.begin(session, clerk, newer, {}, preview=True, now=office.now)
