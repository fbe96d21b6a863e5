"""`make chaos`: a second machine from the guides, then faults and races on both databases.

KILLS and RACES are for each database; `--only` for one part.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.chaos import second_machine
from tests.chaos.disk import mounted
from tests.chaos.judging import judge
from tests.chaos.server import serving
from tests.chaos.storm import Count, log_of, storm

KILLS, RACES = 100, 1000
MACHINE, SQLITE, POSTGRES = "machine", "sqlite", "postgres"


def play(where: str, kills: int, races: int) -> Count:
    """What a storm on a database of this kind came to."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="doudi-chaos-") as name, ExitStack() as stack:
        Path(name).chmod(0o711)  # the server runs as another account
        disk = stack.enter_context(mounted(Path(name) / "disk"))
        if disk is None:
            print("  nothing may be mounted here: no disk is full")
        folder = Path(name) / "disk"
        server = stack.enter_context(serving(folder / "postgres")) if where == POSTGRES else None
        url = server.url if server else f"sqlite:///{folder}/doudi.db"
        it, faults = stack.enter_context(storm(url, folder, len(where), server, disk))
        count = it.run(faults, kills, races)
        judge(it, log_of(folder))
    count.show(where, time.monotonic() - began)
    return count


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--races", type=int, default=RACES)
    parser.add_argument("--only", choices=(MACHINE, SQLITE, POSTGRES), default=None)
    asked = parser.parse_args()
    wanted = [asked.only] if asked.only else [MACHINE, SQLITE, POSTGRES]
    if MACHINE in wanted:
        print("a second machine with nothing but the guides")
        second_machine.play(installs=True)
    print("nodes and servers fail while people work")
    return int(sum(len(play(where, asked.kills, asked.races).violations) for where in wanted if where != MACHINE) > 0)


if __name__ == "__main__":
    sys.exit(main())
