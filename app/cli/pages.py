"""`doudi coverage`, `doudi effects`, `doudi modelling`: pages of `docs/` generated from what the repository holds."""

from __future__ import annotations

import click

from app.gate import coverage as clause_coverage
from app.gate import effects as effects_page
from app.gate import modelling as owners_page


@click.command()
def coverage() -> None:
    """Generate docs/coverage.md: from each clause to what carries and proves it."""
    evidence = clause_coverage.write()
    proved = sum(each.status == clause_coverage.PROVED for each in evidence.values())
    click.echo(f"{len(evidence)} 条条款，{proved} 条已有故事或测试证明")


@click.command()
def modelling() -> None:
    """Generate docs/modelling.zh-CN.md: what owners may draw and write."""
    owners_page.write()


@click.command()
def effects() -> None:
    """Generate docs/effects.zh-CN.md and the element templates of the Camunda Modeler."""
    effects_page.write()


COMMANDS = {"coverage": coverage, "effects": effects, "modelling": modelling}
