"""The command line, one module a subject; `doudi --help` lists the commands."""

from __future__ import annotations

import click

from app.cli import bundles, database, migrating, rights, serving, stories, words

COMMANDS = (
    stories.scenario,
    migrating.release,
    bundles.bundle,
    bundles.coverage,
    words.vocabulary,
    bundles.modelling,
    database.db,
    database.import_calendar,
    rights.capability,
    serving.run,
    serving.serve_only,
    serving.work,
)


@click.group()
def main() -> None:
    """兜底: approvals of social assistance."""


for _command in COMMANDS:
    main.add_command(_command)
