"""`doudi vocabulary`: the names that may be read at a point of a diagram. No database."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from app import vocabulary as words
from app.definitions.bundle import Bundle
from app.definitions.errors import BundleError
from app.engine import DiagramError
from app.feel import FeelError
from app.figures.content import seeded
from app.forms import FormError

UNREADABLE = (BundleError, DiagramError, FeelError, FormError)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--element", help="one element by its id; otherwise all")
@click.option("--process", help="one process by its key in bundle.yaml; otherwise all")
@click.option("--json", "as_json", is_flag=True, help="one JSON document for machines")
def vocabulary(folder: Path, element: str | None, process: str | None, as_json: bool) -> None:
    """The names that may be read at each element of a bundle, with type, title, origin and paths without them."""
    try:
        found = words.of(Bundle.from_folder(folder), seeded())
    except UNREADABLE as fault:
        raise click.ClickException(f"{folder} 读不了：{fault}。请先运行 doudi bundle check") from fault
    told = {
        f"{key}/{point.id}": list(found.at(key, point.id).names())
        for key, each in found.words.items()
        for point in each.points()
        if process in (None, key) and element in (None, point.id)
    }
    if not told:
        raise click.ClickException(
            f"{folder} 里没有流程 {process or '（任何）'} 的元素 {element or '（任何）'}，请核对编号"
        )
    if as_json:
        lines = {place: [asdict(name) for name in names] for place, names in told.items()}
        click.echo(json.dumps(lines, ensure_ascii=False, indent=1))
        sys.exit(0)
    for place, names in told.items():
        click.echo(place)
        for name in names:
            missing = f"  可能没有值：{name.missing_on}" if name.missing_on else ""
            click.echo(f"    {name.path}  {name.type}  {name.title}  （{name.origin}）{missing}")


COMMANDS = {"vocabulary": vocabulary}
