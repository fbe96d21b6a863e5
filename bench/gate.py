"""What an owner waits for after each save: the gate of a whole programme without its stories, through the child.

`python -m bench.gate`. Wall clock, of which a busy machine takes its share, and the child's own CPU, which is what the
aim is held against. The first answer is told apart: the spare process that forks the child has to start for it.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Mapping

from app.core import forking
from app.core.forking import Limits
from app.core.paths import BUNDLES
from app.definitions.folder import read_folder
from app.gate import child
from app.gate.isolated import World, request_of
from bench.report import figure

AIM_SECONDS, ROUNDS = 3, 5
WORK = "bench.gate:timed"


def timed(request: bytes) -> bytes:
    """The child's side: the findings, and what they took of its CPU."""
    findings = json.loads(child.check(request))["findings"]
    return json.dumps({"findings": len(findings), "seconds": time.process_time()}).encode()


def main() -> None:
    """Print a line for the largest and the smallest programme that ship."""
    bundles = {path.name: read_folder(path) for path in BUNDLES.iterdir() if (path / "bundle.yaml").exists()}
    sizes = {name: sum(map(len, files.values())) for name, files in bundles.items()}
    begun = time.perf_counter()
    _ask(bundles[min(sizes, key=lambda name: sizes[name])])
    cold = figure("gate.first", time.perf_counter() - begun, "s")
    print(f"The first answer, with the start of the spare process: {cold:.2f} s")
    for title, name in (
        ("largest", max(sizes, key=lambda name: sizes[name])),
        ("smallest", min(sizes, key=lambda name: sizes[name])),
    ):
        rounds = [_ask(bundles[name]) for _ in range(ROUNDS)]
        cpu = figure(f"gate.{title}.cpu", statistics.median(each[0] for each in rounds), "s", f"<= {AIM_SECONDS}",
                     of=[each[0] for each in rounds])  # fmt: skip
        wall = figure(f"gate.{title}.wall", statistics.median(each[1] for each in rounds), "s", f"<= {AIM_SECONDS}",
                      of=[each[1] for each in rounds])  # fmt: skip
        told = f"{name} ({len(bundles[name])} files, {sizes[name] // 1024} KB), the {title}"
        print(f"{told}: {cpu:.2f} s of CPU, {wall:.2f} s by the wall clock (aim: {AIM_SECONDS} s)")


def _ask(files: Mapping[str, bytes]) -> tuple[float, float]:
    """Seconds of the child's CPU and of wall clock."""
    request = json.dumps(request_of(("", files), World(), []) | {"check": True}).encode()
    begun = time.perf_counter()
    answer = json.loads(forking.ask(WORK, request, Limits()))
    return answer["seconds"], time.perf_counter() - begun


def warm() -> None:
    """The spare process gets ready as that of the gate does."""
    getattr(child, "warm", lambda: None)()


if __name__ == "__main__":
    main()
