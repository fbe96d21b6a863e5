"""`doudi statistics`: count everything anew. A second run that changes nothing proves the figures of the pages."""

from __future__ import annotations

import time

import click

from app.cli.acting import moment, opened, refusals
from app.tally import counting, operations


@click.command("statistics")
def count() -> None:
    """Count cases, steps and money anew, as the night does; says how many figures were other than kept."""
    begun = time.monotonic()
    with refusals(), opened() as database:
        with database.read() as session:
            now = moment(session)
            found = counting.count(session, now)
        with database.write() as session:
            changed = operations.keep(session, found, now)
    click.echo(f"共 {len(found)} 个数，更新 {changed} 个，用时 {time.monotonic() - begun:.1f} 秒")


COMMANDS = {"statistics": count}
