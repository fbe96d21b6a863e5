"""Awards follow the published figures (D15): on the day from which another value holds, each is calculated again.

A process whose start event says `follows="figures"` says how. Figures only put the day's job on the table
(`figure.changed`); jobs of a hundred awards do it, each whole or not at all, so that one that was stopped goes on and
one that is repeated finds nothing more to do. What the record does not say (an award taken over from paper, one whose
re-check found it no longer entitled) is re-checked by people instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import audit, engine
from app.cases import arrears, award_letters, competence, decisions
from app.cases.awards import RECHECK
from app.cases.calculating import Calculator, Figures, Outcome
from app.cases.effects.awards import RECALCULATE as CHANGE
from app.cases.models import Recalculation
from app.core.actor import SYSTEM
from app.core.clock import local_date
from app.core.errors import NotEligible, NotFound
from app.core.ids import new_id
from app.definitions import queries as definitions
from app.definitions.errors import BundleError
from app.figures import queries as figures
from app.figures.operations import CHANGED
from app.identity import queries as identity
from app.jobs import operations as jobs
from app.jobs.operations import DueJob, NewJob
from app.jobs.runner import Claim, DatabaseHandler
from app.registry import recalculating as registry
from app.registry.queries import AwardState
from app.registry.terms import Terms

PART = 100
"""Awards in one job: short enough that nobody waits for its locks."""
RUN: Table = Recalculation.__table__  # type: ignore[assignment]
_NOTE = insert(RUN)


@dataclass
class Part:
    """What one job found; `since` is the day from which months may be due another amount.

    `settles`: not figures changed, but what is known of these awards (a change was taken back, a month was drafted
    while a sum waited): nobody is re-checked for it, and months are compared also where nothing can be calculated.
    """

    programme: str
    since: date
    figure_id: str | None = None
    settles: bool = False
    id: str = field(default_factory=new_id)
    outcomes: list[Outcome] = field(default_factory=list)
    due: dict[str, list[Terms]] = field(default_factory=dict)
    arrears: list[arrears.Found] = field(default_factory=list)
    decisions: list[dict[str, Any]] = field(default_factory=list)

    @property
    def changed(self) -> list[Outcome]:
        return [each for each in self.outcomes if each.is_changed]

    @property
    def written(self) -> list[Outcome]:
        """Those of which a month is due another amount, today's or an earlier one."""
        return [each for each in self.outcomes if self.due.get(each.award.id)]

    @property
    def refused(self) -> list[Outcome]:
        return [each for each in self.outcomes if each.refused is not None]

    def numbers(self) -> dict[str, Any]:
        """What it came to, for the record and for the audit."""
        zero = Decimal("0.00")
        more = sum(((each.monthly or zero) - (each.award.monthly or zero) for each in self.changed), zero)
        owed = sum((each.amount for each in self.arrears), zero)
        return {"awards": len(self.outcomes), "changed": len(self.changed), "rechecked": len(self.refused),
                "monthly_more": more, "arrears": owed}  # fmt: skip


def programmes_following(session: Session, figure: figures.FigureRow, on: date) -> list[str]:
    """The programmes whose awards in payment depend on a figure in its region."""
    bundles = definitions.reaching(session, identity.chain(session, figure.scope), on)
    return sorted({bundle.programme for bundle in bundles if bundle.following(figure.key)})


