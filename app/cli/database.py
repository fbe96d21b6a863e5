"""`doudi db`: the schema and what every installation needs; `doudi calendar`: working days."""

from __future__ import annotations

from typing import TextIO

import click

from app import installation
from app.cases import deadlines
from app.cli.acting import opened
from app.config import Config
from app.core.clock import SystemClock, local_date
from app.identity import queries as identity


@click.group()
def db() -> None:
    """The database."""


@db.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the configured database to a version of the schema."""
    installation.upgrade(Config.from_env(), revision)


@db.command()
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Bring the configured database down to an earlier version of the schema."""
    installation.downgrade(Config.from_env(), revision)


@db.command()
def install() -> None:
    """Fill a migrated database with calendar, default figures, templates and bundles; an empty one gets its keys."""
    with opened(may_make_keys=True) as database, database.write() as session:
        installation.install(session, SystemClock().now())


@click.command("calendar")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--source", required=True, help="the notice that sets these days, e.g. 国办发明电〔2026〕7号")
@click.option("--region", default=None, help="code of the region in which these single days hold (default: everywhere)")
def import_calendar(file: TextIO, source: str, region: str | None) -> None:
    """Import the working days of a year (lines 日期,放假或上班,名称) and move the deadlines that it moves."""
    now = SystemClock().now()
    with opened() as database, database.write() as session:
        region_id = identity.region_by_code(session, region, local_date(now)).id if region else None
        done = deadlines.import_calendar(session, file.read(), source, "命令行", now, region_id)
    click.echo(f"已导入 {'、'.join(map(str, done.years))} 年 {len(done.days)} 天，{len(done.clocks)} 个期限有变动")


COMMANDS = {"db": db, "calendar": import_calendar}
