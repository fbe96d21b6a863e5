"""What a process keeps: after thousands of mixed requests, and with 400 programmes in use. Aims below.

`python -m bench.memory [REQUESTS]`; `make bench` asks 2,000, the long run is 20,000. Each part is measured in a process
of its own.
"""

from __future__ import annotations

import gc
import io
import sys
import tracemalloc
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path, PurePosixPath
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

REQUESTS, WARM = 2000, 400
PROGRAMMES = 400
AIM_PROGRAMMES = 300
MEGABYTE = 1 << 20


class Growth(NamedTuple):
    """By how much a process grew: MB of its pages, KB that Python allocated, objects that the collector finds."""

    resident: float
    allocated: float
    objects: int


def _resident() -> float:
    """MB of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / MEGABYTE


def _asked(count: int) -> Growth:
    with folder() as place:
        vault, file = Vault.generate(), place / "memory.db"
        create_schema(f"sqlite:///{file}", vault)
        staffed_database(file, vault)
        database = Database(f"sqlite:///{file}", vault, durable=False)
        asked = mixed.requests(open_web(database, MovableClock(NOW)))
        _drain(asked, WARM)
        tracemalloc.start()
        _drain(asked, WARM // 4)  # what the tracing itself begins to keep
        objects, allocated, resident = mixed.objects(), tracemalloc.get_traced_memory()[0], _resident()
        _drain(asked, count)
        found = mixed.objects()  # collects first: garbage is no growth
        grown = Growth(_resident() - resident, (tracemalloc.get_traced_memory()[0] - allocated) / 1024, found - objects)
        database.dispose()
    return grown


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
    """Print both parts and note them."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        grown = pool.submit(_asked, requests).result()
        half, whole = pool.submit(_used, PROGRAMMES).result()
    figure("memory.requests.resident", grown.resident, "MB")
    figure("memory.requests.allocated", grown.allocated / requests * 1000, "KB per 1000 requests", "<= 20")
    figure("memory.requests.objects", grown.objects / requests * 1000, "objects per 1000 requests", "<= 50")
    print(f"{requests} mixed requests after {WARM}: resident {grown.resident:+.1f} MB,", end=" ")
    print(f"allocated {grown.allocated:+.0f} KB, {grown.objects:+d} objects")
    figure("memory.programmes.half", half, "MB")
    figure("memory.programmes", whole, "MB", f"<= {AIM_PROGRAMMES}")
    print(f"{PROGRAMMES} programmes in use: {whole:.0f} MB (aim: {AIM_PROGRAMMES}), after half of them {half:.0f} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
