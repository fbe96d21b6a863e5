"""An installation in which every table has rows, as 0.2.0 left it, brought to the schema of today."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select

from app import installation
from app.config import Config
from app.core.clock import MovableClock
from app.db import Database, Vault
from app.inbox.queries import ITEM
from app.keys import opening
from tests.support import golden
from tests.support.worlds import Office

VERSION = "0.2.0"
STEP, POSITION = "village_investigation", "village_cadre"


@dataclass
class Filled:
    """An installation and where its keys lie; `now` is when its filling ended."""

    database: Database
    config: Config
    now: datetime

    @property
    def office(self) -> Office:
        return Office(self.database, MovableClock(self.now))

    def go_on(self) -> str:
        """Somebody completes a step of a case; which case."""
        with self.database.read() as session:
            waiting = select(ITEM.c.case_id).where(ITEM.c.element_id == STEP, ITEM.c.status == "open")
            holder = self.office.holder(session, POSITION)
            case_id = session.scalars(waiting.where(ITEM.c.candidate.in_(holder.candidates))).first()
        self.office.do(case_id, STEP, POSITION, facts_true=True, opinion="情况属实")
        return case_id

    @contextmanager
    def another_process(self) -> Iterator[Database]:
        """The same database with keys of its own reading, as a second process has it."""
        database = Database(self.config.database_url, Vault.load(self.config.key_file))
        yield database
        database.dispose()


def bring_up(url: str) -> None:
    """Fill the blank database at `url`, as its nodes leave it at their first start."""
    header, content = golden.load(VERSION)
    config = replace(Config(), database_url=url)
    installation.upgrade(config, header.revision)
    golden.fill(url, content)
    installation.upgrade(config)
    with TemporaryDirectory() as folder:
        database = Database(url, header.vault(Path(folder)))
        opening.admit(database, header.now)
        database.dispose()


@contextmanager
def opened(url: str, folder: Path) -> Iterator[Filled]:
    """The installation that was brought up at `url`; its key file is in `folder`."""
    header, _ = golden.load(VERSION)
    config = replace(Config(), database_url=url, key_file=folder / "keys.json", secret_file=folder / "secret")
    database = Database(url, header.vault(folder))
    yield Filled(database, config, header.now)
    database.dispose()
