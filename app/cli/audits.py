"""`doudi audit`: whether what happened still stands as it was written."""

from __future__ import annotations

import sys

import click

from app import audit as chains
from app.cli.acting import actor_of, by, looking
from app.identity import policy


@click.group()
def audit() -> None:
    """The records of what happened (审计记录)."""


@audit.command()
@by
def verify(by: str) -> None:
    """Count every chain and every signed day again; exit code 1 where something was changed."""
    with looking() as (session, now):
        policy.require_any(session, actor_of(session, by, now), "read_audit")
        breaks = [*chains.verify(session), *chains.verify_roots(session)]
    for each in breaks:
        click.echo(f"✗ {each.chain} 第 {each.seq} 条：{each.reason}", err=True)
    if breaks:
        sys.exit(1)
    click.echo("全部审计记录与写入时一致")


COMMANDS = {"audit": audit}
