"""`doudi release backtest`: what closed cases would have become under a release or a change."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from datetime import date, datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from app.backtest import queries, running
from app.backtest.drafts import Draft
from app.backtest.names import LISTED, MISMATCH, UNFAITHFUL, WAYS
from app.backtest.totals import Totals, spread
from app.changes import backtesting
from app.cli.acting import json_option, moment, opened, refusals
from app.core.clock import local_date
from app.core.errors import NotFound
from app.db import Database
from app.definitions import lists

SHOWN = 50
"""Lines that the text shows; JSON has all."""


@click.command()
@click.argument("reference", metavar="ID")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="only cases that were over on this day or later")
@json_option
def backtest(reference: str, since: datetime | None, as_json: bool) -> None:
    """Replay closed cases through a release or a change (ID of either), on all cores: what is decided, and the way
    through the diagram. Nothing is written.

    Exit code 1 if a case does not come out, or does not go, as recorded under its own release.
    """
    with refusals(), opened() as database:
        totals, lines = _run(database, reference, since)
    if as_json:
        click.echo(json.dumps({**_sums(totals), "cases": lines}, ensure_ascii=False, indent=1))
    else:
        _tell(totals, lines)
    raise SystemExit(1 if totals.counts[MISMATCH] + totals.ways[UNFAITHFUL] else 0)


def _run(database: Database, reference: str, since: datetime | None) -> tuple[Totals, list[dict[str, Any]]]:
    with database.read() as session:
        on = local_date(moment(session))
        draft = _draft(session, reference, on)
    totals, lines = Totals(), list[dict[str, Any]]()
    with closing(running.run(database, draft, since.date() if since else None, on)) as pages:
        for page in pages:
            totals = page.totals
            lines += page.lines
    return totals, lines


def _draft(session: Session, reference: str, on: date) -> Draft:
    try:
        return backtesting.draft_of(session, reference)
    except NotFound:
        return backtesting.draft_of_release(session, lists.find(session, reference, on))


def _sums(totals: Totals) -> dict[str, Any]:
    steps = [
        {"process": process, "element": element_id, "title": each.title, "was": _spread(each.was),
         "now": _spread(each.now), "late": each.late, "later": each.later}
        for (process, element_id), each in totals.steps.items()
    ]  # fmt: skip
    return {"met": totals.met, "decisions": totals.decisions, "counts": dict(totals.counts),
            "monthly_before": str(totals.before), "monthly_after": str(totals.after),
            "human_steps": totals.human_steps, "ways": dict(totals.ways), "steps": steps}  # fmt: skip


def _spread(days: Counter[int]) -> dict[str, Any]:
    """`{count, median, nine_in_ten}` of working days."""
    median, most = spread(days) or (None, None)
    return {"count": days.total(), "median": median, "nine_in_ten": most}


def _tell(totals: Totals, lines: list[dict[str, Any]]) -> None:
    for line in lines[:SHOWN]:
        row = f"第 {line['row']} 行" if line["row"] else ""
        why = " ".join(part for part in (line["place"], line["table"] + row, line["clause"]) if part)
        change = "，".join(part for part in (line["was"], line["now"]) if part) if line["kind"] in WAYS else (
            f"{line['was']} → {line['now']}"
        )  # fmt: skip
        said = "：".join(part for part in (LISTED[line["kind"]], change) if part)
        click.echo("  ".join(part for part in (line["number"] or "受理前答复", said, why) if part))
        if line["note"]:
            click.echo(f"    {line['note']}")
    if len(lines) > SHOWN:
        click.echo(f"……共 {len(lines):,} 条，用 --json 取全部")
    for each in queries.step_rows(totals.steps):
        late = f"，超过时限 {each.late:,} → {each.later:,} 件" if each.later or each.late else ""
        days = f"{each.was} → {each.now}" if each.is_another else each.was
        click.echo(f"{each.process} {each.title}：{days} 个工作日（中位数 / 九成不超过）{late}")
    for told in queries.sentences(totals.met, totals.counts, totals.ways, totals.before, totals.after):
        click.echo(told)


COMMANDS = {"backtest": backtest}
