"""What is granted once (A6), played over two files that become one, with new keys in between, and apart again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from shutil import copy

import pytest
from sqlalchemy import select

from app.cases import people
from app.core.actor import SYSTEM
from app.core.clock import MovableClock
from app.core.errors import Duplicate
from app.db import Database, Vault, keys
from app.jobs import Worker
from app.keys import opening, operations, queries, resealing
from app.registry import lookups, merging, person_files
from tests.support.worlds import RELIEF, Office

KEPT, OTHER = "220122194802170021", "220122194802170048"
PROGRAMME = "uninsured_unemployed_relief"


@pytest.fixture
def office(office_url: str, session_key_file: Path, tmp_path: Path, clock: MovableClock) -> Iterator[Office]:
    """An office whose keys lie in a file of its own."""
    database = Database(office_url, Vault.load(Path(copy(session_key_file, tmp_path))))
    opening.admit(database, clock.now())
    yield Office(database, clock)
    database.dispose()


def at_review(office: Office, number: str) -> str:
    case_id = office.apply(PROGRAMME, RELIEF, id_number=number).case_id
    office.do(case_id, "village_investigation", "village_cadre", facts_true=True)
    return case_id


def confirm(office: Office, case_id: str) -> None:
    office.do(case_id, "township_review", "township_clerk", confirmed=True, amount=800)


def rotate(office: Office) -> None:
    """A new key for what is sealed, and one for the indexes, as `doudi keys rotate` and `rotate-index` do."""
    for purpose, act in ((keys.SEAL, operations.rotate), (keys.INDEX, operations.rotate_index)):
        with office.database.read() as session:
            known = {(each.purpose, each.name) for each in keys.known(session)}
        name = office.database.vault.file.prepare(known, purpose)
        with office.database.write() as session:
            act(session, SYSTEM, name, office.now)
    office.clock.move_to(office.now + timedelta(minutes=1))
    worker = Worker(office.database, office.clock, {resealing.RESEAL: resealing.reseal})
    while worker.run_once():
        pass


def test_a_grant_to_either_file_bars_both_also_under_new_keys(office: Office) -> None:
    confirm(office, at_review(office, OTHER))
    second = at_review(office, KEPT)
    with office.database.write() as session:
        clerk, other = office.holder(session, "county_clerk"), lookups.person_id(session, OTHER)
        people.merge(session, clerk, other or "", KEPT, "核对户口簿", office.now)
    with pytest.raises(Duplicate, match="享受过一次"):
        confirm(office, second)
    rotate(office)
    with pytest.raises(Duplicate, match="享受过一次"):
        confirm(office, second)
    with office.database.read() as session:
        standings, indexes = queries.check(session, whole=True)
        assert not [each for each in standings if each.broken or set(each.by_key) == {"1"}]
        assert not [each for each in indexes if each.wrong]
        kept, other = (lookups.person_id(session, number) for number in (KEPT, OTHER))
        assert kept == other
        assert [row.programme for row in person_files.person_file(session, kept or "")["awards"]] == [PROGRAMME]
        (change,) = session.scalars(select(merging.CHANGE.c.id))
    with office.database.write() as session:
        people.split(session, office.holder(session, "county_clerk"), change, "不是同一人", office.now)
    confirm(office, second)
    with pytest.raises(Duplicate, match="享受过一次"):
        confirm(office, at_review(office, OTHER))
