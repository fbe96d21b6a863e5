"""The figures of one run, for machines: `make bench JSON=FILE` writes what the sections noted."""

from __future__ import annotations

import json
from pathlib import Path

_figures: list[dict[str, object]] = []


def figure(name: str, value: float, unit: str, aim: str = "") -> float:
    """Note a figure as `{name, value, unit, aim}` and give it back, so that the section can print it too.

    `name` is lower case, dots lead from section to detail (`letters.ratio.lowest`); `aim` reads `<= 2` or `>= 15`.
    """
    _figures.append({"name": name, "value": round(float(value), 4), "unit": unit, "aim": aim})
    return value


def write(path: Path) -> None:
    """All figures noted so far, in order."""
    path.write_text(json.dumps(_figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
