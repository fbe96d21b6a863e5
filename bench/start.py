"""`doudi serve` on a database that is there: from its process to listening, and its first page. Aims below.

The modules are compiled, as after `make run` or an installation; the first start is left out.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.request import urlopen

from app import installation
from app.config import Config
from app.core.clock import SystemClock
from app.core.paths import ROOT
from app.extensions import open_database
from bench.report import figure
from bench.world import folder

STARTS = 3
AIM_START, AIM_FIRST = 2.0, 300
TICKS = os.sysconf("SC_CLK_TCK")


class Started(NamedTuple):
    """Seconds to listening and milliseconds of the first page: on the clock, and of the processor."""

    wall: float
    cpu: float
    first_wall: float
    first_cpu: float


def _environment(place: Path) -> dict[str, str]:
    """Of an installation in this folder, at a port that is free."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {
        "DOUDI_DATABASE_URL": f"sqlite:///{place / 'start.db'}",
        "DOUDI_KEY_FILE": str(place / "keys.json"),
        "DOUDI_SECRET_FILE": str(place / "secret"),
        "DOUDI_PORT": str(port),
        "DOUDI_LOG_LEVEL": "WARNING",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DOUDI_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**kept, **own}


def _install(settings: dict[str, str]) -> None:
    config = Config.from_env(settings)
    installation.upgrade(config)
    database = open_database(config, may_make_keys=True)
    with database.write() as session:
        installation.install(session, SystemClock().now())
    database.dispose()


def _cpu(process: subprocess.Popen[bytes]) -> float:
    """Seconds of the processor that a process has used."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def _serving(settings: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The process, as soon as it listens."""
    process = subprocess.Popen([sys.executable, "-m", "app.cli", "serve"], env=settings, cwd=ROOT)
    try:
        while not _listens(int(settings["DOUDI_PORT"])):
            if process.poll() is not None:
                raise RuntimeError("doudi serve did not start")
            time.sleep(0.01)
        yield process
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def _start(settings: dict[str, str]) -> Started:
    began = time.perf_counter()
    with _serving(settings) as process:
        wall, cpu = time.perf_counter() - began, _cpu(process)
        began = time.perf_counter()
        with urlopen(f"http://127.0.0.1:{settings['DOUDI_PORT']}/desk/login") as answer:
            answer.read()
        return Started(wall, cpu, (time.perf_counter() - began) * 1000, (_cpu(process) - cpu) * 1000)


def main() -> None:
    """Print and note the medians of so many starts."""
    with folder() as place:
        settings = _environment(place)
        _install(settings)
        _start(settings)
        found = [_start(settings) for _ in range(STARTS)]
    wall, cpu, first, first_cpu = ([each[part] for each in found] for part in range(4))
    figure("start.listening", median(wall), "s", f"<= {AIM_START:g}", wall)
    figure("start.listening.cpu", median(cpu), "s", of=cpu)
    figure("start.first_page", median(first), "ms", f"<= {AIM_FIRST}", first)
    print(f"second start: listening after {median(wall):.2f} s, {median(cpu):.2f} s CPU (aim: {AIM_START:g} s)")
    print(f"first page: {median(first):.0f} ms, {median(first_cpu):.0f} ms CPU (aim: {AIM_FIRST} ms)")


if __name__ == "__main__":
    main()
