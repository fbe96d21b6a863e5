"""`doudi release check`, `recheck`: what stands in the way of publishing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from app.cli.acting import json_option, refusals
from app.cli.files import files_at
from app.config import Config
from app.core.actor import SYSTEM
from app.core.clock import SystemClock, local_date
from app.definitions import lists
from app.extensions import open_database
from app.gate import releases
from app.gate.isolated import Outcome, check_isolated


@click.command()
@click.argument("target", metavar="ID|DIR")
@json_option
def check(target: str, as_json: bool) -> None:
    """Check with all stories; of a draft the receipt is kept. Exit code 0 only if it may be published."""
    with refusals():
        if Path(target).is_dir():
            outcome = check_isolated(("", files_at(Path(target))))
        else:
            now, database = SystemClock().now(), open_database(Config.from_env())
            with database.read() as session:
                release_id = lists.find(session, target, local_date(now))
            outcome = releases.check(database, SYSTEM, release_id, now)
    _tell_outcome(outcome, as_json)
    sys.exit(0 if outcome.passed else 1)


@click.command()
def recheck() -> None:
    """Check again what owners have in force, after the catalogue or the product changed; `list` shows the outcome."""
    with refusals():
        done = releases.recheck(open_database(Config.from_env()), SYSTEM, SystemClock().now())
    click.echo(f"已重新检查 {len(done)} 个现行发布版，结果见 doudi release list")


def _tell_outcome(outcome: Outcome, as_json: bool) -> None:
    if as_json:
        told = {"passed": outcome.passed, "findings": outcome.findings, "stories": outcome.stories}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    for each in outcome.findings:
        place = f" “{each['place']}”" if each["place"] else ""
        click.echo(f"{'✗' if each['severity'] == 'error' else '!'} {each['file']}{place}：{each['message']}")
    for story in outcome.stories:
        click.echo(f"{'✓' if story['holds'] else '✗'} {story['file']}：{story['title']}")
        for step, text in story["problems"]:
            click.echo(f"    {f'第 {step} 步' if step else '结尾'} {text}")
    click.echo("可以提交" if outcome.passed else "不能提交，请按上面的提示改正")


COMMANDS = {"check": check, "recheck": recheck}
