"""`doudi release migrate`: running cases go on under another release, each in a transaction of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click

from app.cases import operations
from app.cli.acting import actor_of, by, json_option, refusals
from app.config import Config
from app.core.clock import SystemClock, local_date
from app.core.errors import Rejection
from app.db import Database
from app.extensions import open_database
from app.figures.errors import FigureMissing


class _Rolled(Exception):
    """Ends the transaction of a preview."""


@click.command()
@click.argument("release_id", metavar="ID")
@click.option("--preview", is_flag=True, help="tell what would become of each case; nothing changes")
@json_option
@click.option("--map", "names", multiple=True, metavar="OLD=NEW", help="an element whose id was changed")
@by
def migrate(release_id: str, preview: bool, as_json: bool, names: tuple[str, ...], by: str) -> None:
    """Let running cases of the programme go on under this release, where it is in force.

    Safe to stop and to repeat: a case that has moved is not touched again. Exit code 1 if a case stays.
    """
    renamed = dict(_pair(each) for each in names)
    with refusals():
        found = list(_each(open_database(Config.from_env()), release_id, renamed, by, preview))
    stay = sum(bool(each["problems"]) for each in found)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        _tell(found, stay, preview)
    raise SystemExit(1 if stay else 0)


def _tell(found: list[dict[str, Any]], stay: int, preview: bool) -> None:
    for each in found:
        click.echo(f"{'✗' if each['problems'] else '✓'} {each['number']}")
        for text in each["problems"] or each["told"]:
            click.echo(f"    {text}")
    moved = "可以转入" if preview else "已经转入"
    click.echo(f"{len(found) - stay} 个案件{moved}新的发布版，{stay} 个留在原发布版")


def _each(
    database: Database, release_id: str, names: dict[str, str], login: str, preview: bool
) -> Iterator[dict[str, Any]]:
    now = SystemClock().now()
    with database.read() as session:
        actor = actor_of(session, login, now)
        case_ids = operations.cases_to_migrate(session, release_id, local_date(now))
    for case_id in case_ids:
        moved, problems = operations.Moved(case_id, case_id), []
        try:
            with database.write() as session:
                moved = operations.migrate_case(session, actor, case_id, release_id, names, now)
                if preview:
                    raise _Rolled
        except _Rolled:
            pass
        except operations.Stays as stays:
            moved.number, problems = stays.number, stays.reasons
        except (Rejection, FigureMissing) as refused:
            problems = [str(refused)]
        yield {**asdict(moved), "problems": problems}


def _pair(text: str) -> tuple[str, str]:
    old, _, new = text.partition("=")
    if not old or not new:
        raise click.BadParameter(f"“{text}”应写成 旧编号=新编号", param_hint="--map")
    return old, new


COMMANDS = {"migrate": migrate}
