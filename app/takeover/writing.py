"""A part of what was confirmed is written: whole or not at all, whatever a job is repeated (docs/adr/0027)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import SYSTEM
from app.core.clock import local_date
from app.core.exact_json import dump_json, load_json
from app.core.ids import new_id
from app.definitions.bundle import Bundle
from app.funds import taken_over as funds
from app.funds.taken_over import PaidAward
from app.jobs.operations import DueJob
from app.jobs.runner import Claim, DatabaseHandler
from app.registry import taking_over as registry
from app.registry.taking_over import Member, TakenOver
from app.takeover.models import CONFIRMED, Takeover, TakeoverPart
from app.takeover.standing import KEPT, Standing, scope_of

WRITE = "takeover.write"
CORRECTED = "导入的内容有更正，按更正后的重新导入"
_KEEP = insert(KEPT)


def _write(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    claim()
    part = session.scalars(select(TakeoverPart).where(TakeoverPart.id == job.reference).with_for_update()).one()
    takeover = session.get_one(Takeover, part.takeover_id)
    if takeover.status != CONFIRMED or part.lines is None:
        return
    vault = session.info["vault"]
    lines = load_json(vault.open(part.lines, "takeover_part", "lines", part.id))
    refused = enter(session, part.id, lines, now)
    told = [[lines[place]["row"], lines[place]["name"], reason] for place, reason in sorted(refused.items())]
    part.refused = vault.seal(dump_json(told).encode(), "takeover_part", "refused", part.id) if told else None
    part.lines, part.written, part.done_at = None, len(lines) - len(refused), now
    session.flush()
    counts = {"part": part.id, "written": part.written, "refused": len(refused)}
    audit.append(session, f"takeover:{takeover.id}", "written", SYSTEM, counts, None, now, shared=True)


def enter(session: Session, part_id: str, lines: Sequence[Mapping[str, Any]], now: datetime) -> dict[int, str]:
    """Write lines as they were kept; by place, why some were left out: what has changed since they were compared."""
    standing = Standing(session, local_date(now))
    standing.read_places(line["region"] for line in lines)
    refused = _changed_meanwhile(standing, lines)
    _withdraw(session, [line["replaces"] for place, line in enumerate(lines) if place not in refused], now)
    awards = {place: _award(standing, line) for place, line in enumerate(lines) if place not in refused}
    by_id = registry.take_over(session, list(awards.values()), now)
    refused |= {place: by_id[award.id] for place, award in awards.items() if award.id in by_id}
    kept = [(award, lines[place]) for place, award in awards.items() if place not in refused]
    paid = [
        PaidAward(award.id, award.programme, award.name, award.chain, _paid(line), award.once) for award, line in kept
    ]
    funds.record_paid(session, part_id, paid, now)
    _keep(session, part_id, kept)
    return refused


def _changed_meanwhile(standing: Standing, lines: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Places that ended, programmes that are gone, awards that were gone on with since the files were compared."""
    continued = standing.gone_on_with([line["replaces"] for line in lines if line["replaces"]])
    found = {}
    for number, line in enumerate(lines):
        place = standing.place(line["region"])
        bundle = None if place is None else standing.bundle(line["programme"], place.id)
        if place is None or place.ended_on is not None:
            found[number] = f"区划 {line['region']} 已停用"
        elif isinstance(bundle, str):
            found[number] = bundle
        elif line["replaces"] in continued:
            found[number] = "这份待遇已在本系统继续办理，请办理变更"
    return found


def _withdraw(session: Session, replaced: Sequence[str | None], now: datetime) -> None:
    award_ids = [each for each in replaced if each]
    if not award_ids:
        return
    registry.withdraw(session, award_ids, CORRECTED, now)
    funds.withdraw(session, award_ids, now)
    session.execute(delete(KEPT).where(KEPT.c.id.in_(award_ids)))


def _award(standing: Standing, line: Mapping[str, Any]) -> TakenOver:
    place = standing.place(line["region"])
    assert place is not None, "what has no place was left out"
    chain, once = standing.chain(place.id), line["once"]
    bundle = standing.bundle(line["programme"], place.id)
    assert isinstance(bundle, Bundle), "what has no programme was left out"
    scope = chain.at(bundle.once_scope) if once and bundle.once_scope else None
    return TakenOver(
        id=new_id(),
        programme=line["programme"],
        kind=line["kind"],
        id_number=line["id_number"],
        name=line["name"],
        chain=chain,
        amount=line["amount"],
        starts_on=line["starts_on"],
        reason=f"原系统编号 {line['number']}",
        once=once,
        once_scope=scope.id if scope else None,
        recheck_on=line["recheck_on"],
        visit_on=line["visit_on"],
        account=line["account"],
        institution_id=line["institution_id"],
        members=[
            Member(number, name, relation, since or line["starts_on"])
            for name, number, relation, since in line["members"]
        ],
        facts=line["facts"],
        others=standing.others(line["programme"], chain),
    )


def _paid(line: Mapping[str, Any]) -> list[tuple[date, Decimal]]:
    return [(day, amount) for day, amount in line["paid"]]


def _keep(session: Session, part_id: str, kept: Sequence[tuple[TakenOver, Mapping[str, Any]]]) -> None:
    """What a later file is compared with."""
    vault = session.info["vault"]
    rows = [
        {"id": award.id, "scope_id": scope_of(award.chain), "number": line["number"], "part_id": part_id,
         "line": vault.seal_text(line["text"], "takeover_award", "line", award.id)}
        for award, line in kept
    ]  # fmt: skip
    if rows:
        session.connection().execute(_KEEP, rows)


HANDLERS: dict[str, DatabaseHandler] = {WRITE: _write}
