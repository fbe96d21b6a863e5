"""`doudi release`: the life of a release (发布版) from the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from app.cases import queries as cases
from app.cli.acting import acting, by, looking, refusals
from app.config import Config
from app.core.actor import SYSTEM
from app.core.clock import SystemClock, local_date
from app.core.errors import Invalid
from app.definitions import limits, lists, operations, store
from app.definitions.folder import read_folder, write_folder
from app.extensions import open_database
from app.gate import releases
from app.gate.diff import compare
from app.gate.isolated import Outcome, check_isolated

reason_option = click.option("--reason", required=True, help="why, as the record keeps it")
json_option = click.option("--json", "as_json", is_flag=True, help="one JSON document for machines")


@click.group()
def release() -> None:
    """Releases: immutable packages of policy, checked, approved by a second person, in force from a day."""


@release.command()
@click.argument("source", metavar="DIR|PROGRAMME@REGION:N")
@click.option("--region", "regions", multiple=True, help="code of a region that it is for (default: the manifest's)")
@by
def draft(source: str, regions: tuple[str, ...], by: str) -> None:
    """Take in a folder, or bring back an older release, as a draft; prints its id."""
    with acting(by) as act:
        restores = None if Path(source).is_dir() else lists.find(act.session, source, local_date(act.now))
        files = _files_at(Path(source)) if restores is None else store.files_of(act.session, restores)
        codes = list(regions)
        if restores is not None and not codes:
            codes = lists.region_codes(act.session, restores)
        click.echo(operations.draft(act.session, act.actor, files, codes, now=act.now, restores=restores))


@release.command()
@click.argument("target", metavar="ID|DIR")
@json_option
def check(target: str, as_json: bool) -> None:
    """Check with all stories; of a draft the receipt is kept. Exit code 0 only if it may be published."""
    with refusals():
        if Path(target).is_dir():
            outcome = check_isolated(("", _files_at(Path(target))))
        else:
            now, database = SystemClock().now(), open_database(Config.from_env())
            with database.read() as session:
                release_id = lists.find(session, target, local_date(now))
            outcome = releases.check(database, SYSTEM, release_id, now)
    _tell_outcome(outcome, as_json)
    sys.exit(0 if outcome.passed else 1)


@release.command()
def recheck() -> None:
    """Check again what owners have in force, after the catalogue or the product changed; `list` shows the outcome."""
    with refusals():
        done = releases.recheck(open_database(Config.from_env()), SYSTEM, SystemClock().now())
    click.echo(f"已重新检查 {len(done)} 个现行发布版，结果见 doudi release list")


@release.command()
@click.argument("id")
@click.option("--from", "day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="first day in force, 2027-01-04")
@reason_option
@by
def submit(id: str, day: Any, reason: str, by: str) -> None:
    """Ask for approval."""
    with acting(by) as act:
        operations.submit(act.session, act.actor, id, day.date(), reason, now=act.now)
        click.echo("已提交，请另一位政策管理员审批")


@release.command()
@click.argument("id")
@by
def approve(id: str, by: str) -> None:
    """Put a submission in force from its day; not one's own."""
    with acting(by) as act:
        numbers = operations.approve(act.session, act.actor, id, now=act.now)
        for scope, number in numbers.items():
            click.echo(f"已批准：{lists.place_name(act.session, scope)}第 {number} 版")
        _tell_made_under(act.session, id)


@release.command()
@click.argument("id")
@reason_option
@by
def reject(id: str, reason: str, by: str) -> None:
    """Refuse a submission or put away a draft."""
    with acting(by) as act:
        operations.reject(act.session, act.actor, id, reason, now=act.now)
        click.echo("已退回")


@release.command()
@click.argument("reference", metavar="ID|PROGRAMME@REGION:N")
@reason_option
@by
def retire(reference: str, reason: str, by: str) -> None:
    """From today its regions have no release of their own; the wider region's holds."""
    with acting(by) as act:
        found = lists.find(act.session, reference, local_date(act.now))
        operations.retire(act.session, act.actor, found, reason, now=act.now)
        click.echo("已停用")


@release.command()
@click.argument("reference", metavar="ID|PROGRAMME@REGION:N")
@reason_option
@by
def stop(reference: str, reason: str, by: str) -> None:
    """Take no new applications, at once."""
    with acting(by) as act:
        found = lists.find(act.session, reference, local_date(act.now))
        operations.stop(act.session, act.actor, found, reason, now=act.now)
        click.echo("已停止受理新申请")


@release.command("list")
@json_option
def list_releases(as_json: bool) -> None:
    """Every release at each of its places, with its state today."""
    with looking() as (session, now):
        lines = lists.listed(session, local_date(now))
        if as_json:
            click.echo(json.dumps(lines, ensure_ascii=False, indent=1, default=str))
            return
        for line in lines:
            name = f"{line['programme']}@{line['region'] or '*'}:{line['number'] or '-'}"
            notes = [line["state"], f"自 {line['in_force_from'] or '未定'}", line["place"]]
            notes += ["base moved（基础版本已更新）"] if line["base_moved"] else []
            notes += [f"检查：{line['checked']}"] if line["checked"] else []
            click.echo(f"{line['id']}  {name}  {'，'.join(notes)}")
            _tell_made_under(session, line["id"])


@release.command()
@click.argument("reference", metavar="PROGRAMME[@REGION][:N]|ID")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def export(reference: str, folder: Path) -> None:
    """Write a release into an empty folder, byte for byte as it was imported."""
    with looking() as (session, now):
        if folder.exists() and any(folder.iterdir()):
            raise Invalid({"folder": f"{folder} 不是空文件夹，请换一个"})
        write_folder(store.files_of(session, lists.find(session, reference, local_date(now))), folder)
        click.echo(f"已导出到 {folder}")


@release.command()
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@json_option
def diff(old: str, new: str, as_json: bool) -> None:
    """What differs from A to B, each an id, PROGRAMME@REGION:N or a folder."""
    with refusals():
        changes = compare(_files(old), _files(new))
    if as_json:
        click.echo(json.dumps([each.as_dict() for each in changes], ensure_ascii=False, indent=1))
    else:
        for each in changes:
            click.echo(str(each))
        click.echo(f"{len(changes)} 处不同")


def _files_at(folder: Path) -> dict[str, bytes]:
    limits.require_folder(folder)
    files = read_folder(folder)
    if not files:
        raise Invalid({"folder": f"{folder} 里没有方案文件，请指定含有 bundle.yaml 或文书模板的文件夹"})
    limits.require(files)
    return files


def _files(reference: str) -> dict[str, bytes]:
    if Path(reference).is_dir():
        return _files_at(Path(reference))
    with looking() as (session, now):
        return store.files_of(session, lists.find(session, reference, local_date(now)))


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


def _tell_made_under(session: Any, release_id: str) -> None:
    """Going back tells what was made under the bad release, for people to look at again."""
    bad = lists.made_under(session, release_id)
    if bad is None:
        return
    for number, title, letters in cases.made_under(session, bad):
        click.echo(f"    曾按被替换的版本办理：{number} {title}，文书：{'、'.join(letters) or '无'}")
