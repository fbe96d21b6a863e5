"""Awards follow the published figures (D15): on the day from which another value holds, each is calculated again.

A process whose start event says `follows="figures"` does it, on every award in payment where the figure holds, if the
process reads it. Figures only put the day's job on the table (`figure.changed`); each award has a job of its own.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.cases import awards, competence
from app.core.clock import local_date
from app.core.errors import Gone, NotEligible, NotFound
from app.definitions import queries as definitions
from app.definitions.errors import BundleError
from app.figures import queries as figures
from app.figures.operations import CHANGED
from app.identity import queries as identity
from app.jobs import operations as jobs
from app.jobs.operations import DueJob
from app.jobs.runner import Claim, DatabaseHandler
from app.registry import queries as registry

CHANGE = "award.change"


def _launch(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """One job for every award in payment that a changed figure may concern."""
    claim()
    figure = figures.find(session, job.reference or "")
    chain = identity.chain(session, figure.scope)
    competence.ask_now(session, chain.nearest, now)
    bundles = definitions.reaching(session, chain, local_date(now))
    for programme in sorted({bundle.programme for bundle in bundles if bundle.following(figure.key)}):
        wanted = registry.awards_select(chain.nearest, programme, f"change:{job.id}")
        jobs.launch(session, CHANGE, wanted, now)


def _begin(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """Calculate one award again; one that ended meanwhile needs nothing.

    What cannot be calculated from the record (an award taken over from paper) is re-checked by people instead.
    """
    claim()
    try:
        award = registry.award_in_payment(session, job.reference or "")
        chain = identity.chain(session, award.region_id)
        bundle = definitions.resolve(session, award.programme, chain.ids, local_date(now))
    except (NotFound, Gone, BundleError):
        return
    for process in bundle.following():
        try:
            awards.begin(session, award.id, process, now)
        except NotEligible:
            awards.begin(session, award.id, awards.PROCESSES[awards.RECHECK], now)


HANDLERS: dict[str, DatabaseHandler] = {CHANGED: _launch, CHANGE: _begin}
