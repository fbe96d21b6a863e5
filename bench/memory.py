"""What a process keeps: after thousands of mixed requests, and with 400 programmes in use. Aims below.

`python -m bench.memory [REQUESTS]`; `make bench` asks 2,000, the long run is 20,000. Each part is measured in a process
of its own: resident memory while nothing is traced, and what Python keeps while all is.
"""

from __future__ import annotations

import gc
import io
import sys
import tracemalloc
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from pathlib import Path, PurePosixPath
from statistics import linear_regression
from typing import NamedTuple

from app.core.clock import MovableClock
from app.core.paths import BUNDLES
from app.db import Database, Vault
from app.definitions import store
from app.definitions.bundle import Bundle
from app.definitions.folder import read_folder
from app.documents.contract import load_contract
from app.documents.template import load_template
from bench.report import figure
from bench.world import NOW, folder
from tests.support import mixed
from tests.support.schema import create_schema
from tests.support.web import open_web, staffed_database

REQUESTS, WARM, PARTS = 2000, 400, 10
PROGRAMMES = 400
AIM_PROGRAMMES, AIM_SLOPE = 300, 0.1
MEGABYTE = 1 << 20


class Growth(NamedTuple):
    """By how much a process grew while it was traced: KB that Python allocated, objects that the collector finds."""

    allocated: float
    objects: int


def _resident() -> float:
    """MB of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / MEGABYTE


@contextmanager
def _asking() -> Iterator[Iterator[str]]:
    """Requests to a fresh installation whose first ones are done."""
    with folder() as place:
        vault, file = Vault.generate(), place / "memory.db"
        create_schema(f"sqlite:///{file}", vault)
        staffed_database(file, vault)
        database = Database(f"sqlite:///{file}", vault, durable=False)
        asked = mixed.requests(open_web(database, MovableClock(NOW)))
        _drain(asked, WARM)
        yield asked
        database.dispose()


def _stood(count: int) -> list[float]:
    """MB that are resident before so many requests and after each tenth of them; nothing traces them."""
    with _asking() as asked:
        found = [_resident()]
        for _ in range(PARTS):
            _drain(asked, count // PARTS)
            gc.collect()
            found.append(_resident())
    return found


def _traced(count: int) -> Growth:
    with _asking() as asked:
        tracemalloc.start()
        _drain(asked, WARM // 4)  # what the tracing itself begins to keep
        objects, allocated = mixed.objects(), tracemalloc.get_traced_memory()[0]
        _drain(asked, count)
        found = mixed.objects()  # collects first: garbage is no growth
        return Growth((tracemalloc.get_traced_memory()[0] - allocated) / 1024, found - objects)


def _drain(asked: Iterator[str], count: int) -> None:
    for _ in islice(asked, count):
        pass


def variant(files: Mapping[str, bytes], number: int) -> dict[str, bytes]:
    """The same programme with every file written differently, so that nothing is shared with another."""
    return {path: _written(path, content, number) for path, content in files.items()}


def _written(path: str, content: bytes, number: int) -> bytes:
    match PurePosixPath(path).suffix:
        case ".dmn":
            return content.replace(b"</text>", f" /* {number} */</text>".encode())
        case ".bpmn":
            return content + f"<!-- {number} -->".encode()
        case ".json":
            return content + b" " * (number + 1)
        case ".docx":
            with io.BytesIO(content) as file:
                with zipfile.ZipFile(file, "a") as packed:
                    packed.comment = str(number).encode()
                return file.getvalue()
        case _:
            return content + f"\n# {number}\n".encode()


def _used(count: int) -> list[float]:
    """MB by which the process grew when a half, and when all of so many programmes had been used."""
    folders = sorted(path.parent for path in BUNDLES.glob("*/bundle.yaml"))
    shipped = [{p: c for p, c in read_folder(each).items() if not p.startswith("scenarios/")} for each in folders]
    _use(Bundle(shipped[0]))
    gc.collect()
    before, grown = _resident(), []
    for number in range(count):
        files = variant(shipped[number % len(shipped)], number)
        _use(store._loaded.keep(str(number), Bundle(files), store._weight(files)))
        if number + 1 in (count // 2, count):
            gc.collect()
            grown.append(_resident() - before)
    return grown


def _use(bundle: Bundle) -> None:
    """All that cases and letters of a programme ask for."""
    _ = bundle.processes, bundle.decisions
    for path in bundle.files:
        if path.endswith(".form.json"):
            bundle.form(path)
    for letter in bundle.letters.values():
        load_template(letter.template)
        load_contract(letter.contract)


def main(requests: int = REQUESTS) -> None:
    """Print all parts and note them."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        stood = pool.submit(_stood, requests).result()
        _tell_resident(requests, stood)
        traced = min(requests, REQUESTS)
        grown = pool.submit(_traced, traced).result()
        half, whole = pool.submit(_used, PROGRAMMES).result()
    figure("memory.requests.allocated", grown.allocated / traced * 1000, "KB per 1000 requests", "<= 20")
    figure("memory.requests.objects", grown.objects / traced * 1000, "objects per 1000 requests", "<= 50")
    print(f"traced, {traced} requests: allocated {grown.allocated:+.0f} KB, {grown.objects:+d} objects")
    figure("memory.programmes.half", half, "MB")
    figure("memory.programmes", whole, "MB", f"<= {AIM_PROGRAMMES}")
    print(f"{PROGRAMMES} programmes in use: {whole:.0f} MB (aim: {AIM_PROGRAMMES}), after half of them {half:.0f} MB")


def _tell_resident(requests: int, stood: list[float]) -> None:
    """MB over time; what the second half added is growth, the first half fills what is bounded."""
    half = len(stood) // 2
    slope = linear_regression(range(len(stood) - half), stood[half:]).slope / (requests / PARTS) * 1000
    figure("memory.requests.resident", stood[-1], "MB", of=stood)
    figure("memory.requests.slope", slope, "MB per 1000 requests", f"<= {AIM_SLOPE:g}")
    told = " ".join(f"{each:.1f}" for each in stood)
    print(f"{requests} mixed requests after {WARM}, resident MB at every {requests // PARTS}: {told}", flush=True)
    print(f"  over the last half {slope:+.3f} MB per 1000 requests (aim: {AIM_SLOPE:g})")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
