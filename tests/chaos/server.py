"""A PostgreSQL server that is stopped as a power cut stops it, and started again as systemd would."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from tests.support.postgres import START_SECONDS, binaries, unprivileged

CONNECTIONS = 60


class Server:
    """Its data and socket lie in `folder`; what it said that it wrote is on the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._who = folder, unprivileged()
        self.url = f"postgresql+psycopg://postgres@/postgres?host={folder}"
        if self._who:
            os.chown(folder, self._who["user"], self._who["group"])
        init = ["initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
        self._call(init).wait()
        self.start()

    def start(self) -> None:
        options = ["-c", "listen_addresses=", "-c", f"max_connections={CONNECTIONS}"]
        self._process = self._call(["postgres", "-D", self._folder / "data", "-k", self._folder, *options])
        latest = time.monotonic() + START_SECONDS
        while time.monotonic() < latest and self._process.poll() is None:
            with suppress(psycopg.OperationalError):
                self.connect().close()
                return
            time.sleep(0.05)
        raise RuntimeError("PostgreSQL did not start")

    def stop_at_once(self) -> None:
        """No connection is told, nothing is written out."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(START_SECONDS)

    def revive(self) -> None:
        """Start it where it has given up, as it does when it finds no room to write."""
        if self._process.poll() is not None:
            self.start()

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(f"host={self._folder} user=postgres dbname=postgres", connect_timeout=5)

    def _call(self, command: list[str | Path]) -> subprocess.Popen[bytes]:
        program, *rest = command
        quiet = subprocess.DEVNULL
        return subprocess.Popen(
            [binaries() / program, *rest], stdout=quiet, stderr=quiet, cwd=self._folder, **self._who
        )


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    folder.mkdir(exist_ok=True)
    server = Server(folder)
    try:
        yield server
    finally:
        with suppress(ProcessLookupError):
            server.stop_at_once()
