"""`doudi training`: a place to learn, set up as this installation is."""

from __future__ import annotations

from pathlib import Path

import click

from app import rehearsal
from app.cli.acting import looking
from app.config import Config


@click.group()
def training() -> None:
    """An installation for training (演练), where nothing is real."""


@training.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--database", default=None, metavar="URL", help="an empty database (default: SQLite in the folder)")
def create(folder: Path, database: str | None) -> None:
    """Copy regions, offices, institutions, figures, calendar, rights and programmes, without people, cases and money.

    Prints the file of settings under which the commands, the pages and the workers of the training installation run.
    """
    url = database or f"sqlite:///{folder.absolute() / 'doudi.db'}"
    with looking() as (session, now):
        settings = rehearsal.create(session, Config.from_env(), folder.absolute(), url, now)
    click.echo(settings)


COMMANDS = {"training": training}
