"""The web server's door: `gunicorn -c deploy/gunicorn.conf.py`, or `serve` for the one-command installation."""

from __future__ import annotations

import sys
import time
from threading import Event
from typing import Any

import waitress
from flask import Flask
from sqlalchemy.exc import DBAPIError
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer
from waitress.wasyncore import dispatcher, loop

from app import installation
from app.config import Config
from app.core import logs
from app.core.clock import SteadyClock
from app.db import Database, KeyFault, is_away
from app.db.schema import NotMigrated
from app.extensions import create_app, open_database, steady_clock
from app.outside import SettingError

# Whoever holds SQLite's one write lock gives up the interpreter at every statement, and with Python's 5 ms all others
# wait ten times that long for the lock.
SWITCH_SECONDS = 0.0005
AWAY = "数据库没有应答，请核对 DOUDI_DATABASE_URL，并确认数据库服务已经启动"


class CannotStart(Exception):
    """Why this process does not start: one Chinese sentence."""


def opened(config: Config) -> tuple[Database, SteadyClock]:
    """The configured database, proved to be ours, and a clock that its last record has not overtaken.

    Raises CannotStart. Later the database may be away and come back.
    """
    try:
        installation.require_schema(config)
        database = open_database(config)
        with database.read() as session:
            clock = steady_clock(session, config)
    except (KeyFault, NotMigrated, SettingError) as fault:
        raise CannotStart(str(fault)) from fault
    except DBAPIError as fault:
        if not is_away(fault):
            raise
        raise CannotStart(AWAY) from fault
    return database, clock


def application() -> Flask:
    """The application as the environment configures it; what stands in the way ends the process with its sentence."""
    try:
        config = Config.from_env()
        logs.configure(config.log_level, config.log_format)
        database, clock = opened(config)
        return create_app(config, database=database, clock=clock)
    except (CannotStart, SettingError) as fault:
        sys.exit(str(fault))


def serve(app: Flask, config: Config, stop: Event) -> None:
    """Serve until `stop` is set; then nobody new is let in, and what is being answered is, within `stop_seconds`."""
    sys.setswitchinterval(SWITCH_SECONDS)
    sockets: dict[int, Any] = {}
    server = waitress.create_server(
        app, map=sockets, host=config.host, port=config.port, threads=config.threads, ident=None
    )
    while not stop.is_set():
        loop(timeout=1, map=sockets, count=1)
    for listening in [each for each in sockets.values() if isinstance(each, BaseWSGIServer)]:
        dispatcher.close(listening)
    latest = time.monotonic() + config.stop_seconds
    while time.monotonic() < latest and any(map(_is_busy, sockets.values())):
        loop(timeout=0.1, map=sockets, count=1)
    server.task_dispatcher.shutdown()


def _is_busy(connection: Any) -> bool:
    return isinstance(connection, HTTPChannel) and bool(connection.requests or connection.total_outbufs_len)
