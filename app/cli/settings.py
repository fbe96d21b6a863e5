"""`doudi settings`: the table of all settings in docs/operations.zh-CN.md, from where they are declared."""

from __future__ import annotations

import re
from dataclasses import fields

import click

from app.cli import backup
from app.config import Config, name_of
from app.core.paths import ROOT
from app.outside import checking, gateway, smtp, spool, stamping
from app.outside import settings as outside
from app.outside.settings import Setting

PAGE = "docs/operations.zh-CN.md"
TABLE = re.compile(r"(?<=<!-- doudi settings -->\n).*?(?=<!-- end -->)", re.S)
OUTSIDE = (outside, spool, smtp, gateway, checking, stamping)


def known() -> list[Setting]:
    """Every setting there is: of the configuration, of who carries what leaves the house, of single commands."""
    configured = [
        Setting(name_of(each.name), each.metadata["meaning"], _shown(each.default))
        for each in fields(Config)
        if "meaning" in each.metadata
    ]
    modules = (*OUTSIDE, backup)
    return configured + [each for module in modules for each in vars(module).values() if isinstance(each, Setting)]


def table() -> str:
    """The table in Markdown."""
    rows = [f"| `{each.name}` | {f'`{each.default}`' if each.default else '空'} | {each.meaning} |" for each in known()]
    return "\n".join(["| 设置 | 默认 | 含义 |", "|---|---|---|", *rows, ""])


def page() -> str:
    """The guide with the table of today."""
    return TABLE.sub(lambda found: table(), (ROOT / PAGE).read_text(encoding="utf-8"))


def _shown(default: object) -> str:
    return ",".join(map(str, default)) if isinstance(default, tuple) else str(default)


@click.command()
def settings() -> None:
    """Generate the table of settings in docs/operations.zh-CN.md."""
    (ROOT / PAGE).write_text(page(), encoding="utf-8")


COMMANDS = {"settings": settings}
