"""`doudi run`, `doudi serve`, `doudi worker`: the running processes. SIGTERM and Ctrl+C end them in good order."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from app import installation, seed, worker, wsgi
from app.config import Config
from app.core import logs
from app.core.clock import SystemClock
from app.db import KeyFault
from app.extensions import create_app, open_database
from app.outside import SettingError


@click.command()
def run() -> None:
    """Migrate, fill an empty database with the demo world, and serve with workers in this process."""
    with _starting() as config:
        outside = worker.Outside.of(config)
        installation.upgrade(config)
        fresh = open_database(config, may_make_keys=True)
        with fresh.read() as session:
            empty = installation.is_empty(session)
        if empty:
            click.echo("正在装入演示数据……")
            installation.set_up_demo(fresh, SystemClock().now())
        with fresh.read() as session:
            logins = seed.logins() if seed.is_loaded(session, SystemClock().now()) else ""
        fresh.dispose()
        database, clock = wsgi.opened(config)
        app = create_app(config, database=database, clock=clock)
    stop = _stopping()
    running = worker.start(database, clock, outside, config.job_seconds)
    click.echo(f"兜底已启动：http://{config.host}:{config.port}/  （Ctrl+C 停止）")
    click.echo(logins)
    try:
        wsgi.serve(app, config, stop)
    finally:
        _end(running, config)


@click.command("serve")
def serve_only() -> None:
    """Serve the configured database; workers run beside it (`doudi worker`)."""
    with _starting() as config:
        database, clock = wsgi.opened(config)
        app = create_app(config, database=database, clock=clock)
    wsgi.serve(app, config, _stopping())


@click.command("worker")
def work() -> None:
    """Do due work until told to stop; any number of workers may run."""
    with _starting() as config:
        outside = worker.Outside.of(config)
        database, clock = wsgi.opened(config)
    stop = _stopping()
    running = worker.start(database, clock, outside, config.job_seconds)
    stop.wait()
    _end(running, config)


@contextmanager
def _starting() -> Iterator[Config]:
    """What stands in the way stops the start with its sentence."""
    try:
        config = Config.from_env()
        logs.configure(config.log_level, config.log_format)
        yield config
    except (SettingError, KeyFault, wsgi.CannotStart) as wrong:
        raise click.ClickException(str(wrong)) from wrong


def _stopping() -> threading.Event:
    """Set by the first SIGTERM or Ctrl+C; a second Ctrl+C ends the process at once."""
    stop = threading.Event()

    def on_signal(number: int, frame: Any) -> None:
        stop.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    return stop


def _end(running: worker.Running, config: Config) -> None:
    if not running.end(config.stop_seconds):
        click.echo(f"等了 {config.stop_seconds} 秒，手上的作业还没办完：已经中断，没有生效，会再办一次。", err=True)


COMMANDS = {"run": run, "serve": serve_only, "worker": work}
