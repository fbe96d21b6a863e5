"""`doudi db`: the schema and what every installation needs; `doudi calendar`: working days."""

from __future__ import annotations

from typing import TextIO

import click

from app import installation
from app.cases import calendars
from app.cli.acting import acting, by, moment, opened, refusals
from app.config import Config
from app.db import schema


@click.group()
def db() -> None:
    """The database."""


@db.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the configured database to a version of the schema."""
    installation.upgrade(Config.from_env(), revision)


@db.command()
def check() -> None:
    """Say whether the schema is that of this program and every index stands. Exit code 0 only where it is so."""
    try:
        lacking = installation.missing_indexes(Config.from_env())
    except schema.NotMigrated as wrong:
        raise click.ClickException(str(wrong)) from wrong
    for index in lacking:
        click.echo(f"缺少索引 {index.name}（表 {index.table}）：能办理，但有的列表和查询要读完整张表")
    if lacking:
        raise click.ClickException(f"缺少 {len(lacking)} 个索引，请停止服务，运行 doudi db upgrade 补建")
    click.echo(f"数据库的结构是第 {schema.newest()} 版，索引齐全")


@db.command()
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Bring the configured database down to an earlier version of the schema."""
    installation.downgrade(Config.from_env(), revision)


@db.command()
@click.option("--training", is_flag=True, help="an empty database becomes one for training: nothing leaves the house")
def install(training: bool) -> None:
    """Fill a migrated database with calendar, default figures, templates and bundles; an empty one gets its keys."""
    with refusals(), opened(may_make_keys=True) as database, database.write() as session:
        installation.install(session, moment(session), for_training=training)


@click.command("calendar")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--source", required=True, help="the notice that sets these days, e.g. 国办发明电〔2026〕7号")
@click.option("--region", default=None, help="code of the region in which these single days hold (default: everywhere)")
@click.option("--dry-run", is_flag=True, help="say what would move, and change nothing")
@by
def import_calendar(file: TextIO, source: str, region: str | None, dry_run: bool, by: str) -> None:
    """Import the working days of a year (lines 日期,放假或上班,名称) and move the deadlines that it moves."""
    do = calendars.preview if dry_run else calendars.import_notice
    with acting(by) as act:
        done = do(act.session, act.actor, file.read(), source, act.now, region)
    imported = done.imported if isinstance(done, calendars.Preview) else done
    for moved in done.moved if isinstance(done, calendars.Preview) else ():
        click.echo(f"{moved.case_number}  {moved.title}  {moved.before} → {moved.after}")
    told = f"{'、'.join(map(str, imported.years))} 年 {len(imported.days)} 天，{len(imported.clocks)} 个期限有变动"
    click.echo(f"试算，没有导入：{told}" if dry_run else f"已导入 {told}")


COMMANDS = {"db": db, "calendar": import_calendar}
