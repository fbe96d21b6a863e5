"""`doudi release backtest`: what closed cases would have become under a release or a change."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date, datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from app.backtest import running
from app.backtest.drafts import Draft
from app.backtest.names import KINDS, MISMATCH, UNCHANGED
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
    """Replay closed cases through a release or a change (ID of either), on all cores. Nothing is written.

    Exit code 1 if a case does not come out as recorded under its own release.
    """
    with refusals(), opened() as database:
        totals, lines = _run(database, reference, since)
    if as_json:
        click.echo(json.dumps({**_sums(totals), "cases": lines}, ensure_ascii=False, indent=1))
    else:
        _tell(totals, lines)
    raise SystemExit(1 if totals.counts[MISMATCH] else 0)


def _run(database: Database, reference: str, since: datetime | None) -> tuple[running.Totals, list[dict[str, Any]]]:
    with database.read() as session:
        on = local_date(moment(session))
        draft = _draft(session, reference, on)
    totals, lines = running.Totals(), list[dict[str, Any]]()
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


def _sums(totals: running.Totals) -> dict[str, Any]:
    return {"met": totals.met, "decisions": totals.decisions, "counts": dict(totals.counts),
            "monthly_before": str(totals.before), "monthly_after": str(totals.after)}  # fmt: skip


def _tell(totals: running.Totals, lines: list[dict[str, Any]]) -> None:
    for line in lines[:SHOWN]:
        row = f"第 {line['row']} 行" if line["row"] else ""
        why = " ".join(part for part in (line["place"], line["table"] + row, line["clause"]) if part)
        click.echo(f"{line['number'] or '受理前答复'}  {KINDS[line['kind']]}：{line['was']} → {line['now']}  {why}")
        if line["note"]:
            click.echo(f"    {line['note']}")
    if len(lines) > SHOWN:
        click.echo(f"……共 {len(lines)} 件，用 --json 取全部")
    counts = [f"{title} {totals.counts[kind]} 件" for kind, title in KINDS.items() if totals.counts[kind]]
    told = "；".join([f"不变 {totals.counts[UNCHANGED]} 件", *counts])
    click.echo(f"回测 {totals.met} 件已办结的案件，{totals.decisions} 项判断：{told}")
    if totals.before != totals.after:
        click.echo(f"按月发放的由每月 {totals.before} 元变为 {totals.after} 元")


COMMANDS = {"backtest": backtest}
