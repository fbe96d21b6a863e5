"""Worlds of the story runner, one template for each database, for the tests that play on them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.core.paths import BUNDLES, TEMPLATES
from app.scenarios.world import WorldTemplate
from tests.support.postgres import Cluster


@pytest.fixture(scope="session")
def sqlite_worlds() -> Iterator[WorldTemplate]:
    template = WorldTemplate(BUNDLES, TEMPLATES)
    yield template
    template.close()


@pytest.fixture(scope="session")
def postgres_worlds(cluster: Cluster) -> Iterator[WorldTemplate]:
    with cluster.blank_database() as url:
        template = WorldTemplate(BUNDLES, TEMPLATES, url)
        yield template
        template.close()
