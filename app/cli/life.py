"""`doudi release`: draft, submit, approve, reject, retire, stop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from app.cli.acting import acting, by, reason_option
from app.cli.files import files_at, tell_made_under
from app.core.clock import local_date
from app.definitions import lists, operations, standing, store


@click.command()
@click.argument("source", metavar="DIR|PROGRAMME@REGION:N")
@click.option("--region", "regions", multiple=True, help="code of a region that it is for (default: the manifest's)")
@by
def draft(source: str, regions: tuple[str, ...], by: str) -> None:
    """Take in a folder, or bring back an older release, as a draft; prints its id."""
    with acting(by) as act:
        restores = None if Path(source).is_dir() else lists.find(act.session, source, local_date(act.now))
        files = files_at(Path(source)) if restores is None else store.files_of(act.session, restores)
        codes = list(regions)
        if restores is not None and not codes:
            codes = standing.region_codes(act.session, restores)
        click.echo(operations.draft(act.session, act.actor, files, codes, now=act.now, restores=restores))


@click.command()
@click.argument("id")
@click.option("--from", "day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="first day in force, 2027-01-04")
@reason_option
@by
def submit(id: str, day: Any, reason: str, by: str) -> None:
    """Ask for approval."""
    with acting(by) as act:
        operations.submit(act.session, act.actor, id, day.date(), reason, now=act.now)
        click.echo("已提交，请另一位政策管理员审批")


@click.command()
@click.argument("id")
@by
def approve(id: str, by: str) -> None:
    """Put a submission in force from its day; not one's own."""
    with acting(by) as act:
        numbers = operations.approve(act.session, act.actor, id, now=act.now)
        for scope, number in numbers.items():
            click.echo(f"已批准：{standing.place_name(act.session, scope)}第 {number} 版")
        tell_made_under(act.session, id)


@click.command()
@click.argument("id")
@reason_option
@by
def reject(id: str, reason: str, by: str) -> None:
    """Refuse a submission or put away a draft."""
    with acting(by) as act:
        operations.reject(act.session, act.actor, id, reason, now=act.now)
        click.echo("已退回")


@click.command()
@click.argument("reference", metavar="ID|PROGRAMME@REGION:N")
@reason_option
@by
def retire(reference: str, reason: str, by: str) -> None:
    """From today its regions have no release of their own; the wider region's holds."""
    with acting(by) as act:
        found = lists.find(act.session, reference, local_date(act.now))
        operations.retire(act.session, act.actor, found, reason, now=act.now)
        click.echo("已停用")


@click.command()
@click.argument("reference", metavar="ID|PROGRAMME@REGION:N")
@reason_option
@by
def stop(reference: str, reason: str, by: str) -> None:
    """Take no new applications, at once."""
    with acting(by) as act:
        found = lists.find(act.session, reference, local_date(act.now))
        operations.stop(act.session, act.actor, found, reason, now=act.now)
        click.echo("已停止受理新申请")


COMMANDS = {each.name: each for each in (draft, submit, approve, reject, retire, stop)}
