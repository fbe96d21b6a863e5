"""`doudi coverage`, `doudi effects`, `doudi modelling`: pages of `docs/` generated from what the repository holds."""

from __future__ import annotations

import time
from collections import Counter

import click

from app.gate import coverage as clause_coverage
from app.gate import effects as effects_page
from app.gate import modelling as owners_page
from app.gate import mutation


@click.command()
@click.option("--mutate", is_flag=True, help="switch the rules off one by one, and see which story breaks")
@click.option("--minutes", type=click.IntRange(min=1), default=30, help="the longest that this may take")
@click.option("--clause", "clauses", multiple=True, help="only these clauses (may be given several times)")
def coverage(mutate: bool, minutes: int, clauses: tuple[str, ...]) -> None:
    """Generate docs/coverage.md: from each clause to what carries and proves it."""
    if mutate:
        _mutate(time.monotonic() + minutes * 60, clauses)
    evidence = clause_coverage.write()
    counts = Counter(each.status for each in evidence.values())
    proved, cited = counts[clause_coverage.PROVED], counts[clause_coverage.CITED]
    click.echo(f"{len(evidence)} 条条款，{proved} 条已有故事或测试证明，{cited} 条只有故事引用")
    only = [id for id, each in evidence.items() if each.status == clause_coverage.CITED]
    if only:
        click.echo(f"只有引用、关掉规则也没有故事不成立：{'、'.join(only)}")


def _mutate(until: float, clauses: tuple[str, ...]) -> None:
    """What was proved before is tried first, a rule proves one clause; what time does not suffice for stays."""
    found, judge = clause_coverage.read_proofs(), mutation.Judge()
    wanted = [id for id, each in clause_coverage.collect().items() if each.found["stories"]]
    try:
        for id in (each for each in wanted if not clauses or each in clauses):
            if time.monotonic() > until:
                click.echo(f"时间已到，从 {id} 起没有再试")
                break
            before = found.pop(id, None)
            kept = before is not None and mutation.still_holds(judge, before, id)
            taken = {(proof.bundle, proof.rule) for proof in found.values()}
            proof = before if kept else mutation.prove(judge, id, until, taken)
            click.echo(f"{id} {f'{proof.story}（{proof.bundle}）：{proof.rule}' if proof else '没有故事不成立'}")
            if proof:
                found[id] = proof
            clause_coverage.write_proofs(found)
    finally:
        judge.close()


@click.command()
def modelling() -> None:
    """Generate docs/modelling.zh-CN.md: what owners may draw and write."""
    owners_page.write()


@click.command()
def effects() -> None:
    """Generate docs/effects.zh-CN.md and the element templates of the Camunda Modeler."""
    effects_page.write()


COMMANDS = {"coverage": coverage, "effects": effects, "modelling": modelling}
