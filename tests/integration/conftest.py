"""A township with everything installed, and worlds of the story runner, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.clock import MovableClock
from app.core.paths import BUNDLES, TEMPLATES
from app.db import Database, Vault
from app.scenarios.world import WorldTemplate
from tests.support import filled as installations
from tests.support.filling import BACKENDS, Filled
from tests.support.postgres import Cluster
from tests.support.schema import load_models
from tests.support.story_worlds import PLACES, PostgresWorlds
from tests.support.worlds import Office


@pytest.fixture(scope="session")
def sqlite_worlds() -> Iterator[WorldTemplate]:
    load_models()  # as the server's template does: whatever is imported later, both have the same tables
    template = WorldTemplate(BUNDLES, TEMPLATES, places=PLACES)
    yield template
    template.close()


@pytest.fixture(scope="session")
def postgres_worlds(cluster: Cluster, vault: Vault) -> PostgresWorlds:
    return PostgresWorlds(cluster, vault)


@pytest.fixture(params=BACKENDS)
def office_url(request: pytest.FixtureRequest, filled: Filled, clock: MovableClock, tmp_path: Path) -> Iterator[str]:
    """The address of a database with the township, as it was installed at the moment of `now`."""
    kind = f"office {clock.now():%Y-%m-%d}"
    with filled.open(request.param, kind, lambda database: Office.open(database, clock), tmp_path) as url:
        yield url


@pytest.fixture(params=BACKENDS)
def installed(request: pytest.FixtureRequest, filled: Filled, tmp_path: Path) -> Iterator[installations.Filled]:
    """An installation of 0.2.0 with rows in every table, brought up to the schema of today."""
    with (
        filled.copied(request.param, "installed", installations.bring_up, tmp_path) as url,
        installations.opened(url, tmp_path) as each,
    ):
        yield each


@pytest.fixture
def office(office_url: str, vault: Vault, clock: MovableClock) -> Iterator[Office]:
    database = Database(office_url, vault, durable=False)
    yield Office(database, clock)
    database.dispose()
