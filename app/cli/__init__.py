"""The command line, one module a subject; `doudi --help` lists the commands."""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType

import click

COMMANDS = {
    "admin": "admins",
    "audit": "audits",
    "awards": "awarding",
    "backup": "backup",
    "bundle": "bundles",
    "calendar": "database",
    "capability": "rights",
    "certificates": "certificates",
    "coverage": "pages",
    "db": "database",
    "decision": "decisions",
    "demo": "demo",
    "effects": "pages",
    "figure": "figures",
    "keys": "keys",
    "ledger": "ledger",
    "modelling": "pages",
    "region": "regions",
    "release": "releases",
    "run": "serving",
    "scenario": "stories",
    "serve": "serving",
    "settings": "settings",
    "staff": "staffing",
    "statistics": "tallying",
    "training": "rehearsing",
    "vocabulary": "words",
    "worker": "serving",
}
"""Command → the module of this package that has it."""


class Lazy(click.Group):
    """A group that imports a command when it is asked for: a check must not wait for what pages and workers need."""

    def __init__(self, *args: object, modules: Mapping[str, str] | None = None, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self._modules = dict(modules or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._modules})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = self._modules.get(cmd_name)
        if module is None:
            return super().get_command(ctx, cmd_name)
        return _imported(f"app.cli.{module}").COMMANDS[cmd_name]


def _imported(name: str) -> ModuleType:
    """A module of commands, with all that it needs. That stays to the end: to look for garbage in it, now and again
    later, took the collector a fifth of every start."""
    if name in sys.modules:
        return sys.modules[name]
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.freeze()
        gc.enable()


@click.group(cls=Lazy, modules=COMMANDS)
@click.version_option(package_name="doudi", message="兜底 %(version)s")
def main() -> None:
    """兜底: approvals of social assistance."""
