"""`doudi scenario`: playing stories."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from app.core.paths import BUNDLES, TEMPLATES
from app.scenarios.outcomes import SETTING, Difference
from app.scenarios.play import Result, play
from app.scenarios.story import StoryError, load_story
from app.scenarios.world import WorldTemplate

OTHERS, TOOLS = (".form.json", "bundle.yaml"), "element-templates"
"""Files and a folder beside the stories that are none."""


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="one JSON document for machines")
@click.option("--database", default=None, help="a PostgreSQL server for the scratch databases (default: SQLite files)")
def scenario(files: tuple[Path, ...], as_json: bool, database: str | None) -> None:
    """Play stories in scratch databases; exit code 0 only if every story holds."""
    template = WorldTemplate(BUNDLES, TEMPLATES, database)
    try:
        results = [(path, _play(template, path)) for path in _stories(files)]
    finally:
        template.close()
    if as_json:
        click.echo(json.dumps([_as_json(path, result) for path, result in results], ensure_ascii=False, indent=1))
    else:
        for path, result in results:
            _tell(path, result)
        held = sum(result.holds for _, result in results)
        click.echo(f"{held} 个故事成立，{len(results) - held} 个不成立")
    sys.exit(0 if results and all(result.holds for _, result in results) else 1)


def _stories(files: tuple[Path, ...]) -> list[Path]:
    """Files as given; a folder stands for the stories in it, not for the files of bundles."""
    found: list[Path] = []
    for path in files:
        inside = (each for each in sorted(path.rglob("*")) if each.suffix in (".yaml", ".yml", ".json"))
        stories = (each for each in inside if not each.name.endswith(OTHERS) and each.parent.name != TOOLS)
        found.extend(stories if path.is_dir() else [path])
    return found


def _play(template: WorldTemplate, path: Path) -> Result:
    try:
        return play(template, load_story(path))
    except StoryError as error:
        return _broken(path, str(error))
    except Exception as error:  # a story that breaks the program must not hide the others
        return _broken(path, f"程序出错 {type(error).__name__}：{error}")


def _broken(path: Path, told: str) -> Result:
    return Result(path.stem, [Difference(0, "", SETTING, [told])])


def _as_json(path: Path, result: Result) -> dict[str, object]:
    problems = [{"step": step, "problem": text} for step, text in result.problems]
    return {"file": str(path), "title": result.title, "holds": result.holds, "problems": problems}


def _tell(path: Path, result: Result) -> None:
    click.echo(f"{'✓' if result.holds else '✗'} {path.name}：{result.title}")
    for step, text in result.problems:
        click.echo(f"    {f'第 {step} 步' if step else '结尾'} {text}")


COMMANDS = {"scenario": scenario}
