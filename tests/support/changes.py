"""Changes of policy in the office: who drafts them, and checks that found nothing."""

from __future__ import annotations

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.changes import checking, store
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.ids import new_id
from app.identity import operations as staff
from app.identity import queries as identity
from tests.support.worlds import Office

COUNTY = "220122"


def owner(office: Office, session: Session, number: int = 0, code: str = COUNTY) -> Actor:
    """The n-th policy owner of a region."""
    chain = identity.chain_by_code(session, code, local_date(office.now))
    there = identity.office_of(session, chain, "policy_owner")
    assert there is not None
    staff.ensure_holders(session, there, office.now, count=3)
    return office.holder(session, "policy_owner", number, code)


def checked(office: Office, session: Session, ids: tuple[str, str], *, passed: bool = True) -> None:
    """As if a worker had looked at a bundle of a change as it stands."""
    subject = checking.subject_of(session, store.bundle_of(session, *ids), local_date(office.now))
    row = {"id": new_id(), "bundle_id": ids[1], "passed": passed, "findings": [], "stories": [],
           "checked_at": office.now}  # fmt: skip
    session.execute(insert(checking.RESULT).values(**row, **subject._asdict()))
