"""`doudi region`: divisions and their offices, from a list of codes."""

from __future__ import annotations

import json
from typing import BinaryIO

import click

from app.cases import succession
from app.cli.acting import acting, by, json_option, looking
from app.cli.importing import dry_run_option, refuse, tell_plan
from app.core.clock import local_date
from app.core.days import typed_day
from app.identity import divisions
from app.identity.positions import trimmed
from app.sheets import csv_bytes


@click.group()
def region() -> None:
    """Divisions (行政区划) and the offices that go with them."""


@region.command("import")
@click.argument("file", type=click.File("rb"))
@dry_run_option
@by
def import_regions(file: BinaryIO, dry_run: bool, by: str) -> None:
    """Bring in divisions from CSV or Excel: 代码,名称 and, where needed, 上级代码,启用日期,停用日期,接续代码."""
    content = file.read()
    with acting(by) as act:
        made = succession.plan_import(act.session, act.actor, content, act.now)
        refuse(made.faults)
        if dry_run:
            tell_plan(f"将新增 {len(made.opened)} 个区划，停用 {len(made.ended)} 个")
            return
        done = succession.import_regions(act.session, act.actor, content, act.now)
    if done.nothing:
        click.echo("没有变化：文件里的区划和单位都已经有了")
        return
    told = f"新增 {done.opened} 个区划，修改 {done.changed} 个，停用 {done.ended} 个"
    click.echo(f"{told}；新建或修改 {done.offices} 个单位")


@region.command("list")
@click.option("--region", "code", help="only what lies in this division")
@click.option("--on", "day", metavar="DATE", help="as it stood on a day (default: today)")
@click.option("--name", default="", help="part of the name, or the beginning of the code")
@json_option
def list_regions(code: str | None, day: str | None, name: str, as_json: bool) -> None:
    """Divisions with their offices, by code."""
    with looking() as (session, now):
        on = typed_day(day, "on") if day else local_date(now)
        rows = divisions.find(session, on, code=code and trimmed(code), text=name)
    if as_json:
        shown = [{"code": row.code, "name": row.name, "level": row.level, "office": row.office, "phone": row.phone,
                  "from": row.valid_from, "until": row.valid_until} for row in rows]  # fmt: skip
        click.echo(json.dumps(shown, ensure_ascii=False, indent=1, default=str))
        return
    for row in rows:
        until = f"  到 {row.valid_until} 停用" if row.valid_until else ""
        click.echo(f"{row.code:<12}  {row.name}  {row.office or '没有单位'}{until}")
    if not rows:
        click.echo("没有符合条件的区划")


@region.command()
@click.argument("file", type=click.File("wb"))
@click.option("--region", "code", help="only what lies in this division")
def export(file: BinaryIO, code: str | None) -> None:
    """Write divisions as CSV (`-`: to standard output); brought in again it changes nothing."""
    with looking() as (session, now):
        rows = divisions.find(session, local_date(now), code=code and trimmed(code))
        file.write(csv_bytes(divisions.COLUMNS, divisions.export_rows(session, rows)))


COMMANDS = {"region": region}
