"""`doudi decision`: recorded decisions run again, and who was answered at the door."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from app.cases import decisions, door
from app.cases.rerun import Rerun, rerun, titles
from app.cli.acting import Refused, json_option, looking
from app.cli.files import files_at
from app.core.chinese import words_of
from app.core.clock import SHANGHAI, local_date
from app.definitions import lists
from app.definitions.bundle import Bundle
from app.definitions.errors import BundleError
from app.definitions.store import bundle_by_id
from app.feel import FeelError, encode

MARKS = {"same": "✓", "different": "✗", "undetermined": "?", "failed": "!"}
SUMS = {"same": "相同", "different": "不同", "undetermined": "无法判定", "failed": "算不出"}


@click.group()
def decision() -> None:
    """Decisions as they were recorded, with what the rules read (决策记录)."""


@decision.command("rerun")
@click.argument("reference", metavar="CASE|RECORD")
@click.option("--release", metavar="ID|DIR", help="another version of the rules (default: the one that decided)")
@json_option
def rerun_command(reference: str, release: str | None, as_json: bool) -> None:
    """Run the decisions of a case, of an answer at the door, or one record again on what the rules read then.

    Nothing is written. Exit code 0 if every outcome is the same.
    """
    with looking() as (session, now):
        try:
            other = _bundle(session, release, now) if release else None
            found = list(_each(session, reference, other))
        except (BundleError, FeelError) as fault:
            raise Refused(f"{release or '原发布版'} 读不了：{fault}。请先运行 doudi bundle check") from fault
    if as_json:
        click.echo(json.dumps([_as_dict(*each) for each in found], ensure_ascii=False, indent=1))
    else:
        _tell(found)
    sys.exit(0 if all(again.verdict == "same" for again, _ in found) else 1)


@decision.command("door")
@click.option("--since", required=True, type=click.DateTime(["%Y-%m-%d"]), help="first day, 2027-01-04")
@json_option
def door_command(since: datetime, as_json: bool) -> None:
    """Who was refused before there was a case (受理前答复), latest first; `rerun` takes the id."""
    with looking() as (session, _):
        found = door.answers(session, since.replace(tzinfo=SHANGHAI))
        for each in found if not as_json else ():
            click.echo(f"{each.id}  {_at(each.at)}  {each.region}  {each.message}")
        if as_json:
            names = door.Answer.__slots__
            lines = [{name: getattr(each, name) for name in names} for each in found]
            click.echo(json.dumps(lines, ensure_ascii=False, indent=1, default=str))


def _bundle(session: Session, reference: str, now: datetime) -> Bundle:
    if Path(reference).is_dir():
        return Bundle(files_at(Path(reference)))
    return bundle_by_id(session, lists.find(session, reference, local_date(now)))


def _each(session: Session, reference: str, other: Bundle | None) -> Iterator[tuple[Rerun, dict[str, str]]]:
    for record in decisions.find(session, reference):
        bundle = other or bundle_by_id(session, record.release_id)
        again = rerun(record, bundle)
        yield again, titles(session, again, bundle) if again.unknown else {}


def _tell(found: list[tuple[Rerun, dict[str, str]]]) -> None:
    for again, called in found:
        click.echo(f"{MARKS[again.verdict]} {again.title}  {_at(again.record.decided_at)}")
        click.echo(f"    当时：{_outcome(again.recorded)}{_rows(again.record.rows)}")
        if again.verdict in ("same", "different"):
            click.echo(f"    现在：{_outcome(again.now)}{_rows([row.index for row in again.rows])}")
        elif again.verdict == "failed":
            click.echo(f"    现在算不出：{again.reason}")
        else:
            names = "、".join(f"{called[name]}（{name}）" if name in called else name for name in again.unknown)
            click.echo(f"    现在无法判定：这一版还要读取 {names}，当时没有读取，记录里没有")
    counts: Counter[str] = Counter(again.verdict for again, _ in found)
    click.echo("，".join([f"共 {len(found)} 项决策", *(f"{counts[key]} 项{word}" for key, word in SUMS.items())]))


def _outcome(result: Any) -> str:
    """What a guard says to people; of anything else the value."""
    hits = [each for each in result if isinstance(each, dict) and each.get("message")] if type(result) is list else []
    return "；".join(each["message"] for each in hits) if hits and len(hits) == len(result) else words_of(result)


def _rows(rows: list[int]) -> str:
    return f"（第 {'、'.join(map(str, rows))} 行）" if rows else ""


def _as_dict(again: Rerun, called: dict[str, str]) -> dict[str, Any]:
    """Results in the typed JSON of `app.feel.typed`."""
    record = again.record
    return {
        **{name: getattr(record, name) for name in ("id", "case_id", "door_id", "release_id", "process_key")},
        "element": record.element_id,
        "decision": record.decision,
        "title": again.title,
        "decided_at": record.decided_at.isoformat(),
        "outcome": again.verdict,
        "recorded": {"result": record.result, "rows": record.rows},
        "now": {"result": encode(again.now), "rows": [row.index for row in again.rows]},
        "unknown": [{"name": name, "title": called.get(name, "")} for name in again.unknown],
        "reason": again.reason,
    }


def _at(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


COMMANDS = {"decision": decision}
