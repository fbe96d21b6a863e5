"""Who may qualify for a programme and has not applied (主动发现): found among those who receive something else.

The release says among whom and how one is known (`outreach` of `bundle.yaml`). A part of the awards is read at a time,
so that a page costs the same however many there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import feel
from app.cases.models import Case
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Invalid, NotFound, Rejection
from app.core.id_number import is_valid
from app.definitions.bundle import Bundle
from app.definitions.queries import programme_titles, resolve_open
from app.identity import queries as identity
from app.registry import lookups, outreach, policy
from app.registry.queries import AwardState

PART, MOST = 200, 5000
"""Awards that a page looks at, and at most a workbook."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody in an award of `programme`; `told` says what speaks for it, `applied` the status of an earlier case."""

    id_number: str
    name: str
    told: str
    programme: str
    region_id: str
    person_id: str = ""
    applied: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """`looked` awards were read; `after` is where the next part begins, "" behind the last one."""

    title: str
    clause: str
    found: list[Candidate]
    looked: int
    after: str


def programmes(session: Session, actor: Actor, now: datetime) -> dict[str, str]:
    """Key → title of the programmes that look for people where the actor sees awards. Raises NotYours."""
    chains = [identity.chain(session, each).ids for each in sorted(policy.region_ids(session, actor))]
    titles = programme_titles(session)
    return {key: title for key, title in titles.items() if any(_bundle(session, key, ids, now) for ids in chains)}


def part(session: Session, actor: Actor, programme: str, after: str, now: datetime) -> Part:
    """The next awards, and who in them may qualify. Raises NotYours, NotFound (the programme looks for nobody)."""
    regions = sorted(policy.region_ids(session, actor))
    chains = (identity.chain(session, each).ids for each in regions)
    bundle = next((each for ids in chains if (each := _bundle(session, programme, ids, now))), None)
    if bundle is None:
        raise NotFound("这个项目没有写主动发现的办法，请从列表中选择项目")
    wanted = bundle.manifest["outreach"]
    read = {key: feel.compile(text) for key, text in wanted["among"].items()}
    awards = outreach.in_payment_of(session, regions, read.keys(), after, PART)
    found = [person for award in awards for person in _people(award, read[award.programme])]
    last = awards[-1].id if len(awards) == PART else ""
    return Part(wanted["title"], wanted["clause"], _without(session, found, programme, now), len(awards), last)


def everybody(session: Session, actor: Actor, programme: str, now: datetime) -> list[Candidate]:
    """All of them, for a workbook. Raises NotYours, NotFound, Invalid (more awards than are read at once)."""
    found: list[Candidate] = []
    looked, after = 0, ""
    while True:
        one = part(session, actor, programme, after, now)
        found, looked, after = found + one.found, looked + one.looked, one.after
        if not after:
            return found
        if looked >= MOST:
            raise Invalid({"programme": f"在保的超过 {MOST} 户，一次导不完，请由各乡镇（街道）分别导出"})


def _bundle(session: Session, programme: str, region_ids: Collection[str], now: datetime) -> Bundle | None:
    try:
        bundle = resolve_open(session, programme, list(region_ids), local_date(now))
    except Rejection:  # not in force there, or it takes no applications
        return None
    return bundle if bundle.manifest["outreach"] else None


def _people(award: AwardState, expression: feel.Expression) -> Iterator[Candidate]:
    """Whom the release finds in an award; nobody where its facts do not say."""
    try:
        told: Any = expression.evaluate({"award": award.as_facts()})
    except feel.FeelError:
        return
    for each in told if isinstance(told, list) else ():
        if isinstance(each, dict) and is_valid(str(each.get("id_number"))):
            name, why = (str(each.get(key) or "") for key in ("name", "told"))
            yield Candidate(str(each["id_number"]), name, why, award.programme, award.region_id)


def _without(session: Session, found: list[Candidate], programme: str, now: datetime) -> list[Candidate]:
    """Those who are alive, still in the award, do not receive the programme and have no case of it under way."""
    blinds = {each.id_number: lookups.blind(session, each.id_number) for each in found}
    known = lookups.known_people(session, blinds.values(), local_date(now))
    mine = (Case.programme == programme) & Case.award_id.is_(None) & Case.applicant_blind.in_(blinds.values())
    cases = {row.applicant_blind: row for row in session.execute(
        select(Case.applicant_blind, Case.status, Case.closed_at).where(mine).order_by(Case.filed_at)
    )}  # fmt: skip
    left = []
    for each in found:
        blind = blinds[each.id_number]
        who, case = known.get(blind), cases.get(blind)
        receives = {one["programme"] for one in who.benefits if one["in_payment"]} if who else set()
        is_under_way = case is not None and case.closed_at is None
        if (
            who
            and who.died_on is None
            and each.programme in receives
            and not is_under_way
            and programme not in receives
        ):
            left.append(replace(each, person_id=who.person_id, applied=case.status if case else ""))
    return left
