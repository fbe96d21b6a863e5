"""A filled installation of every earlier version comes up to the newest one and loses nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app import audit, installation
from app.config import Config
from app.core.clock import MovableClock
from app.core.ids import digest
from app.core.paths import MIGRATIONS
from app.db import Database
from app.documents import operations as documents
from app.identity import appointed
from app.identity.models import Region
from app.inbox.queries import ITEM
from scripts import freeze
from tests.support import golden
from tests.support.worlds import Office

STEP, POSITION = "village_investigation", "village_cadre"
# What a revision changes on purpose: who keeps rights, that nobody confirms without a delegation, and that an ended
# division names the one that goes on; stars are ratings with a day; what was typed into a task is a draft of its own.
CHANGED = (
    "keep_rights", "township_emergency_authorised", "township_spending_authorised", "succeeds_id",
    "institution has no column stars", "work_item has no column draft",
)  # fmt: skip


@pytest.mark.parametrize("version", golden.known())
def test_an_upgrade_loses_nothing_and_a_case_goes_on(blank_database_url: str, version: str, tmp_path: Path) -> None:
    header, before = golden.load(version)
    if header.revision not in freeze.listed(MIGRATIONS):
        pytest.skip("the schema of this version is still being built: its rows fit the day on which they were kept")
    config = replace(Config(), database_url=blank_database_url)
    installation.upgrade(config, header.revision)
    golden.fill(blank_database_url, before)
    installation.upgrade(config)
    after = golden.read(blank_database_url)
    lost = golden.lost(before, after)
    assert {next((word for word in CHANGED if word in line), line) for line in lost} == set(CHANGED)

    stars = {row[0]: row[1] for row in _columns(before["institution"], "id", "stars") if row[1]}
    assert stars == {row[0]: row[1] for row in _columns(after["institution_rating"], "institution_id", "stars")} != {}

    typed = {
        row[0]: row[1] for row in _columns(before["work_item"], "id", "draft", "status") if row[1] and row[2] == "open"
    }
    assert typed == {row[0]: row[1] for row in _columns(after["draft"], "id", "content")} != {}

    database = Database(blank_database_url, header.vault(tmp_path))
    with database.read() as session:
        assert appointed.positions_with(session, "keep_rights") == ["security_officer"]
        turned = [(row.code, row.successor_id) for row in session.scalars(select(Region)) if row.successor_id]
        assert [(code, session.get_one(Region, id).code) for code, id in turned] == [("340823", "340722")]
    office = Office(database, MovableClock(header.now))
    with database.write() as session:
        waiting = select(ITEM.c.case_id).where(ITEM.c.element_id == STEP, ITEM.c.status == "open")
        holder = office.holder(session, POSITION)
        case_id = session.execute(waiting.where(ITEM.c.candidate.in_(holder.candidates))).scalars().first()
        issued = session.scalars(select(documents.DOCUMENT.c.id).where(documents.DOCUMENT.c.content.is_not(None)))
        assert [bool(documents.issue(session, each)) for each in issued]
    office.do(case_id, STEP, POSITION, facts_true=True, opinion="情况属实")
    with database.read() as session:
        assert audit.verify(session) == []
    database.dispose()


@pytest.mark.parametrize("version", golden.known())
def test_a_filled_installation_has_rows_in_every_table(version: str) -> None:
    assert [name for name, rows in golden.load(version)[1].items() if not rows.values] == []


def test_what_is_lost_is_found() -> None:
    before = {
        "person": golden.Rows(["id", "name"], [["1", "王建国"], ["2", "孙丽"]]),
        "fund": golden.Rows(["id"], [["1"]]),
    }
    after = {"person": golden.Rows(["name", "id", "sex"], [["王建国", "1", None], ["孙莉", "2", None]])}
    assert golden.lost(before, after) == ["person: ('2', '孙丽')", "fund has no column id"]


def test_frozen_revisions_are_what_they_were() -> None:
    assert freeze.faults(MIGRATIONS) == []
    frozen = freeze.listed(MIGRATIONS)
    assert not frozen or {golden.load(version)[0].revision for version in golden.known()} <= frozen.keys()


def test_a_revision_that_changed_after_it_was_frozen_is_told(tmp_path: Path) -> None:
    versions = tmp_path / "versions"
    versions.mkdir()
    for name, code in (("0001_a", "pass"), ("0002_b", "from app.db import Base"), ("0004_d", "pass")):
        (versions / f"{name}.py").write_text(code)
    (tmp_path / "FROZEN").write_text(f"0001 {digest(b'pass')}\n0004 {digest(b'pass')}\n")
    assert freeze.faults(tmp_path) == ["0002 is older than 0004 and not frozen", "0002 imports the product"]
    (tmp_path / "FROZEN").write_text(f"0001 {digest(b'pass  ')}\n0002 {digest(b'')}\n0003 0\n")
    assert freeze.faults(tmp_path)[:-1] == [
        "0003 is frozen and its file is gone",
        "0001 is frozen and its file was changed: write a new revision",
        "0002 is frozen and its file was changed: write a new revision",
    ]


def _columns(rows: golden.Rows, *names: str) -> list[tuple[Any, ...]]:
    places = [rows.columns.index(name) for name in names]
    return [tuple(row[place] for place in places) for row in rows.values]
