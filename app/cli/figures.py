"""`doudi figure`: numbers of policy (标准和时限), entered by one person and confirmed by another."""

from __future__ import annotations

import json
from dataclasses import asdict
from decimal import Decimal

import click

from app.cases import published
from app.cli.acting import acting, by, json_option, looking, reason_option
from app.core.clock import local_date
from app.core.days import typed_day
from app.figures import lists, operations, queries
from app.identity import queries as identity


@click.group()
def figure() -> None:
    """Figures: what changes money counts once a second person has confirmed it."""


@figure.command("set", context_settings={"ignore_unknown_options": True})  # -5 is a value, to be refused as one
@click.argument("key")
@click.argument("value")
@click.option("--region", required=True, help="code of the region; it holds there and below")
@click.option("--from", "since", required=True, metavar="DATE", help="first day that it holds, 2027-01-04")
@click.option("--until", metavar="DATE", help="first day without it")
@click.option("--clause", help="id of the clause that it rests on (default: the catalogue's)")
@reason_option
@by
def set_figure(
    key: str, value: str, region: str, since: str, until: str | None, clause: str | None, reason: str, by: str
) -> None:
    """Enter a figure; prints its id."""
    with acting(by) as act:
        entered = operations.propose(
            act.session, act.actor, key, region, value,
            valid_from=typed_day(since, "from"), valid_until=typed_day(until, "until") if until else None,
            clause=clause, reason=reason, now=act.now,
        )  # fmt: skip
    click.echo(entered.id)
    told = "已录入，从生效之日起执行" if entered.counts else "请另一位有确认权限的人确认；确认前按原来的数值执行"
    for note in (*entered.notes, told):
        click.echo(note, err=True)


@figure.command()
@click.argument("id")
@by
def confirm(id: str, by: str) -> None:
    """Let an entry count; not one's own. Awards that depend on it are recalculated by the worker."""
    with acting(by) as act:
        entered = operations.confirm(act.session, act.actor, id, now=act.now)
    for note in entered.notes:
        click.echo(note, err=True)
    click.echo("已确认，从生效之日起执行；与它有关的在保待遇由后台自动重新核算")


@figure.command()
@click.argument("id")
@reason_option
@by
def reject(id: str, reason: str, by: str) -> None:
    """Send back an entry that waits, or take back one's own."""
    with acting(by) as act:
        operations.reject(act.session, act.actor, id, reason, now=act.now)
    click.echo("已退回")


@figure.command("list")
@click.argument("key", required=False)
@click.option("--region", help="only what is entered for this region, those above it and everywhere")
@json_option
def list_figures(key: str | None, region: str | None, as_json: bool) -> None:
    """Every entry with its state: what waits, what counts, what was replaced or sent back."""
    with looking() as (session, now):
        ids = None
        if region is not None:
            ids = identity.chain_of_code(session, region, local_date(now)).ids
        rows = lists.told(session, queries.history(session, key, ids))
    if as_json:
        click.echo(json.dumps([row.as_dict() for row in rows], ensure_ascii=False, indent=1, default=str))
        return
    for row in rows:
        click.echo(_line(row))
    if not rows:
        click.echo("没有记录，请核对参数名称（docs/catalogue.zh-CN.md）和地区")


def _line(row: lists.Told) -> str:
    until = f" 至 {row.until}（不含当日）" if row.until else ""
    told = [row.state_title, f"自 {row.since}{until}", f"依据 {row.clause}", row.who]
    told += [f"理由：{row.reason}"] if row.reason else []
    told += [f"退回理由：{row.decision}"] if row.decision else []
    return f"{row.id}  {row.key}@{row.region or '*'}  {row.place}{row.title} {row.display}  {'，'.join(told)}"


@figure.command()
@click.argument("id")
@by
@json_option
def preview(id: str, by: str, as_json: bool) -> None:
    """What confirming an entry would bring about: who is recalculated, a month's cost, arrears. Changes nothing."""
    with acting(by) as act:
        report = published.preview(act.session, act.actor, id, act.now)
    _show(report, as_json, "每月增加", "需重新核算")


@figure.command()
@click.option("--region", required=True, help="code of the region")
@click.option("--programme", required=True, help="key of the programme: dibao, tekun")
@by
@json_option
def applied(region: str, programme: str, by: str, as_json: bool) -> None:
    """Whether what is paid is what is published: every award calculated by the figures of today; exit 1 where not."""
    with acting(by) as act:
        report = published.applied(act.session, act.actor, region, programme, act.now)
    _show(report, as_json, "每月相差", "与公布的标准不一致")
    if report.differences:
        raise SystemExit(1)


def _show(report: published.Report, as_json: bool, more: str, differing: str) -> None:
    if as_json:
        rows = [{**asdict(each), "paid": _text(each.paid), "to": _text(each.to), "arrears": _text(each.arrears)}
                for each in report.differences]  # fmt: skip
        told = {"awards": report.awards, "monthly": _text(report.monthly), "arrears": _text(report.arrears)}
        click.echo(json.dumps({**told, "differences": rows}, ensure_ascii=False, indent=1))
        return
    for each in report.differences:
        to = f"{each.to} 元" if each.to is not None else f"请复核（{each.reason}）"
        owed = f"，补发 {each.arrears} 元" if each.arrears else ""
        click.echo(f"{each.award_id}  {each.name}  {each.programme}  {each.paid} 元 → {to}{owed}")
    click.echo(
        f"在保 {report.awards} 户（人），{differing} {len(report.changed)}，须由人复核 {len(report.to_people)}，"
        f"{more} {report.monthly} 元，补发 {report.arrears} 元"
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


COMMANDS = {"figure": figure}
