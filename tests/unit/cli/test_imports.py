"""A command waits for nothing that it does not need."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from app.cli import main

HEAVY = {"alembic", "docxtpl", "flask", "jinja2", "openpyxl", "sqlalchemy"}


def test_a_check_of_a_bundle_imports_neither_database_nor_pages() -> None:
    """Seen: 988 modules, more than half of the time of a check."""
    told = f"import sys, app.cli.bundles; print(*{HEAVY} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    context = click.Context(group)
    found = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        inner = _commands(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]
        found += inner
    return found


@pytest.mark.parametrize("path", _commands(main), ids=" ".join)
def test_every_command_is_found_by_its_name(path: tuple[str, ...]) -> None:
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    assert command.name == path[-1]
    assert command.help
