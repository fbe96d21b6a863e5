"""What befalls an installation: its nodes are killed, its server stops, its connections are taken, its disk is full."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg

from app.core.paths import ROOT
from tests.chaos.disk import Disk
from tests.chaos.server import Server

WEB = 2
KILL, STOP, CROWD, FULL = "kills", "server stops", "connections exhausted", "disk full"
RARE = {STOP: 20, CROWD: 40, FULL: 40}
"""Kills for each one of these."""
LASTS = 1.5  # seconds


class Nodes:
    """The nodes of one installation, two of them on the web, each killed and started again."""

    def __init__(self, environment: Mapping[str, str], log: Path, workers: int = 1) -> None:
        self.ports = [_free_port() for _ in range(WEB)]
        self._log = log.open("ab")
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.nodes"], env={**os.environ, **environment}, cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, start_new_session=True,
        )  # fmt: skip
        self._kinds = [*(f"web {port}" for port in self.ports), *["worker"] * workers]
        self._pids = [self._start(kind) for kind in self._kinds]

    def _start(self, kind: str) -> int:
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(f"{kind}\n")
        self._parent.stdin.flush()
        return int(self._parent.stdout.readline())

    def kill_one(self, chance: random.Random) -> None:
        """As a power cut would, and there again at once."""
        number = chance.randrange(len(self._kinds))
        self.kill(number)
        self._pids[number] = self._start(self._kinds[number])

    def kill(self, number: int) -> None:
        """For good, as a power cut would: first come the web nodes, then the workers."""
        with suppress(ProcessLookupError):
            os.kill(self._pids[number], signal.SIGKILL)

    def revive(self) -> None:
        """Start those that could not, as systemd would: their database was away."""
        for number, pid in enumerate(self._pids):
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                self._pids[number] = self._start(self._kinds[number])

    def end(self) -> None:
        os.killpg(self._parent.pid, signal.SIGKILL)
        self._parent.communicate()
        self._log.close()


class Faults:
    """All that may befall it here. `happened` counts them."""

    def __init__(self, nodes: Nodes, server: Server | None, disk: Disk | None, chance: random.Random) -> None:
        self.nodes, self._server, self._disk, self._chance = nodes, server, disk, chance
        self.happened: Counter[str] = Counter()

    def planned(self, kills: int) -> list[str]:
        """So many kills and what else there is, in no order."""
        possible = [FULL] * (self._disk is not None) + [STOP, CROWD] * (self._server is not None)
        rare = [kind for kind in possible for _ in range(max(1, kills // RARE[kind]))]
        found = [KILL] * kills + rare
        self._chance.shuffle(found)
        return found

    def strike(self, kind: str) -> None:
        if kind == KILL:
            self.nodes.kill_one(self._chance)
        elif kind == FULL:
            self._fill()
        elif kind == STOP:
            self._stop()
        else:
            self._crowd()
        self.happened[kind] += 1
        self.revive()

    def revive(self) -> None:
        if self._server:
            self._server.revive()
        self.nodes.revive()

    def _fill(self) -> None:
        assert self._disk is not None
        self._disk.fill()
        try:
            time.sleep(LASTS)
        finally:
            self._disk.free()

    def _stop(self) -> None:
        assert self._server is not None
        self._server.stop_at_once()
        time.sleep(self._chance.uniform(0, LASTS))
        self._server.start()

    def _crowd(self) -> None:
        """Somebody else takes every connection that is left, and each that comes free."""
        assert self._server is not None
        latest = time.monotonic() + LASTS
        with ExitStack() as taken:
            while time.monotonic() < latest:
                try:
                    taken.callback(self._server.connect().close)
                except psycopg.OperationalError:
                    time.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
