"""Worlds for stories, one template for each database; and a line about which stories were played."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.core.paths import BUNDLES, TEMPLATES
from app.scenarios import WorldTemplate
from tests.integration.stories.story_files import VARIABLE, acceptance_folder, acceptance_stories, bundle_stories
from tests.support.postgres import Cluster


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    folder = acceptance_folder()
    others = f"{len(acceptance_stories())} of {folder}" if folder else f"no others: {VARIABLE} is not set"
    terminalreporter.write_line(f"stories: {len(bundle_stories())} of the bundles, {others}")


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
