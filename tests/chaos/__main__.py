"""`make chaos`: a second machine from the guides, then kills and races on both databases. KILLS=… for a long run."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.chaos import second_machine
from tests.chaos.kills import storm
from tests.support.postgres import LOCAL, Cluster

KILLS = 40
PAUSE = 0.5  # seconds between two kills, on average
CASES_A_KILL = 3


def one(where: str, url: str, folder: Path, kills: int) -> int:
    """Violations of a storm on the database at `url`."""
    began = time.monotonic()
    with storm(url, folder, kills * CASES_A_KILL, seed=len(where)) as (it, nodes):
        count = it.run(nodes, kills, PAUSE)
    count.show(where, time.monotonic() - began)
    return len(count.violations)


def main(kills: int) -> int:
    print("a second machine with nothing but the guides")
    second_machine.play(installs=True)
    print("web nodes and workers killed while people work")
    violations = 0
    with tempfile.TemporaryDirectory(prefix="doudi-chaos-") as folder:
        violations += one("SQLite", f"sqlite:///{folder}/doudi.db", Path(folder), kills)
    folder = tempfile.TemporaryDirectory(prefix="doudi-chaos-")
    with folder as name, Cluster.start(LOCAL) as server, server.blank_database() as url:
        violations += one("PostgreSQL", url, Path(name), kills)
    return violations


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1]) if sys.argv[1:] else KILLS) else 0)
