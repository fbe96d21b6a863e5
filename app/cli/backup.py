"""`doudi backup`: create, verify, restore."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from app.backup import operations
from app.cli.acting import machine, moment, opened, refusals
from app.config import Config
from app.core.clock import SystemClock
from app.outside.settings import Setting

PASSPHRASE = Setting("DOUDI_BACKUP_PASSPHRASE", "备份带密钥时的口令，不设时由命令询问")
APART = "密钥不在备份里，请另行备份密钥文件 {path}，不要和备份放在一起：没有它，备份打不开"


@click.group("backup")
def group() -> None:
    """Backups of the database (备份)."""


@group.command()
@click.argument("target", metavar="DIR|FILE", type=click.Path(path_type=Path))
@click.option(
    "--with-keys", is_flag=True, help=f"put the keys in too, under a passphrase (asked for, or {PASSPHRASE.name})"
)
def create(target: Path, with_keys: bool) -> None:
    """Back up while people work; into a folder under a name with the time, or as the file. Prints where."""
    config = Config.from_env()
    with refusals(), opened() as database:
        passphrase = _passphrase(confirm=True) if with_keys else ""
        with database.read() as session:
            now = moment(session)
        path = operations.create(database, config, target, machine(), now, passphrase)
    click.echo(path)
    if not with_keys:
        click.echo(APART.format(path=config.key_file), err=True)


@group.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
def verify(path: Path) -> None:
    """Read a backup whole with the configured keys; exit code 1 where anything in it is not as it was."""
    with refusals():
        verdict = operations.verify(path, Config.from_env())
    for fault in verdict.faults:
        click.echo(f"✗ {fault}", err=True)
    if verdict.faults:
        sys.exit(1)
    told = f"{verdict.manifest.made_at[:16]} 的备份，{sum(verdict.manifest.rows.values())} 行"
    if verdict.whole:
        click.echo(f"{told}：完整，打得开，审计记录一致")
    else:
        click.echo(
            f"{told}：文件完整；没有建库权限或不在 PostgreSQL 上，没有试着恢复，请用有 CREATEDB 权限的账户再核对"
        )


@group.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
def restore(path: Path) -> None:
    """Fill the configured database, which must be empty, from a backup."""
    with refusals():
        now = SystemClock().now()
        manifest = operations.restore(path, Config.from_env(), machine(), now, lambda: _passphrase(confirm=False))
    click.echo(
        f"已恢复 {manifest.made_at[:16]} 的备份，{sum(manifest.rows.values())} 行；请再运行 doudi audit verify 核对"
    )


def _passphrase(*, confirm: bool) -> str:
    given = os.environ.get(PASSPHRASE.name)
    return given or click.prompt("口令", hide_input=True, confirmation_prompt=confirm)


COMMANDS = {"backup": group}
