"""Files that a command is about: a folder as it stands, or a release of the database; what was made under one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from app.cases import queries as cases
from app.cli.acting import looking
from app.core.clock import local_date
from app.core.errors import Invalid
from app.definitions import limits, lists, store
from app.definitions.folder import read_folder


def files_at(folder: Path) -> dict[str, bytes]:
    """The files of a bundle or letter library. Raises Invalid: none, too big, nested too deep."""
    limits.require_folder(folder)
    files = read_folder(folder)
    if not files:
        raise Invalid({"folder": f"{folder} 里没有方案文件，请指定含有 bundle.yaml 或文书模板的文件夹"})
    limits.require(files)
    return files


def files_of(reference: str) -> dict[str, bytes]:
    """The same, or those of a release by id or `PROGRAMME[@REGION][:N]`. Raises Invalid, NotFound."""
    if Path(reference).is_dir():
        return files_at(Path(reference))
    with looking() as (session, now):
        return store.files_of(session, lists.find(session, reference, local_date(now)))


def tell_made_under(session: Any, release_id: str) -> None:
    """Going back tells what was made under the bad release, for people to look at again."""
    bad = lists.made_under(session, release_id)
    if bad is None:
        return
    for number, title, letters in cases.made_under(session, bad):
        click.echo(f"    曾按被替换的版本办理：{number} {title}，文书：{'、'.join(letters) or '无'}")
