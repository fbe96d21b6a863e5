"""A line about which stories were played."""

from __future__ import annotations

import pytest

from tests.integration.stories.story_files import VARIABLE, acceptance_folder, acceptance_stories, bundle_stories


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    folder = acceptance_folder()
    others = f"{len(acceptance_stories())} of {folder}" if folder else f"no others: {VARIABLE} is not set"
    terminalreporter.write_line(f"stories: {len(bundle_stories())} of the bundles, {others}")
