"""`doudi release migrate`: running cases go on under another release, some at once, each behind a savepoint."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from app.cases import operations
from app.cli.acting import actor_of, by, json_option, moment, opened, refusals
from app.core.clock import local_date
from app.db import Database


@click.command()
@click.argument("release_id", metavar="ID")
@click.option("--preview", is_flag=True, help="tell what would become of each case; nothing changes")
@json_option
@click.option("--map", "names", multiple=True, metavar="OLD=NEW", help="an element whose id was changed")
@by
def migrate(release_id: str, preview: bool, as_json: bool, names: tuple[str, ...], by: str) -> None:
    """Let running cases of the programme go on under this release, where it is in force.

    Moves the cases of your regions. Safe to stop and to repeat: a case that has moved is not touched again. Exit code 1
    if a case stays.
    """
    renamed = dict(_pair(each) for each in names)
    with refusals(), opened() as database:
        found, elsewhere = _migrate(database, release_id, renamed, by, preview)
    stay = sum(bool(each.problems) for each in found)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], ensure_ascii=False, indent=1))
    else:
        _tell(found, stay, preview, elsewhere)
    raise SystemExit(1 if stay else 0)


def _tell(found: list[operations.Moved], stay: int, preview: bool, elsewhere: int) -> None:
    for each in found:
        click.echo(f"{'✗' if each.problems else '✓'} {each.number}")
        for text in each.problems or each.told:
            click.echo(f"    {text}")
    moved = "可以转入" if preview else "已经转入"
    click.echo(f"{len(found) - stay} 个案件{moved}新的发布版，{stay} 个留在原发布版")
    if elsewhere:
        click.echo(f"另有 {elsewhere} 个案件不在您的辖区，请由当地有权的人员转入")


def _migrate(
    database: Database, release_id: str, names: dict[str, str], login: str, preview: bool
) -> tuple[list[operations.Moved], int]:
    found: list[operations.Moved] = []
    with database.read() as session:
        now = moment(session)
        actor = actor_of(session, login, now)
        cases, elsewhere = operations.cases_to_migrate(session, actor, release_id, local_date(now))
    for batch in operations.batches(cases):
        with database.write() as session:
            found += operations.migrate_cases(session, actor, batch, release_id, names, now, keep=not preview)
    return found, elsewhere


def _pair(text: str) -> tuple[str, str]:
    old, _, new = text.partition("=")
    if not old or not new:
        raise click.BadParameter(f"“{text}”应写成 旧编号=新编号", param_hint="--map")
    return old, new


COMMANDS = {"migrate": migrate}
