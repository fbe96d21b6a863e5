"""Finding every slice's tables: they are known to the metadata once their modules are imported."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import app


def load_tables() -> None:
    """Import `models` of every slice that has one."""
    root = Path(app.__file__).parent
    for path in sorted(root.glob("*/models.py")):
        import_module(f"app.{path.parent.name}.models")
