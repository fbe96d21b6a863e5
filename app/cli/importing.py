"""What commands that bring in a file have in common: every fault on a line of its own, and the dry run."""

from __future__ import annotations

import click

from app.sheets import Faults

MOST = 200
"""Faults that are printed; a file with more has one cause, and the count says so."""

dry_run_option = click.option("--dry-run", is_flag=True, help="say what would change and what is wrong; change nothing")


def refuse(faults: Faults) -> None:
    """Print every fault by row and column, then raise Invalid, where there is one."""
    lines = faults.lines()
    for line in lines[:MOST]:
        click.echo(line, err=True)
    if len(lines) > MOST:
        click.echo(f"……还有 {len(lines) - MOST} 处", err=True)
    faults.refuse()


def tell_plan(what: str) -> None:
    """What a dry run answers where nothing is wrong."""
    click.echo(f"试运行：没有发现问题，{what}。去掉 --dry-run 正式导入")
