"""`doudi awards`: what an office already pays, from an old system. One person brings it in, another confirms it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO

import click

from app.cli.acting import acting, by
from app.cli.importing import MOST, dry_run_option
from app.takeover import operations, planning, queries
from app.takeover.planning import Plan


@click.group()
def awards() -> None:
    """Awards in payment, brought in from an old system (接入在保)."""


@awards.command()
@click.argument("file", type=click.File("wb"))
@by
def template(file: BinaryIO, by: str) -> None:
    """Write an empty workbook to fill in, with the columns that the programmes of one's regions ask for."""
    with acting(by) as act:
        file.write(operations.empty_file(act.session, act.actor, act.now))


@awards.command("import")
@click.argument("files", nargs=-1, required=True, type=click.File("rb"))
@dry_run_option
@by
def import_awards(files: Sequence[BinaryIO], dry_run: bool, by: str) -> None:
    """Read a workbook, or CSV files of its tables, and keep what it changes until a second person confirms it.

    Prints totals by programme and place to compare with the old system, then the id to confirm.
    """
    contents = [each.read() for each in files]
    click.echo("正在读取和核对……", err=True)
    with acting(by) as act:
        made = operations.plan(act.session, act.actor, contents, act.now, _tell_progress)
        _tell_plan(made)
        made.refuse()
        takeover_id = None if dry_run else operations.propose(act.session, act.actor, made, act.now)
    if not made.lines:
        click.echo("没有变化：文件里的待遇都已经导入了", err=True)
    elif takeover_id is None:
        click.echo("试运行：没有发现问题。去掉 --dry-run 正式导入", err=True)
    else:
        click.echo(takeover_id)
        click.echo(f"请另一位有确认权限的人核对后运行 doudi awards confirm {takeover_id}", err=True)


@awards.command()
@click.argument("id")
@by
def confirm(id: str, by: str) -> None:
    """Have it written; not one's own. The worker does it, in parts."""
    with acting(by) as act:
        operations.confirm(act.session, act.actor, id, act.now)
    click.echo("已确认，由后台分批写入；进度见 doudi awards show")


@awards.command()
@click.argument("id")
@by
def drop(id: str, by: str) -> None:
    """Give up what waits to be confirmed."""
    with acting(by) as act:
        operations.drop(act.session, act.actor, id, act.now)
    click.echo("已作废，什么都没有导入")


@awards.command()
@click.argument("id")
@by
def show(id: str, by: str) -> None:
    """Totals, differences, warnings, and how far it has come."""
    with acting(by) as act:
        found = queries.details(act.session, act.actor, id)
    _show_totals(found.told["totals"], err=False)
    _tell("更正", found.told["changed"])
    _tell("提示", found.told["warnings"])
    for row, name, why in found.refused:
        click.echo(f"未导入：第 {row} 行 {name}：{why}", err=True)
    click.echo(f"{STATUS[found.row.status]}，已写入 {found.row.written} / {found.row.lines}")


STATUS = {"proposed": "待确认", "confirmed": "已确认", "dropped": "已作废"}


def _tell_progress(done: int, total: int) -> None:
    click.echo(f"已核对 {done} / {total} 份", err=True)


def _tell_plan(made: Plan) -> None:
    """Every fault by table, row and column; else what would be brought in."""
    _tell("", made.findings.lines())
    if len(made.findings):
        return
    _tell("更正", made.changed)
    _tell("提示", made.findings.warnings)
    _show_totals(planning.as_rows(made.totals), err=True)
    counts = f"新增 {made.new}，更正 {len(made.changed)}，没有变化 {made.same}，提示 {len(made.findings.warnings)}"
    click.echo(counts, err=True)


def _tell(what: str, lines: Sequence[str]) -> None:
    for line in lines[:MOST]:
        click.echo(f"{what}{'：' if what else ''}{line}", err=True)
    if len(lines) > MOST:
        click.echo(f"……还有 {len(lines) - MOST} 处", err=True)


def _show_totals(totals: Iterable[Mapping[str, Any]], *, err: bool) -> None:
    for each in totals:
        sums = f"每月 {each['monthly']:.2f} 元，已发放 {each['paid']:.2f} 元"
        click.echo(f"{each['programme']}  {each['place']}  {each['awards']} 份，{each['people']} 人，{sums}", err=err)


COMMANDS = {"awards": awards}
