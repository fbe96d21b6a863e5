"""Releases: the gate without stories, what is open in a village at 400 programmes, loading a release. Aims below."""

from __future__ import annotations

import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import date

from app.core.actor import SYSTEM
from app.core.paths import BUNDLES
from app.definitions import publishing
from app.definitions.bundle import Bundle
from app.definitions.folder import read_folder
from app.definitions.queries import deployed, resolve
from app.definitions.store import bundle_by_id
from app.gate.check import check_bundle
from app.identity import operations as staff
from app.identity import queries as identity
from bench.report import figure, middle
from bench.world import on_sqlite
from tests.support.statements import counted
from tests.support.worlds import VILLAGE

PROGRAMMES = 400
TODAY = date(2020, 10, 12)


def _timed(run: Callable[[], object], times: int) -> list[float]:
    """Milliseconds of each time."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        run()
        taken.append(1000 * (time.perf_counter() - began))
    return taken


def _gate() -> None:
    folders = [path.parent for path in BUNDLES.glob("*/bundle.yaml")]
    bundles = [{p: c for p, c in read_folder(each).items() if not p.startswith("scenarios/")} for each in folders]
    largest = max(bundles, key=lambda files: sum(map(len, files.values())))
    taken = middle("releases.gate", _timed(lambda: check_bundle(largest), 1), "ms", "<= 3000")
    print(f"the gate over the largest bundle, stories left out: {taken:.0f} ms (aim: 3000 ms)")
    tracemalloc.start()
    bundle = Bundle(largest)
    _ = bundle.processes, bundle.decisions
    held, size = tracemalloc.get_traced_memory()[0], sum(map(len, largest.values()))
    tracemalloc.stop()
    figure("releases.loaded.memory", held / size, "times the files")
    print(f"a loaded bundle: {size / 1024:.0f} KB of files take {held / 1024:.0f} KB, {held / size:.1f} times")


def _import() -> None:
    command = [sys.executable, "-c", "import app.cli.bundles"]
    taken = middle("releases.import", _timed(lambda: subprocess.run(command, check=True), 3), "ms")
    print(f"importing the program for a check: {taken:.0f} ms")
    report = subprocess.run([*command[:1], "-c", f"{command[2]}, sys; print(len(sys.modules))"], capture_output=True)
    figure("releases.import.modules", int(report.stdout), "modules")


def _deployed() -> None:
    files = read_folder(BUNDLES / "uninsured_unemployed_relief")
    with on_sqlite() as office:
        with office.database.write() as session:
            scope = staff.ensure_region(session, "22").id
            for number in range(PROGRAMMES):
                manifest = files["bundle.yaml"].replace(b"uninsured_unemployed_relief", f"programme_{number}".encode())
                publishing.put_in_force(session, SYSTEM, {**files, "bundle.yaml": manifest}, office.now, scopes=[scope])
        with office.database.read() as session:
            ids = identity.chain_of_code(session, VILLAGE, TODAY).ids
            with counted(session) as statements:
                cold = middle("releases.deployed.cold", _timed(lambda: deployed(session, ids, TODAY), 1), "ms")
                offers = deployed(session, ids, TODAY)
            taken = middle("releases.deployed", _timed(lambda: deployed(session, ids, TODAY), 20), "ms", "<= 3")
            figure("releases.deployed.statements", len(statements), "statements", "<= 3")
            print(f"deployed, {len(offers)} programmes: {taken:.2f} ms, {len(statements)} statements (aim: 3 ms, 3)")
            print(f"the same where a release has just changed: {cold:.1f} ms")
            cold = middle("releases.load.cold", _timed(lambda: resolve(session, "dibao", ids, TODAY), 1), "ms")
            release_id = resolve(session, "dibao", ids, TODAY).release_id or ""
            warm = middle("releases.load.warm", _timed(lambda: bundle_by_id(session, release_id), 100), "ms")
            print(f"loading a release: cold {cold:.1f} ms, warm {warm:.3f} ms")


def main() -> None:
    _import()
    _gate()
    _deployed()


if __name__ == "__main__":
    main()
