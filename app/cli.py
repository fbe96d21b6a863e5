"""The command line: `doudi scenario`, `doudi bundle check`, `doudi db`, `doudi serve`, `doudi worker`."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import TextIO

import click

from app import installation, seed, worker
from app.cases import deadlines
from app.config import Config
from app.core.clock import SystemClock, local_date
from app.core.paths import BUNDLES, TEMPLATES
from app.engine.lint import ERROR
from app.extensions import create_app, open_database
from app.gate import coverage as clause_coverage
from app.gate.check import check_folder
from app.identity import queries as identity
from app.scenarios import Result, StoryError, WorldTemplate, load_story, play
from app.worker import SpoolMessenger
from app.wsgi import serve


@click.group()
def main() -> None:
    """兜底: approvals of social assistance."""


@main.command()
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
        stories = (each for each in inside if not each.name.endswith((".form.json", "bundle.yaml")))
        found.extend(stories if path.is_dir() else [path])
    return found


def _play(template: WorldTemplate, path: Path) -> Result:
    try:
        return play(template, load_story(path))
    except StoryError as error:
        return Result(path.stem, [(0, str(error))])
    except Exception as error:  # a story that breaks the program must not hide the others
        return Result(path.stem, [(0, f"程序出错 {type(error).__name__}：{error}")])


def _as_json(path: Path, result: Result) -> dict[str, object]:
    problems = [{"step": step, "problem": text} for step, text in result.problems]
    return {"file": str(path), "title": result.title, "holds": result.holds, "problems": problems}


def _tell(path: Path, result: Result) -> None:
    click.echo(f"{'✓' if result.holds else '✗'} {path.name}：{result.title}")
    for step, text in result.problems:
        click.echo(f"    {f'第 {step} 步' if step else '结尾'} {text}")


@main.group()
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


@main.command()
def coverage() -> None:
    """Generate docs/coverage.md: from each clause to what carries and proves it."""
    evidence = clause_coverage.write()
    proved = sum(each.status == clause_coverage.PROVED for each in evidence.values())
    click.echo(f"{len(evidence)} 条条款，{proved} 条已有故事或测试证明")


@main.group()
def db() -> None:
    """The database."""


@db.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the configured database to a version of the schema."""
    installation.upgrade(Config.from_env(), revision)


@db.command()
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Bring the configured database down to an earlier version of the schema."""
    installation.downgrade(Config.from_env(), revision)


@db.command()
def install() -> None:
    """Fill a migrated database with calendar, default figures, templates and bundles."""
    with open_database(Config.from_env()).write() as session:
        installation.install(session, SystemClock().now())


@main.command("calendar")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--source", required=True, help="the notice that sets these days, e.g. 国办发明电〔2026〕7号")
@click.option("--region", default=None, help="code of the region in which these single days hold (default: everywhere)")
def import_calendar(file: TextIO, source: str, region: str | None) -> None:
    """Import the working days of a year (lines 日期,放假或上班,名称) and move the deadlines that it moves."""
    now = SystemClock().now()
    with open_database(Config.from_env()).write() as session:
        region_id = identity.region_by_code(session, region, local_date(now)).id if region else None
        done = deadlines.import_calendar(session, file.read(), source, "命令行", now, region_id)
    click.echo(f"已导入 {'、'.join(map(str, done.years))} 年 {len(done.days)} 天，{len(done.clocks)} 个期限有变动")


@main.command()
def run() -> None:
    """Migrate, fill an empty database with the demo world, and serve with one worker in this process."""
    config, clock = Config.from_env(), SystemClock()
    installation.upgrade(config)
    database = open_database(config)
    with database.read() as session:
        empty = installation.is_empty(session)
    if empty:
        click.echo("正在装入演示数据……")
        installation.set_up_demo(database, clock.now())
    stop = worker.start(database, clock, SpoolMessenger(config.spool_folder))
    click.echo(f"兜底已启动：http://{config.host}:{config.port}/  （Ctrl+C 停止）")
    click.echo(seed.logins())
    try:
        serve(create_app(config, database=database, clock=clock), config)
    finally:
        stop.set()


@main.command("serve")
def serve_only() -> None:
    """Serve the configured database; workers run beside it (`doudi worker`)."""
    config = Config.from_env()
    serve(create_app(config), config)


@main.command("worker")
def work() -> None:
    """Do due work until interrupted; any number of workers may run."""
    config = Config.from_env()
    messenger = SpoolMessenger(config.spool_folder)
    worker.prepare(open_database(config), SystemClock(), messenger).run_forever(threading.Event())


if __name__ == "__main__":
    main()
