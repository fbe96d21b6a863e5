"""The web server's door: `gunicorn "app.wsgi:application()"`, or `serve` for the one-command installation."""

from __future__ import annotations

import sys

import waitress
from flask import Flask

from app.config import Config
from app.db import KeyFault
from app.extensions import create_app

# Whoever holds SQLite's one write lock gives up the interpreter at every statement, and with Python's 5 ms all others
# wait ten times that long for the lock.
SWITCH_SECONDS = 0.0005


def application() -> Flask:
    """The application as the environment configures it; wrong keys end the process with their sentence."""
    try:
        return create_app(Config.from_env())
    except KeyFault as fault:
        sys.exit(str(fault))


def serve(app: Flask, config: Config) -> None:
    """Serve until interrupted."""
    sys.setswitchinterval(SWITCH_SECONDS)
    waitress.serve(app, host=config.host, port=config.port, threads=config.threads, ident=None)
