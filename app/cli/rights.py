"""`doudi capability`: which position may do what. The table is one for the whole installation."""

from __future__ import annotations

import json

import click

from app.cli.acting import acting, by, looking
from app.identity import appointed, rights
from app.identity.capabilities import CAPABILITIES, DUTIES
from app.identity.positions import POSITIONS


@click.group()
def capability() -> None:
    """What positions may do (岗位权限)."""


@capability.command("list")
@click.option("--json", "as_json", is_flag=True, help="one JSON document for machines")
def list_capabilities(as_json: bool) -> None:
    """Every capability and the positions that have it."""
    with looking() as (session, _):
        found = {key: appointed.positions_with(session, key) for key in CAPABILITIES}
    if as_json:
        rows = [{"capability": key, "title": CAPABILITIES[key].title, "duty": CAPABILITIES[key].duty,
                 "positions": positions} for key, positions in found.items()]  # fmt: skip
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for key, positions in found.items():
        each = CAPABILITIES[key]
        duty = f"（{DUTIES[each.duty]}）" if each.duty else ""
        click.echo(f"{key}  {each.title}{duty}")
        click.echo("    " + ("、".join(f"{POSITIONS[held].title} {held}" for held in positions) or "没有岗位"))


@capability.command()
@click.argument("position")
@click.argument("name", metavar="CAPABILITY")
@by
def grant(position: str, name: str, by: str) -> None:
    """Give a position a capability."""
    with acting(by) as act:
        rights.grant(act.session, act.actor, position, name, act.now)
    click.echo(f"已授予{POSITIONS[position].title}「{CAPABILITIES[name].title}」权限")


@capability.command()
@click.argument("position")
@click.argument("name", metavar="CAPABILITY")
@by
def revoke(position: str, name: str, by: str) -> None:
    """Take a capability away from a position."""
    with acting(by) as act:
        rights.revoke(act.session, act.actor, position, name, act.now)
    click.echo(f"已收回{POSITIONS[position].title}的「{CAPABILITIES[name].title}」权限")


COMMANDS = {"capability": capability}
