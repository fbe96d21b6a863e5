"""Random re-checks (E13): the system draws among those in payment, anybody can draw again and get the same."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from app import audit
from app.cases.awards import RECHECK
from app.cases.effects.sampling import draw
from app.cases.models import RecheckDraw
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Invalid, NotFound
from app.core.ids import digest, new_id
from app.db import insert_if_absent, rows_changed
from app.definitions.queries import resolve
from app.figures.reader import FigureReader
from app.identity import policy
from app.identity import queries as identity
from app.jobs import operations as jobs
from app.registry import queries as awards

RATE = "random_recheck_rate"
LONGEST, PAGE = 30, 500
DRAW: Table = RecheckDraw.__table__  # type: ignore[assignment]
_RECORD = insert_if_absent(DRAW, ["region_id", "programme", "occasion"])


@dataclass(frozen=True, slots=True)
class Drawn:
    """Whom a draw chose (award ids), from how many, at which rate; `is_new` is False where it was drawn before."""

    awards: tuple[str, ...]
    candidates: int
    rate: Decimal
    seed: str
    is_new: bool


def draw_rechecks(
    session: Session, actor: Actor, region_code: str, programme: str, occasion: str, now: datetime
) -> Drawn:
    """Draw awards of a programme in payment in a region at the figure `random_recheck_rate`, once an occasion.

    Nobody chooses: the seed is made by the machine at the moment of drawing and kept. Each award that is drawn gets a
    re-check by a job; asking again for the same occasion gives the recorded draw and begins nothing.
    Raises NotFound, NotYours, Invalid (occasion), FigureMissing.
    """
    chain = identity.chain_of_code(session, region_code, local_date(now))
    policy.require_covers(session, actor, chain, "draw_rechecks")
    occasion = _named(occasion)
    if "recheck" not in resolve(session, programme, chain.ids, local_date(now)).processes:
        raise NotFound("这个项目没有复核流程，请先由政策管理员补充")
    earlier = _recorded(session, chain.nearest.id, programme, occasion)
    if earlier is not None:
        return Drawn(tuple(earlier.drawn), earlier.candidates, earlier.rate, earlier.seed, is_new=False)
    rate = FigureReader(session, chain.ids, local_date(now), chain.full_name)[RATE]
    candidates = _candidates(session, chain.nearest, programme, now)
    seed = secrets.token_hex(16)
    chosen = tuple(award_id for award_id in candidates if draw(f"{seed}:{award_id}") < rate)
    row = {
        "id": new_id(),
        "region_id": chain.nearest.id,
        "programme": programme,
        "occasion": occasion,
        "seed": seed,
        "rate": rate,
        "candidates": len(candidates),
        "candidates_hash": digest("\n".join(candidates).encode()),
        "drawn": list(chosen),
        "drawn_at": now,
        "drawn_by": actor.user_id,
    }
    if rows_changed(session, _RECORD, row) == 0:
        # Somebody else drew for the occasion at the same moment.
        return draw_rechecks(session, actor, region_code, programme, occasion, now)
    _begin(session, actor, row, now)
    return Drawn(chosen, len(candidates), rate, seed, is_new=True)


def _named(occasion: str) -> str:
    if not 0 < len(name := occasion.strip()) <= LONGEST:
        raise Invalid({"occasion": f"请填写抽查名称（不超过 {LONGEST} 字），例如 2021年第一季度"})
    return name


def _begin(session: Session, actor: Actor, drawn: Mapping[str, Any], now: datetime) -> None:
    """A job for each award that was drawn, and the draw on record."""
    jobs.enqueue_all(session, [
        jobs.NewJob(RECHECK, {}, now, f"{RECHECK}:{drawn['id']}:{each}", None, jobs.BULK, reference=each)
        for each in drawn["drawn"]
    ])  # fmt: skip
    names = ("programme", "occasion", "seed", "rate", "candidates", "candidates_hash", "drawn")
    told = {name: drawn[name] for name in names}
    audit.append(session, f"rechecks:{drawn['region_id']}", "drawn", actor, told, None, now, shared=True)


def draws_of(session: Session, region_ids: list[str], limit: int = 20) -> list[RecheckDraw]:
    """The newest draws of regions."""
    mine = RecheckDraw.region_id.in_(region_ids)
    return list(session.scalars(select(RecheckDraw).where(mine).order_by(RecheckDraw.id.desc()).limit(limit)))


def _recorded(session: Session, region_id: str, programme: str, occasion: str) -> RecheckDraw | None:
    same = (RecheckDraw.region_id == region_id) & (RecheckDraw.programme == programme)
    return session.scalar(select(RecheckDraw).where(same, RecheckDraw.occasion == occasion))


def _candidates(session: Session, region: identity.RegionRef, programme: str, now: datetime) -> list[str]:
    """Ids of the awards in payment, in order."""
    found: list[str] = []
    while True:
        after = found[-1] if found else ""
        page = awards.awards_in_payment(session, [programme], region, local_date(now), after=after, limit=PAGE)
        found += [row.id for row in page]
        if len(page) < PAGE:
            return found
