"""`doudi ledger`: the earmarked ledger on the terminal; ends non-zero where the books do not agree to the fen (E21)."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from app.cli.acting import json_option, looking
from app.core.actor import SYSTEM
from app.definitions.queries import programme_titles
from app.funds import agreement, ledger
from app.web import words


@click.command("ledger")
@click.option("--since", metavar="MONTH", help="first month, 2021-01")
@click.option("--until", metavar="MONTH", help="last month, 2021-12")
@click.option("--programme", help="key of a programme")
@click.option("--source", help="county_fund, city_fund, higher_fund or reserve_fund")
@json_option
def show(since: str | None, until: str | None, programme: str | None, source: str | None, as_json: bool) -> None:
    """Print what was ordered, paid, returned and owed back by source, programme and month; check all books."""
    with looking() as (session, _):
        lines = ledger.lines(session, SYSTEM, ledger.LedgerFilter(since, until, programme, source))
        faults = agreement.disagreements(session, SYSTEM)
        titles = programme_titles(session)
    whole = ledger.total(lines)
    if as_json:
        told = {"lines": [asdict(line) for line in lines], "total": asdict(whole), "disagreements": faults}
        click.echo(json.dumps(told, ensure_ascii=False, default=str))
    else:
        for line in lines:
            what = f"{line.month}  {titles.get(line.programme, line.programme)}  {words.source(line.source)}"
            click.echo(f"{what}  {_sums(line)}")
        click.echo(f"合计  {_sums(whole)}")
        for fault in faults:
            click.echo(fault, err=True)
        click.echo("账账不符" if faults else "账账相符")
    sys.exit(1 if faults else 0)


def _sums(line: ledger.Line) -> str:
    owed = line.claimed - line.repaid
    return (
        f"待支付 {line.pending}  已支付 {line.paid}  银行和备用金 {line.bank + line.reserve}  已退汇 {line.returned}  "
        f"应追回未还 {owed}  已追回 {line.repaid}  实际支出 {line.net}"
    )


COMMANDS = {"ledger": show}
