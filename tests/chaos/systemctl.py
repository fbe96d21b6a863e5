"""A small `systemctl` that starts the commands of real units: `python systemctl.py UNITS VERB NAME…`.

It reads ExecStart, EnvironmentFile, Environment, WorkingDirectory and Type as systemd does, and keeps pids beside the
units. A timer is only noted.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

PATIENCE = 60


def read(unit: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def environment(told: dict[str, list[str]]) -> dict[str, str]:
    lines = [line for file in told.get("EnvironmentFile", []) for line in Path(file).read_text().splitlines()]
    pairs = [line.split("=", 1) for line in lines + told.get("Environment", []) if line and not line.startswith("#")]
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **dict(pairs)}  # type: ignore[arg-type]


def start(folder: Path, name: str) -> None:
    if name.endswith(".timer"):
        return
    told = read(folder / f"{name}.service")
    log = (folder / f"{name}.log").open("ab")
    how = {"env": environment(told), "cwd": told["WorkingDirectory"][0], "stdout": log, "stderr": log}
    command = shlex.split(told["ExecStart"][0])
    if told["Type"] == ["oneshot"]:
        if subprocess.run(command, **how).returncode:  # type: ignore[call-overload]
            sys.exit(f"{name} failed:\n" + (folder / f"{name}.log").read_text()[-2000:])
        return
    process = subprocess.Popen(command, start_new_session=True, **how)  # type: ignore[call-overload]
    (folder / f"{name}.pid").write_text(str(process.pid))


def stop(folder: Path, name: str) -> None:
    """SIGTERM, and wait until it is gone."""
    file = folder / f"{name}.pid"
    pid = int(file.read_text())
    os.kill(pid, signal.SIGTERM)
    latest = time.monotonic() + PATIENCE
    while is_running(pid):
        if time.monotonic() > latest:
            sys.exit(f"{name} did not end within {PATIENCE} s")
        time.sleep(0.05)
    file.unlink()


def is_running(pid: int) -> bool:
    """Whether it is there and has not ended; nobody here waits for what an earlier call started."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def main(folder: Path, verb: str, *names: str) -> None:
    wanted = [name for name in names if not name.startswith("-")]
    if verb in ("start", "stop", "enable"):
        for name in wanted:
            (stop if verb == "stop" else start)(folder, name)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
