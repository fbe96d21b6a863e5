"""What completing a task would bring about, told without anything of it being there."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.cases.foresight import Foresight, decided, foresee
from app.core.errors import Rejection
from app.db import Base, Database
from app.documents import queries as documents
from app.documents.foreseen import NUMBERED_LATER
from tests.support.statements import counted
from tests.support.worlds import RELIEF, Office

MOST_STATEMENTS = 48  # what completing takes, and one look at each kind of what came of it


@pytest.fixture
def waiting(office: Office) -> str:
    """A case whose next completed task decides it."""
    case_id = office.apply("uninsured_unemployed_relief", RELIEF).case_id
    office.do(case_id, "village_investigation", "village_cadre", facts_true=True)
    return case_id


def fingerprint(database: Database) -> dict[str, str]:
    """Of every table one number for all its rows."""
    with database.read() as session:
        return {
            table.name: hashlib.sha256(repr(sorted(map(repr, session.execute(select(table))))).encode()).hexdigest()
            for table in Base.metadata.sorted_tables
        }


def look(office: Office, case_id: str, **data: Any) -> Foresight:
    with office.database.trial() as session:
        clerk, item = office.holder(session, "township_clerk"), office.task(session, case_id, "township_review")
        return foresee(session, clerk, item.id, data, office.now)


def test_what_is_foreseen_comes_true_and_leaves_nothing(office: Office, waiting: str) -> None:
    before = fingerprint(office.database)
    with counted(office.database.engine) as statements:
        seen = look(office, waiting, confirmed=True, amount=800)
    assert fingerprint(office.database) == before
    assert len(statements) <= MOST_STATEMENTS, len(statements)
    assert (seen.status, seen.ended, seen.failure, seen.next_steps) == ("approved", True, None, [])
    (order,) = seen.money
    assert (order.payee, order.amount, order.account) == ("王建国", Decimal(800), "***************4568")
    (letter,) = seen.letters
    assert "王建国" in letter.text()
    assert NUMBERED_LATER in letter.text()
    with office.database.read() as session:
        assert "救助金额上限" in [each.title for each in decided(session, seen)]
    office.do(waiting, "township_review", "township_clerk", confirmed=True, amount=800)
    with office.database.read() as session:
        issued = documents.documents_of(session, waiting)[-1]
    assert issued.number.endswith("1号")  # the trial took no number


def test_what_would_be_refused_is_refused_alike(office: Office, waiting: str) -> None:
    before = fingerprint(office.database)
    with pytest.raises(Rejection) as foreseen:
        look(office, waiting, confirmed=True, amount=100_000)
    with pytest.raises(Rejection) as refused:
        office.do(waiting, "township_review", "township_clerk", confirmed=True, amount=100_000)
    assert foreseen.value.fields == refused.value.fields == {"amount": "救助金额不能超过1000元，请调低金额"}
    assert fingerprint(office.database) == before
