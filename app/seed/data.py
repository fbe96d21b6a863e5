"""The files of the demo world."""

from __future__ import annotations

from typing import Any

import yaml

from app.core.paths import SEED


def read(name: str) -> dict[str, Any]:
    """The content of `seed/<name>.yaml`."""
    return yaml.safe_load((SEED / f"{name}.yaml").read_text(encoding="utf-8"))
