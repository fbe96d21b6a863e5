"""`doudi run`, `doudi serve`, `doudi worker`: the running processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from app import installation, seed, worker
from app.config import Config
from app.core.clock import SystemClock
from app.db import KeyFault
from app.extensions import create_app, open_database
from app.outside import SettingError
from app.wsgi import serve


@click.command()
def run() -> None:
    """Migrate, fill an empty database with the demo world, and serve with one worker in this process."""
    config, clock = Config.from_env(), SystemClock()
    with _settings():
        outside = worker.Outside.of(config)
    installation.upgrade(config)
    with _settings():
        database = open_database(config, may_make_keys=True)
    with database.read() as session:
        empty = installation.is_empty(session)
    if empty:
        click.echo("正在装入演示数据……")
        installation.set_up_demo(database, clock.now())
    stop = worker.start(database, clock, outside)
    click.echo(f"兜底已启动：http://{config.host}:{config.port}/  （Ctrl+C 停止）")
    click.echo(seed.logins())
    try:
        serve(create_app(config, database=database, clock=clock), config)
    finally:
        stop.set()


@click.command("serve")
def serve_only() -> None:
    """Serve the configured database; workers run beside it (`doudi worker`)."""
    config = Config.from_env()
    with _settings():
        app = create_app(config)
    serve(app, config)


@click.command("worker")
def work() -> None:
    """Do due work until interrupted; any number of workers may run."""
    config = Config.from_env()
    with _settings():
        outside, database = worker.Outside.of(config), open_database(config)
    worker.start(database, SystemClock(), outside).wait()


@contextmanager
def _settings() -> Iterator[None]:
    """What is set wrongly and wrong keys stop the start with their sentence."""
    try:
        yield
    except (SettingError, KeyFault) as wrong:
        raise click.ClickException(str(wrong)) from wrong


COMMANDS = {"run": run, "serve": serve_only, "worker": work}
