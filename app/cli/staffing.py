"""`doudi staff`: people and their positions from Excel or CSV."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from app.cli.acting import acting, by
from app.cli.importing import dry_run_option, refuse, tell_plan
from app.core.errors import Invalid
from app.identity import roster
from app.inbox import staffing


@click.group()
def staff() -> None:
    """People of the staff and their positions (人员和任职)."""


@staff.command()
@click.argument("file", type=click.File("wb"))
def template(file: BinaryIO) -> None:
    """Write an empty workbook to fill in."""
    file.write(roster.template())


@staff.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--passwords", type=click.Path(path_type=Path, dir_okay=False), default="staff-passwords.xlsx",
              show_default=True, help="new file for the one-time passwords of new accounts")  # fmt: skip
@dry_run_option
@by
def import_staff(file: BinaryIO, passwords: Path, dry_run: bool, by: str) -> None:
    """Bring in people and positions; the passwords of new accounts go into a workbook to hand out."""
    content = file.read()
    with acting(by) as act:
        made = staffing.plan_import(act.session, act.actor, content, act.now)
        refuse(made.faults)
        plan = f"{len(made.newcomers)} 个账号、{len(made.appointed)} 项任职，结束 {len(made.ended)} 项任职"
        if dry_run:
            tell_plan(f"将新增 {plan}")
            return
        done = staffing.import_staff(act.session, act.actor, content, act.now)
        if done.newcomers:
            with _kept(passwords) as to:
                to.write(roster.handout(done.newcomers))
    if done.nothing:
        click.echo("没有变化：文件里的人员和任职都已经有了")
        return
    click.echo(f"新增 {plan}")
    if done.newcomers:
        click.echo(f"一次性密码在 {passwords}，请分发后删除；每人首次登录时修改密码")


@contextmanager
def _kept(path: Path) -> Iterator[BinaryIO]:
    """A new file that only its owner reads. Raises Invalid where there is one already: no password is overwritten."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Invalid({"passwords": f"不能新建 {path}，请用 --passwords 另指定一个还没有的文件"}) from error
    with os.fdopen(handle, "wb") as file:
        yield file


COMMANDS = {"staff": staff}
