"""Scratch worlds: a database of its own for every story, copied from a template that is built once."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text

from app import calendar
from app.core.actor import SYSTEM
from app.core.clock import MovableClock
from app.core.ids import new_id
from app.db import Database, Vault
from app.definitions import publishing, seeding
from app.definitions.names import EVERYWHERE
from app.figures import seeding as figures
from app.identity import operations as identity
from app.identity import rights

# The template is built before every story's clock; what it holds is in force "long ago".
LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass
class World:
    """A scratch database with a clock that the story moves."""

    database: Database
    clock: MovableClock
    discard: Callable[[], None]

    def publish(self, drafts: Iterable[tuple[str, Mapping[str, bytes]]]) -> None:
        """Put drafts (region code, "" for everywhere, and files) in force on top of what is there."""
        with self.database.write() as session:
            for code, files in drafts:
                scope = identity.ensure_region(session, code).id if code else EVERYWHERE
                day = publishing.first_day(files)
                publishing.put_in_force(session, SYSTEM, files, LONG_AGO, scopes=[scope], in_force_from=day)

    def restart(self) -> None:
        """Forget everything that this process keeps about the database, as a restart would."""
        self.database = self.database.forgotten()


def fill(database: Database, bundle_folder: Path, template_folder: Path, places: Iterable[str] = ()) -> None:
    """Let a database that has all tables hold what every world begins with. `places`: see `WorldTemplate`."""
    with database.write() as session:
        calendar.seed(session, LONG_AGO)
        rights.seed(session)
        figures.seed_defaults(session, LONG_AGO)
        seeding.seed(session, bundle_folder, template_folder, LONG_AGO)
        for code in places:
            identity.ensure_staffed(session, code, LONG_AGO)


@dataclass
class WorldTemplate:
    """Tables, calendar, rights, default figures, templates and bundles; every story starts from a copy.

    `url` names a PostgreSQL server whose scratch databases are created and dropped; None means SQLite files.
    `drafts` (region code, files) are published on top of the repository's, so that owners can play one.
    `places` are codes of regions that have their staff from the beginning: a story finds what it would open itself, and
    where hundreds play at the same place it is opened once.
    """

    bundle_folder: Path
    template_folder: Path
    url: str | None = None
    drafts: Sequence[tuple[str, Mapping[str, bytes]]] = ()
    places: Sequence[str] = ()

    def __post_init__(self) -> None:
        self._vault = Vault.generate()
        self._folder = Path(tempfile.mkdtemp(prefix="doudi-stories-"))
        self._name = f"doudi_story_{new_id()[-12:]}"
        database = self._open(self._create(self._name))
        database.create_tables()
        fill(database, self.bundle_folder, self.template_folder, self.places)
        World(database, MovableClock(LONG_AGO), database.dispose).publish(self.drafts)
        database.dispose()

    def open(self, clock: MovableClock) -> World:
        """A fresh world."""
        name = f"{self._name}_{new_id()[-8:]}"
        world = World(self._open(self._create(name, copy_of=self._name)), clock, lambda: None)
        world.discard = lambda: self._discard(world, name)
        return world

    def close(self) -> None:
        """Remove the template and whatever a crash left."""
        if self.url:
            self._server(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')
        shutil.rmtree(self._folder, ignore_errors=True)

    def _open(self, location: str) -> Database:
        return Database(location, self._vault, pool_size=2, durable=False)

    def _create(self, name: str, copy_of: str | None = None) -> str:
        if not self.url:
            path = self._folder / f"{name}.db"
            if copy_of:
                shutil.copyfile(self._folder / f"{copy_of}.db", path)
            return f"sqlite:///{path}"
        template = f' TEMPLATE "{copy_of}"' if copy_of else ""
        self._server(f'CREATE DATABASE "{name}"{template}')
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def _discard(self, world: World, name: str) -> None:
        world.database.dispose()
        if self.url:
            self._server(f'DROP DATABASE "{name}" WITH (FORCE)')
        else:
            for path in self._folder.glob(f"{name}.db*"):
                path.unlink()

    def _server(self, statement: str) -> None:
        server: Any = create_engine(self.url or "", isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text(statement))
        server.dispose()
