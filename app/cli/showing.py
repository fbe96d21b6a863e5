"""`doudi release list`, `export`, `diff`: looking at releases."""

from __future__ import annotations

import json
from pathlib import Path

import click

from app.cli.acting import json_option, looking, refusals
from app.cli.files import files_of, tell_made_under
from app.core.clock import local_date
from app.core.errors import Invalid
from app.definitions import lists, news, store
from app.definitions.folder import write_folder
from app.gate.comparing import compare_sides
from app.gate.diff import compare
from app.gate.diff.three import TITLES


@click.command("list")
@json_option
def list_releases(as_json: bool) -> None:
    """Every release at each of its places, with its state today."""
    with looking() as (session, now):
        lines = news.listed(session, local_date(now))
        if as_json:
            click.echo(json.dumps(lines, ensure_ascii=False, indent=1, default=str))
            return
        for line in lines:
            name = f"{line['programme']}@{line['region'] or '*'}:{line['number'] or '-'}"
            notes = [line["state"], f"自 {line['in_force_from'] or '未定'}", line["place"]]
            notes += [f"检查：{line['checked']}"] if line["checked"] else []
            click.echo(f"{line['id']}  {name}  {'，'.join(notes)}")
            for each in line["news"]:
                click.echo(f"    {each['kind'].replace('_', ' ')}：{each['text']}")
            tell_made_under(session, line["id"])


@click.command()
@click.argument("reference", metavar="PROGRAMME[@REGION][:N]|ID")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def export(reference: str, folder: Path) -> None:
    """Write a release into an empty folder, byte for byte as it was imported."""
    with looking() as (session, now):
        if folder.exists() and any(folder.iterdir()):
            raise Invalid({"folder": f"{folder} 不是空文件夹，请换一个"})
        write_folder(store.files_of(session, lists.find(session, reference, local_date(now))), folder)
        click.echo(f"已导出到 {folder}")


@click.command()
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@json_option
def diff(old: str, new: str, as_json: bool) -> None:
    """What differs from A to B, each an id, PROGRAMME@REGION:N or a folder."""
    with refusals():
        changes = compare(files_of(old), files_of(new))
    if as_json:
        click.echo(json.dumps([each.as_dict() for each in changes], ensure_ascii=False, indent=1))
    else:
        for each in changes:
            click.echo(str(each))
        click.echo(f"{len(changes)} 处不同")


@click.command("compare")
@click.argument("reference", metavar="ID|PROGRAMME@REGION:N")
@json_option
def compare_three(reference: str, as_json: bool) -> None:
    """The base that a release changed, the release, and the base as it is now, side by side; conflicts first."""
    with looking() as (session, now):
        on = local_date(now)
        found = compare_sides(session, lists.find(session, reference, on), on)
    if as_json:
        told = {**found._asdict(), "sides": [each.as_dict() for each in found.sides]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    click.echo(f"{found.place}：{'基础版本已更新' if found.base_moved else '基础版本没有更新'}")
    for state, title in TITLES.items():
        sides = [each for each in found.sides if each.state == state]
        if sides:
            click.echo(f"{title}（{len(sides)} 处）")
        for each in sides:
            click.echo(f"    {each}")


COMMANDS = {"compare": compare_three, "list": list_releases, "export": export, "diff": diff}
