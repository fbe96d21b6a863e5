"""`doudi bundle check`: the gate over folders. No database."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from app.engine.lint import ERROR
from app.gate.check import check_folder


@click.group()
def bundle() -> None:
    """Bundles: a programme's diagrams, tables and forms."""


@bundle.command("check")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="one JSON document for machines")
def check_bundles(folders: tuple[Path, ...], as_json: bool) -> None:
    """The publish linter; exit code 0 only if no folder has an error."""
    found = {str(folder): check_folder(folder) for folder in folders}
    if as_json:
        told = {folder: [each.as_dict() for each in findings] for folder, findings in found.items()}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        for folder, findings in found.items():
            errors = sum(each.severity == ERROR for each in findings)
            click.echo(f"{'✗' if errors else '✓'} {folder}：{errors} 个错误，{len(findings) - errors} 个提示")
            for each in findings:
                click.echo(f"    {each}")
    sys.exit(1 if any(each.severity == ERROR for findings in found.values() for each in findings) else 0)


COMMANDS = {"bundle": bundle}
