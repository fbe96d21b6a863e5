"""The figures of one run, for machines: `make bench JSON=FILE` writes what the sections noted."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from bench.disk import commit_floor

PACKAGES = ("doudi", "SpiffWorkflow", "SQLAlchemy", "Flask", "waitress", "marshmallow", "docxtpl", "psycopg")
_figures: list[dict[str, object]] = []


def figure(name: str, value: float, unit: str, aim: str = "", of: Sequence[float] = ()) -> float:
    """Note a figure as `{name, value, unit, aim}` and give it back, so that the section can print it too.

    `name` is lower case, dots lead from section to detail (`letters.ratio.lowest`); `aim` reads `<= 2` or `>= 15`.
    `of`: the measurements of which it is the median or another share, noted as `{low, high, times}`.
    """
    spread = {"low": round(min(of), 4), "high": round(max(of), 4), "times": len(of)} if of else {}
    _figures.append({"name": name, "value": round(float(value), 4), "unit": unit, "aim": aim, **spread})
    return value


def middle(name: str, of: Sequence[float], unit: str, aim: str = "") -> float:
    """Note the median of measurements, with their spread, and give it back."""
    return figure(name, median(of), unit, aim, of=of)


def machine() -> dict[str, Any]:
    """Where and with what is measured: versions, processors, the load of the last minute."""
    return {
        "versions": {
            platform.python_implementation(): platform.python_version(),
            "SQLite": sqlite3.sqlite_version,
            **{name: version(name) for name in PACKAGES},
        },
        "system": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }


def write(path: Path) -> None:
    """All figures noted so far, in order, with the machine and what its disk alone takes for a commit."""
    cpu, wall = commit_floor()
    told = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        **machine(),
        "commit": {"cpu": round(cpu, 4), "wall": round(wall, 4), "unit": "ms"},
        "figures": _figures,
    }
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
