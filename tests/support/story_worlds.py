"""Worlds of the story runner on the PostgreSQL server of the session."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

from app.core.clock import MovableClock
from app.core.paths import BUNDLES, TEMPLATES
from app.db import Database, Vault
from app.scenarios import world
from tests.support.postgres import Cluster

PLACES = ("220122100001", "340722100001", "220402100201")
"""Where nearly all stories play: opened and staffed once for all of them."""


@dataclass
class PostgresWorlds:
    """They are emptied and used again: to create a database and drop it takes the server many times as long."""

    cluster: Cluster
    vault: Vault

    def open(self, clock: MovableClock) -> world.World:
        kept = ExitStack()
        opened = world.World(
            self._open(kept.enter_context(self.cluster.filled_database("world", self._fill))), clock, kept.close
        )
        kept.callback(lambda: opened.database.dispose())
        return opened

    def _open(self, url: str) -> Database:
        return Database(url, self.vault, pool_size=2, durable=False)

    def _fill(self, url: str) -> None:
        database = self._open(url)
        world.fill(database, BUNDLES, TEMPLATES, PLACES)
        database.dispose()
