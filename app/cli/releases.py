"""`doudi release`: releases (发布版) from the command line; each act is in a module of its subject."""

from __future__ import annotations

import click

from app.cli import Lazy

MODULES = {
    **dict.fromkeys(("draft", "submit", "approve", "reject", "retire", "stop"), "life"),
    **dict.fromkeys(("check", "recheck"), "checking"),
    **dict.fromkeys(("list", "export", "diff", "compare"), "showing"),
    "migrate": "migrating",
    "backtest": "backtesting",
}


@click.group(cls=Lazy, modules=MODULES)
def release() -> None:
    """Releases: immutable packages of policy, checked, approved by a second person, in force from a day."""


COMMANDS = {"release": release}
