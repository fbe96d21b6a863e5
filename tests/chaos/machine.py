"""A bare machine in a folder: the guide's folders lie below it, and what only root may do is stood in for.

Left out are `apt-get` and `useradd`, and owners of files; `systemctl` is ours (it starts the real units), `runuser`
runs the command as whoever runs this. PostgreSQL is a server of its own that believes everybody who reaches its socket.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.core.paths import ROOT
from tests.support.postgres import LOCAL, Cluster, binaries

FOLDERS = (
    "/opt",
    "/etc/doudi",
    "/etc/systemd/system",
    "/var/lib/doudi",
    "/var/backups/doudi",
    "/usr/local/bin",
    "/root",
)
STAND_INS = {
    "apt-get": "exit 0",
    "useradd": "exit 0",
    "runuser": 'user=$2; shift 3; [ "$user" = postgres ] && export PGUSER=postgres\nexec "$@"',
    "install": 'set -- $(printf "%s\\n" "$@" | sed -e "/^-[og]$/{N;d}")\nexec /usr/bin/install "$@"',
    "id": "echo doudi",
    "systemctl": f'exec {sys.executable} {Path(__file__).with_name("systemctl.py")} "$UNITS" "$@"',
}


class Machine:
    """Runs blocks of the guides. `url` is where its web node answers."""

    def __init__(self, folder: Path, cluster: Path, port: int) -> None:
        self.folder, self._port = folder, port
        self._sockets = str(cluster)
        self.url = f"http://127.0.0.1:{port}"
        for each in (*FOLDERS, "/stand-ins"):
            (folder / each.lstrip("/")).mkdir(parents=True, exist_ok=True)
        for name, body in STAND_INS.items():
            path = folder / "stand-ins" / name
            path.write_text(f"#!/bin/sh\n{body}\n")
            path.chmod(0o755)

    def here(self, text: str) -> str:
        """The text with the guide's places put where they are on this machine."""
        moved = re.sub("|".join(rf"(?<![\w./]){each}(?=[/\s\"')]|$)" for each in FOLDERS),
                       lambda found: f"{self.folder}{found[0]}", text, flags=re.M)  # fmt: skip
        return moved.replace("/run/postgresql", self._sockets).replace("8000", str(self._port))

    def run(self, block: str) -> str:
        """What a block prints. Raises RuntimeError with all that it said where a command fails."""
        done = subprocess.run(
            ["bash", "-c", f"set -e\n{self.here(block)}"], cwd=self.folder / "var/lib/doudi", env=self.environment(),
            capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{block}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def environment(self) -> dict[str, str]:
        """Nothing of whoever runs this but where programs lie."""
        own = f"{self.folder}/stand-ins:{self.folder}/usr/local/bin:{Path(sys.executable).parent}:{binaries()}"
        return {
            "PATH": f"{own}:{os.environ['PATH']}",
            "HOME": str(self.folder / "root"),
            "LANG": "C.UTF-8",
            "PGHOST": self._sockets,
            "UNITS": str(self.folder / "etc/systemd/system"),
            **{name: text for name, text in os.environ.items() if name.startswith(("PIP_", "SSL_", "http", "HTTP"))},
        }

    def deliver(self) -> None:
        """The release's archive of what git keeps, its places those of this machine."""
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
        stage = self.folder / "stage"
        for name in listed.strip("\0").split("\0"):
            (stage / "doudi" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, stage / "doudi" / name)
        for path in (each for each in (stage / "doudi/deploy").rglob("*") if each.is_file()):
            path.write_text(self.here(path.read_text()))
        to = self.folder / "var/lib/doudi/doudi.tar.gz"
        subprocess.run(["tar", "-czf", to, "-C", stage, "doudi"], check=True)
        shutil.rmtree(stage)

    def log(self, unit: str) -> str:
        path = self.folder / "etc/systemd/system" / f"{unit}.log"
        return path.read_text() if path.exists() else ""

    def kill_all(self) -> None:
        for file in (self.folder / "etc/systemd/system").glob("*.pid"):
            with suppress(ProcessLookupError):
                os.killpg(int(file.read_text()), signal.SIGKILL)


@contextmanager
def machine() -> Iterator[Machine]:
    """A bare machine with PostgreSQL; everything is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="doudi-machine-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        with Cluster.start(LOCAL) as cluster:
            it = Machine(folder, cluster.folder, port)
            try:
                yield it
            finally:
                it.kill_all()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