def _launch(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """Jobs for all awards in payment that a changed figure may concern."""
    claim()
    figure = figures.find(session, job.reference or "")
    region = identity.chain(session, figure.scope).nearest
    competence.ask_now(session, region, now)
    due = []
    for programme in programmes_following(session, figure, local_date(now)):
        ids = registry.ids_in_payment(session, region, programme)
        for start in range(0, len(ids), PART):
            told = {"figure": figure.id, "since": figure.valid_from, "awards": ids[start : start + PART]}
            due.append(NewJob(CHANGE, told, now, f"change:{job.id}:{programme}:{start}", None, jobs.BULK))
    jobs.enqueue_all(session, due)


def _recalculate(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """Calculate the awards of a job again; those that ended meanwhile need nothing."""
    claim()
    award_ids = job.payload.get("awards") or [job.reference or ""]
    found = registry.lock(session, award_ids)
    for programme in sorted({award.programme for award in found}):
        told = job.payload
        part = Part(programme, told.get("since") or local_date(now), told.get("figure"), told.get("settles", False))
        _calculate(session, part, [award for award in found if award.programme == programme], job.id, now)
        _write(session, part, now)


def settle(session: Session, award: AwardState, since: date, by: str, now: datetime) -> None:
    """Calculate the months of one award again and keep what they lack; `by` names who asks."""
    part = Part(award.programme, since, settles=True)
    _calculate(session, part, [award], by, now)
    _write(session, part, now)


def _calculate(session: Session, part: Part, awards: Sequence[AwardState], by_job: str, now: datetime) -> None:
    months = arrears.Months(session, awards, part.since, now)
    calculators: dict[str, Calculator | None] = {}
    failed = []
    for award in awards:
        if award.region_id not in calculators:
            calculators[award.region_id] = calculator(session, award.programme, award.region_id, now)
        by = calculators[award.region_id]
        if by is None:
            continue
        try:
            outcome = by.now_worth(award)
            due = months.due(by, outcome) if outcome.refused is None else []
        except SQLAlchemyError:
            raise
        except Exception:
            failed.append(award)
            if len(failed) == len(awards):  # what all of them lack is one failure, not a hundred
                raise
            continue
        part.outcomes.append(outcome)
        part.due[award.id] = due
        if outcome.refused is None or part.settles:
            part.arrears += months.owed(award, due)
        part.decisions += _records(session, by, part, outcome, now)
    _alone(session, part, failed, by_job, now)


def calculator(
    session: Session, programme: str, region_id: str, now: datetime, figures: Figures | None = None
) -> Calculator | None:
    """Who calculates a programme's awards in a region; None where the release in force there does not say how."""
    chain = identity.chain(session, region_id)
    try:
        bundle = definitions.resolve(session, programme, chain.ids, local_date(now))
    except (NotFound, NotEligible, BundleError):
        return None
    following = [key for key in bundle.following() if engine.is_calculation(bundle.process(key))]
    return Calculator(session, bundle, following[0], chain, now, figures) if following else None


def _alone(session: Session, part: Part, awards: Sequence[AwardState], by_job: str, now: datetime) -> None:
    """Those that cannot be calculated must not hold up the others: a job of its own fails for each, and is seen."""
    told = {"figure": part.figure_id, "since": part.since, "settles": part.settles}
    own = [NewJob(CHANGE, told, now, f"change:{by_job}:{each.id}", None, jobs.BULK, reference=each.id)
           for each in awards]  # fmt: skip
    jobs.enqueue_all(session, own)


def _records(session: Session, by: Calculator, part: Part, outcome: Outcome, now: datetime) -> list[dict[str, Any]]:
    """The decisions behind a change, kept with the case that granted the award."""
    if not outcome.is_changed or outcome.award.case_id is None:
        return []
    of = {"case_id": outcome.award.case_id, "door_id": None, "action_id": part.id,
          "release_id": by.bundle.release_id, "decided_at": now}  # fmt: skip
    return decisions.rows(session.info["vault"], outcome.decided(), of)


def _write(session: Session, part: Part, now: datetime) -> None:
    """Amounts, arrears, records, then the jobs that follow: letters and re-checks."""
    amounts = [
        registry.NewAmount(each.award, each.monthly, each.facts, each.reason, part.due[each.award.id])
        for each in part.written if each.monthly is not None
    ]  # fmt: skip
    registry.write(session, amounts, local_date(now), now)
    arrears.record(session, part.arrears, part.figure_id or part.id, now)
    decisions.write(session, part.decisions)
    numbers = part.numbers()
    session.connection().execute(_NOTE, {**numbers, "id": part.id, "figure_id": part.figure_id,
                                         "programme": part.programme, "at": now})  # fmt: skip
    told = {**numbers, "programme": part.programme, "arrears_since": part.since,
            "amounts": {each.award.id: [each.award.monthly, each.monthly] for each in part.changed}}  # fmt: skip
    chain = f"recalculation:{part.figure_id or 'single'}"
    audit.append(session, chain, "recalculated", SYSTEM, told, part.id, now, shared=True)
    award_letters.order(session, part.id, part.changed, part.due, part.arrears, now)
    rechecks = [
        NewJob(RECHECK, {}, now, f"{RECHECK}:{part.id}:{each.award.id}", None, jobs.BULK, reference=each.award.id)
        for each in part.refused
        if not part.settles
    ]
    jobs.enqueue_all(session, rechecks)


HANDLERS: dict[str, DatabaseHandler] = {
    CHANGED: _launch, CHANGE: _recalculate, award_letters.LETTER: award_letters.write_letter,
}  # fmt: skip
