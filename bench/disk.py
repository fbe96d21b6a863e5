"""What the disk alone takes for a commit: no action can be faster in the durable mode."""

from __future__ import annotations

import statistics
import time
import uuid
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.naive import sqlite


@cache
def commit_floor(rows: int = 100) -> tuple[float, float]:
    """Milliseconds of a bare insert and commit in the same mode: processor time and wall, the medians."""
    with TemporaryDirectory() as place:
        db = sqlite(Path(place) / "floor.db")
        db.execute("create table floor (id text primary key, body blob)")
        body, cpu, wall = b"x" * 2000, [], []
        for _ in range(rows):
            began = time.process_time(), time.perf_counter()
            db.execute("begin immediate")
            db.execute("insert into floor values (?, ?)", (uuid.uuid4().hex, body))
            db.execute("commit")
            cpu.append(time.process_time() - began[0])
            wall.append(time.perf_counter() - began[1])
        db.close()
    return statistics.median(cpu) * 1000, statistics.median(wall) * 1000
