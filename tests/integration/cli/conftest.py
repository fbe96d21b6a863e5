"""The command line on a real database, as owners and machines call it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.cli import main
from app.core.clock import MovableClock, SystemClock, local_date
from app.core.paths import BUNDLES
from app.definitions import receipts
from app.definitions.folder import read_folder, write_folder
from app.gate.isolated import Outcome
from app.identity import appointed
from tests.support.worlds import Office

COUNTY = "220122"
PROGRAMME = "uninsured_unemployed_relief"
FILES = {path: each for path, each in read_folder(BUNDLES / PROGRAMME).items() if not path.startswith("scenarios/")}


@dataclass
class Shell:
    """Runs `doudi …` against an office; `first` and `second` are the logins of two policy owners of the county."""

    office: Office
    folder: Path
    first: str
    second: str

    def __call__(self, *arguments: object, code: int = 0) -> str:
        """What the command prints; it must end with `code`, and never with an error of the program."""
        done = CliRunner().invoke(main, [str(each) for each in arguments])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        return done.output.strip()

    def json(self, *arguments: object, code: int = 0) -> Any:
        return json.loads(self(*arguments, "--json", code=code))

    @property
    def today(self) -> date:
        return local_date(self.office.now)

    def folder_of(self, name: str, files: Mapping[str, bytes]) -> Path:
        write_folder(files, self.folder / name)
        return self.folder / name

    def checked(self, release_id: str) -> str:
        """A receipt that fits, without the minutes of a check."""
        with self.office.database.write() as session:
            actor = appointed.actor_by_login(session, self.first, self.today)
            assert actor is not None
            subject = receipts.subject_of(session, release_id, self.today)
            receipts.keep(session, actor, release_id, subject, Outcome([]), self.office.now)
        return release_id

    def drafted(self, name: str, files: Mapping[str, bytes]) -> str:
        return self("release", "draft", self.folder_of(name, files), "--region", COUNTY, "--by", self.first)

    def submitted(self, release_id: str) -> str:
        self("release", "submit", release_id, "--from", self.today, "--reason", "改时限", "--by", self.first)
        return release_id

    def approved(self, name: str, files: Mapping[str, bytes]) -> str:
        release_id = self.submitted(self.checked(self.drafted(name, files)))
        self("release", "approve", release_id, "--by", self.second)
        return release_id


@pytest.fixture
def clock() -> MovableClock:
    """Commands read the machine's clock, so the township is installed by it."""
    return MovableClock(SystemClock().now())


@pytest.fixture
def shell(office: Office, office_url: str, key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("DOUDI_DATABASE_URL", office_url)
    monkeypatch.setenv("DOUDI_KEY_FILE", str(key_file))
    return Shell(office, tmp_path, *(f"{COUNTY}.policy_owner.{number}" for number in (1, 2)))
