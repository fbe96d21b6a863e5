"""Nodes that can be killed and are there again at once: `python -m tests.chaos.nodes` reads `web PORT` or `worker`.

It forks one for every line and answers with its pid; what is imported is shared, so that a node starts in a moment.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from threading import Event

from app import worker, wsgi
from app.config import Config
from app.core import logs
from app.extensions import create_app


def run(kind: str, port: str = "0") -> None:
    """A node as `doudi serve` or `doudi worker` runs it, until it is killed."""
    config = replace(Config.from_env(), port=int(port))
    database, clock = wsgi.opened(config)
    if kind == "web":
        wsgi.serve(create_app(config, database=database, clock=clock), config, Event())
    else:
        worker.start(database, clock, worker.Outside.of(config), config.job_seconds)
        Event().wait()


def _warm() -> None:
    """Have everything imported and compiled that a node needs to start."""
    database, clock = wsgi.opened(Config.from_env())
    create_app(Config.from_env(), database=database, clock=clock)
    database.dispose()


def main() -> None:
    logs.configure("WARNING", "text")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _warm()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            os.dup2(2, 1)
            run(*line.split())
        print(pid, flush=True)


if __name__ == "__main__":
    main()
