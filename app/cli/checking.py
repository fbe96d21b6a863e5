"""`doudi release check`, `recheck`: what stands in the way of publishing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from app.cli.acting import json_option, looking, moment, opened, refusals
from app.cli.files import files_at
from app.config import Config
from app.core.actor import SYSTEM
from app.core.clock import local_date
from app.core.errors import Invalid
from app.definitions import lists
from app.definitions.errors import BundleError
from app.definitions.folder import MANIFEST
from app.definitions.manifest import load_manifest
from app.gate import releases
from app.gate.isolated import Outcome, check_isolated
from app.installation import is_installed

INSTALLED, SHIPPED = "installation", "product"
WORLDS = {
    INSTALLED: "按本机数据库的标准目录、文书库和现行发布版检查",
    SHIPPED: "没有数据库，按随产品的标准目录和文书库检查",
}


@click.command()
@click.argument("target", metavar="ID|DIR")
@click.option("--region", help="code of the region that a folder is for (default: the manifest's)")
@json_option
def check(target: str, region: str | None, as_json: bool) -> None:
    """Check with all stories; of a draft the receipt is kept. Exit code 0 only if it may be published.

    A folder meets the catalogue, the letters and the releases of this installation at the region; where there is no
    database, those that the product ships. The output says which.
    """
    with refusals():
        if Path(target).is_dir():
            world, outcome = _check_folder(files_at(Path(target)), region)
        else:
            world, outcome = INSTALLED, _check_release(target)
    _tell_outcome(outcome, world, as_json)
    sys.exit(0 if outcome.passed else 1)


@click.command()
def recheck() -> None:
    """Check again what owners have in force, after the catalogue or the product changed; `list` shows the outcome."""
    with refusals(), opened() as database:
        with database.read() as session:
            now = moment(session)
        done = releases.recheck(database, SYSTEM, now)
    click.echo(f"已重新检查 {len(done)} 个现行发布版，结果见 doudi release list")


def _check_release(reference: str) -> Outcome:
    with opened() as database:
        with database.read() as session:
            now = moment(session)
            release_id = lists.find(session, reference, local_date(now))
        return releases.check(database, SYSTEM, release_id, now)


def _check_folder(files: dict[str, bytes], region: str | None) -> tuple[str, Outcome]:
    code = region or _region_of(files)
    if not is_installed(Config.from_env()):
        return SHIPPED, check_isolated((code, files))
    with looking() as (session, now):
        world = releases.world_at(session, code, now)
    return INSTALLED, check_isolated((code, files), world)


def _region_of(files: dict[str, bytes]) -> str:
    """The manifest's region; "" for a letter library, which names none."""
    try:
        return load_manifest(files[MANIFEST])["region"] if MANIFEST in files else ""
    except BundleError as error:
        raise Invalid({"files": str(error)}) from error


def _tell_outcome(outcome: Outcome, world: str, as_json: bool) -> None:
    if as_json:
        told = {"world": world, "passed": outcome.passed, "findings": outcome.findings, "stories": outcome.stories}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    click.echo(WORLDS[world])
    for each in outcome.findings:
        place = f" “{each['place']}”" if each["place"] else ""
        click.echo(f"{'✗' if each['severity'] == 'error' else '!'} {each['file']}{place}：{each['message']}")
    for story in outcome.stories:
        click.echo(f"{'✓' if story['holds'] else '✗'} {story['file']}：{story['title']}")
        for step, text in story["problems"]:
            click.echo(f"    {f'第 {step} 步' if step else '结尾'} {text}")
    click.echo("可以提交" if outcome.passed else "不能提交，请按上面的提示改正")


COMMANDS = {"check": check, "recheck": recheck}
