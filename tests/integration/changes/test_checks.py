"""Checks that begin by themselves after each save: in parts, what a change reaches first, and never of what is past."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.changes import checking, editing, opening, store
from app.core.actor import Actor
from app.core.paths import BUNDLES
from app.definitions.folder import read_folder
from app.gate import parts
from app.gate.isolated import Outcome
from app.gate.reaching import in_order
from app.identity import operations as staff
from app.identity import queries as identity
from app.jobs.operations import JOB, DueJob
from tests.support.jobs import claim
from tests.support.worlds import Office

KEY, COUNTY, PATH = "uninsured_unemployed_relief", "220122", "grant.dmn"
FILES = read_folder(BUNDLES / KEY)


def _owner(office: Office, session: Session) -> Actor:
    chain = identity.chain_by_code(session, COUNTY, office.now.date())
    there = identity.office_of(session, chain, "policy_owner")
    assert there is not None
    staff.ensure_holders(session, there, office.now, count=1)
    return office.holder(session, "policy_owner", 0, COUNTY)


def _save(office: Office, session: Session, ids: tuple[str, str], more: bytes) -> None:
    bundle = store.bundle_of(session, *ids)
    was = store.hashes_of(session, bundle)[PATH]
    editing.save(session, _owner(office, session), *ids, PATH, FILES[PATH] + more, was=was, now=office.now)


def _begun(office: Office, session: Session) -> tuple[str, str]:
    owner = _owner(office, session)
    change_id = opening.begin(session, owner, "提高标准", "县政府决定", "", now=office.now)
    return change_id, opening.take_in(session, owner, change_id, KEY, [COUNTY], now=office.now)


def _claimed(office: Office, session: Session) -> DueJob:
    job = claim(session, (checking.CHECK,), office.now + timedelta(minutes=1), "worker", 600.0)
    assert job is not None
    return job


def _play(_: Any, __: Any, stories: list[str]) -> Outcome:
    return Outcome([], [{"file": path, "title": path, "holds": True, "problems": []} for path in stories])


def test_a_newer_save_takes_the_place_of_the_check_that_is_being_done(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, seen = checking.handler(office.database), []
    monkeypatch.setattr(parts, "check_isolated", lambda *_, **__: Outcome([]))
    monkeypatch.setattr(parts, "play_isolated", _play)
    with office.database.write() as session:
        ids = _begun(office, session)
        for more in (b"\n", b"\n\n"):  # two saves wait as one check
            _save(office, session, ids, more)
        assert len(session.execute(select(JOB.c.id).where(JOB.c.kind == checking.CHECK)).all()) == 1
        job = _claimed(office, session)
        prepared = handler.prepare(session, job, office.now)

    def play_and_save(draft: Any, world: Any, stories: list[str]) -> Outcome:
        with office.database.write() as session:
            row = checking.progress_of(session, ids[1])
            assert row is not None
            seen.append((row.done, row.total, row.next))
            _save(office, session, ids, b"\n\n\n")
        return _play(draft, world, stories)

    monkeypatch.setattr(parts, "play_isolated", play_and_save)
    done = handler.do(job, prepared)
    total = sum(path.startswith("scenarios/") for path in FILES)
    assert (done, [each[:2] for each in seen]) == (None, [(0, total)])
    with office.database.write() as session:
        handler.finish(session, job, done, office.now)
        assert checking.progress_of(session, ids[1]) is None
        newer = _claimed(office, session)
        assert newer.id != job.id
        prepared = handler.prepare(session, newer, office.now)
    monkeypatch.setattr(parts, "play_isolated", _play)
    done = handler.do(newer, prepared)
    with office.database.write() as session:
        handler.finish(session, newer, done, office.now)
        bundle = store.bundle_of(session, *ids)
        check = checking.fitting(session, ids[1], checking.subject_of(session, bundle, office.now.date()))
        assert check is not None
        assert (check.passed, len(check.stories)) == (True, total)
        assert checking.request(session, _owner(office, session), ids[0], now=office.now) == 0


def test_the_stories_that_a_change_reaches_are_played_first() -> None:
    row = FILES[PATH].replace(b"&gt; figure.uninsured_relief_cap", b"&gt;= figure.uninsured_relief_cap")
    own = "scenarios/village-finds-it-untrue.yaml"
    story = next(path for path in sorted(FILES) if path.startswith("scenarios/"))
    ordered = in_order(FILES, {**FILES, PATH: row, own: FILES[story]})
    assert ordered[0] == own
    reached = [b"township_review" in FILES.get(path, b"") for path in ordered[1:]]
    assert reached == sorted(reached, reverse=True)
    assert {True, False} == set(reached)
    assert set(ordered) == {own, *(path for path in FILES if path.startswith("scenarios/"))}
