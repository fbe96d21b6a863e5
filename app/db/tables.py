"""Finding every slice's tables: they are known to the metadata once their modules are imported."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import app


def load_tables() -> None:
    """Import `models` of every slice that has one."""
    for slice_ in iter_modules(app.__path__):
        if slice_.ispkg and any(module.name == "models" for module in iter_modules([f"{app.__path__[0]}/{slice_.name}"])):
            import_module(f"app.{slice_.name}.models")
