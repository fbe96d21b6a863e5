"""`doudi demo`: more of the demo world, in a database that holds it."""

from __future__ import annotations

import click

from app import seed
from app.cli.acting import Refused, moment, opened, refusals

NOT_DEMO = "这里不是演示库，不能造案件。请先用 make run 或 doudi run 建立演示库"


@click.group()
def demo() -> None:
    """The demo world (演示库), where everything is invented."""


@demo.command()
@click.option("--count", default=1000, show_default=True, type=click.IntRange(1, seed.MOST_CLOSED), help="how many")
@click.option("--seed", "number", default=1, show_default=True, help="other people and other cases")
def closed(count: int, number: int) -> None:
    """Make closed cases by the real commands, for trying back-tests on."""
    with refusals(), opened() as database:
        with database.read() as session:
            now = moment(session)
            if not seed.is_loaded(session, now):
                raise Refused(NOT_DEMO)
        for made in seed.play_closed(database, count, number, now):
            click.echo(f"{made} / {count}")


COMMANDS = {"demo": demo}
