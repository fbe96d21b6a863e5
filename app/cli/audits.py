"""`doudi audit`: whether what happened still stands as it was written."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from app import auditing
from app.cli.acting import actor_of, by, json_option, looking
from app.config import Config
from app.core.clock import SHANGHAI, midnight
from app.core.days import typed_day, typed_day_or_none
from app.identity import login_chain, policy


@click.group()
def audit() -> None:
    """The records of what happened (审计记录)."""


@audit.command()
@click.option("--since", metavar="DAY", help="only what grew since this day, e.g. 2027-01-04 (default: everything)")
@by
@json_option
def verify(since: str | None, by: str, as_json: bool) -> None:
    """Read chains, signed days, anchors and the rows of money and cases again; exit code 1 where something changed."""
    with looking() as (session, now):
        policy.require_any(session, actor_of(session, by, now), "read_audit")
        begun = midnight(typed_day(since, "since")) if since else None
        report = auditing.verify(session, Config.from_env().audit_file, now, begun)
    if as_json:
        click.echo(json.dumps(asdict(report), ensure_ascii=False, indent=1))
    else:
        _tell(report)
    if report.faults:
        sys.exit(1)


def _tell(report: auditing.Report) -> None:
    for fault in report.faults:
        click.echo(f"✗ {fault.where}：{fault.what}。{fault.todo}", err=True)
    anchored = f"存证到 {report.anchored_until[:16]}" if report.anchored_until else "还没有存证到库外"
    counted = f"{report.events} 条审计记录，{report.roots} 个每日签章，{anchored}"
    click.echo(f"{counted}；有 {len(report.faults)} 处不符" if report.faults else f"{counted}；与写入时一致")


@audit.command()
@by
@click.option("--person", default="", help="only what this person did or what befell them: name or login")
@click.option("--kind", type=click.Choice(list(login_chain.KINDS)), help="only events of this kind")
@click.option("--since", metavar="DAY", help="from this day on, e.g. 2027-01-04")
@click.option("--until", metavar="DAY", help="up to and with this day")
@click.option("--limit", type=click.IntRange(1, 100_000), default=200, show_default=True)
@json_option
def logins(
    by: str, person: str, kind: str | None, since: str | None, until: str | None, limit: int, as_json: bool
) -> None:
    """Logins, failures, resets, revocations and changes of rights, newest first."""
    with looking() as (session, now):
        days = (typed_day_or_none(text or "", name) for text, name in ((since, "since"), (until, "until")))
        wanted = login_chain.Wanted(person, kind or "", *days)
        found = login_chain.lines(session, actor_of(session, by, now), wanted, limit=limit)
    if as_json:
        rows = [{**asdict(line), "at": line.at.isoformat()} for line in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for line in found:
        at = line.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
        click.echo("  ".join(filter(None, (at, line.title, line.who, line.whom, line.address, line.detail))))


COMMANDS = {"audit": audit}
