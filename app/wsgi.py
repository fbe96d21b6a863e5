"""The web server's door: `gunicorn "app.wsgi:application()"`, or `serve` for the one-command installation."""

from __future__ import annotations

import waitress
from flask import Flask

from app.config import Config
from app.extensions import create_app


def application() -> Flask:
    """The application as the environment configures it."""
    return create_app(Config.from_env())


def serve(app: Flask, config: Config) -> None:
    """Serve until interrupted."""
    waitress.serve(app, host=config.host, port=config.port, threads=config.threads, ident=None)
