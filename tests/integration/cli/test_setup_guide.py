"""The guide of an office, run as it is written: from an empty database to a task that a clerk has cleared."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from openpyxl import load_workbook

from app.cases import operations as cases
from app.core.actor import APPLICANT
from app.core.clock import SystemClock, local_date
from app.core.paths import ROOT
from app.db import Database, Vault
from app.identity import appointed, credentials
from app.inbox import listing
from app.inbox import queries as inbox
from tests.chaos import county
from tests.support import takeover
from tests.support.started import doudi
from tests.support.worlds import RELIEF, VILLAGE

GUIDE = ROOT / "docs" / "setup.zh-CN.md"
TOWNSHIPS = county.TOWNSHIPS[:2]
"""Each person's password is hashed slowly on purpose; `make chaos` brings in all townships."""


@dataclass
class Office:
    """An empty folder and an empty database in which blocks of the guide are run; `doudi` says what that is."""

    folder: Path
    url: str
    doudi: str

    def run(self, *blocks: str) -> str:
        """What blocks print in a real shell."""
        keys = str(self.folder / "keys.json")
        env = {**os.environ, "DOUDI_DATABASE_URL": self.url, "DOUDI_KEY_FILE": keys}
        script = "\n".join(["set -e", self.doudi, *blocks])
        done = subprocess.run(["bash", "-c", script], cwd=self.folder, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def fill(path: Path) -> None:
    """Two households, in the template as it was written."""
    book = load_workbook(path)
    for title, rows in takeover.households(2).items():
        sheet = book[title]
        places = {cell.value: cell.column for cell in sheet[1]}
        for number, values in enumerate(rows, 2):
            for column, value in zip(takeover.TITLES[title], values, strict=True):
                sheet.cell(number, places[column], value)
    book.save(path)


@pytest.mark.parametrize("blank_database_url", ["sqlite"], indirect=True)
def test_a_county_is_set_up_as_the_guide_says(blank_database_url: str, tmp_path: Path) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.S)
    assert len(blocks) == 8
    county.regions(tmp_path, TOWNSHIPS)
    with doudi() as command:
        office = Office(tmp_path, blank_database_url, command)
        assert f"新增 {county.places(TOWNSHIPS)} 个区划" in office.run(*blocks[:3])
        county.staff(tmp_path / "staff.xlsx", TOWNSHIPS)
        assert f"新增 {len(county.people(TOWNSHIPS))} 个账号" in office.run(*blocks[3:6])
        fill(tmp_path / "awards.xlsx")
        assert "已写入 0 / 2" in office.run(blocks[6])

    database = Database(blank_database_url, Vault.load(tmp_path / "keys.json"))
    now = SystemClock().now()
    password = county.passwords(tmp_path / "passwords.xlsx")["cadre.100.1"]
    with database.write() as session:
        case_id = cases.apply(session, APPLICANT, "uninsured_unemployed_relief", VILLAGE, RELIEF, now).case_id
    user_id = credentials.authenticate(database, "cadre.100.1", password, now, "127.0.0.1")
    with database.write() as session:
        actor = appointed.load_actor(session, user_id, local_date(now))
        assert actor is not None
        (item,) = listing.page(session, actor, listing.Filter(), listing.DUE, None, 18).items
        assert item.case_id == case_id
        assert cases.complete_task(session, actor, item.id, {"facts_true": True}, now).incident is None
    with database.read() as session:
        (review,) = inbox.open_of_case(session, case_id)
        assert review.element_id == "township_review"
    database.dispose()
