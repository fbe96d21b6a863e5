"""The letter that tells somebody of an amount that follows the published figures: a job each, as with batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.cases.arrears import Found
from app.cases.calculating import Outcome
from app.core.clock import local_date
from app.definitions import queries as definitions
from app.documents import operations as documents
from app.figures.catalogue import catalogue
from app.identity import queries as identity
from app.jobs import operations as jobs
from app.jobs.operations import DueJob, NewJob
from app.jobs.runner import Claim
from app.registry import deaths
from app.registry import queries as registry
from app.registry.terms import Terms

LETTER = "award.letter"


def order(
    session: Session,
    part_id: str,
    changed: Sequence[Outcome],
    due: Mapping[str, Sequence[Terms]],
    owed: Sequence[Found],
    now: datetime,
) -> None:
    """Have the letters written that the diagram asks for; the first month of the amount and arrears stand in them.

    due: by award, from which month on which amount is due; the last one is that of today.
    """
    sums: dict[str, Decimal] = {}
    for each in owed:
        sums[each.award_id] = sums.get(each.award_id, Decimal()) + each.amount
    letters = [
        NewJob(LETTER, {"given": _given(each.letter, due.get(each.award.id)), "arrears": sums.get(each.award.id)}, now,
               f"{LETTER}:{part_id}:{each.award.id}", None, jobs.BULK, reference=each.award.id)
        for each in changed if each.letter is not None
    ]  # fmt: skip
    jobs.enqueue_all(session, letters)


def _given(letter: Mapping[str, Any], due: Sequence[Terms] | None) -> dict[str, Any]:
    return {**letter, "starts_on": due[-1].since} if due and letter.get("starts_on") else dict(letter)


def write_letter(session: Session, job: DueJob, now: datetime, claim: Claim) -> None:
    """Record the letter; it is filed with the case that granted the award."""
    claim()
    award = registry.award(session, job.reference or "")
    given, arrears = dict(job.payload["given"]), job.payload["arrears"]
    template, issuer = given.pop("template"), given.pop("issuer", None)
    if arrears and not given.get("opinion"):
        given["opinion"] = f"此前月份按新标准补发差额共 {arrears} 元，随下一次按月发放一并支付。"
    chain = identity.chain(session, award.region_id)
    today = local_date(now)
    bundle = definitions.resolve(session, award.programme, chain.ids, today)
    offices = identity.offices_of(session, chain)
    scope = {
        "document": given,
        "application": {"name": award.name, "id_number": award.id_number},
        "case": {"number": award.case_number or "无", "region": chain.facts, "award": award.as_facts()},
        "programme": {"title": bundle.title, "basis": catalogue(session).basis_on(bundle.basis, today),
                      "key": bundle.programme},
        "today": today,
        "now": now,
    }  # fmt: skip
    request = documents.DocumentRequest(
        letter=bundle.letter(template, chain.ids),
        scope=scope,
        address=lambda name: deaths.family_of(name) if award.died_on and name == award.name else name,
        case_id=award.case_id,
        case_seq=None,
        subject=award.case_number or award.id,
        origin=award.id,
        chain=chain,
    )
    documents.record(session, documents.prepare(session, request, offices, issuer, now), now)
