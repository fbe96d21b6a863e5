"""Scratch worlds for tests of cases: the repository's bundles on a fresh database, with people at every position."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.cases import operations
from app.core.actor import APPLICANT, Actor
from app.core.clock import MovableClock, local_date
from app.core.paths import BUNDLES, TEMPLATES
from app.db import Database
from app.figures import seeding as figures
from app.identity import appointed
from app.identity import operations as staff
from app.identity import queries as identity
from app.inbox import queries as inbox
from app.installation import install

VILLAGE = "220122100001"
STANDARDS = {"rural_dibao_standard_month": 345, "urban_dibao_standard_month": 540}
RELIEF: dict[str, Any] = {
    "name": "王建国",
    "id_number": "220122198305123011",
    "phone": "13904310001",
    "address": "农安县农安镇东好来宝村",
    "bank_account": "6228480240001234568",
    "applied_by": "self",
    "authorised": True,
    "hardship": "返岗无望，家中无收入",
    "employer_name": "长春某建筑劳务公司",
    "employer_address": "长春市绿园区",
    "post": "瓦工",
    "witnesses": [{"name": "李强", "phone": "13904310002"}, {"name": "赵明", "phone": "13904310003"}],
    "months_without_income": 3,
    "unemployment_insured": False,
    "household": {"size": 3, "annual_income": 15000, "financial_assets": 6000},
}
EMERGENCY: dict[str, Any] = {
    "name": "刘桂芝",
    "id_number": "220122194802170021",
    "phone": "13904310009",
    "address": "农安县农安镇",
    "applied_by": "village",
    "emergency": "住房失火",
    "requested_amount": 1000,
}
SPENDING: dict[str, Any] = {
    "name": "孙丽",
    "id_number": "220122197204040503",
    "phone": "13904310011",
    "address": "农安县农安镇",
    "bank_account": "6228480240001234568",
    "applied_by": "self",
    "authorised": True,
    "spending": "尿毒症透析自付部分",
    "requested_amount": 3000,
    "household": {"size": 2, "annual_income": 12000, "financial_assets": 3000},
}

# The digits before the check digit: an address in 农安县 and a day of birth; three more digits tell people apart.
PERSON = "22012219{year:02d}05{day:02d}{number:03d}"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(n: int) -> str:
    """The n-th person's identity number, valid, of somebody in working age (n below 580,000)."""
    rest, number = divmod(n, 1000)
    body = PERSON.format(year=70 + rest // 28, day=1 + rest % 28, number=number)
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


@dataclass
class Office:
    """The demo township with everything installed; shortcuts for what tests do all the time."""

    database: Database
    clock: MovableClock

    @classmethod
    def open(cls, database: Database, clock: MovableClock) -> Office:
        with database.write() as session:
            install(session, clock.now())
            staff.ensure_staffed(session, VILLAGE, clock.now())
            for key, value in STANDARDS.items():
                figures.establish(session, key, "220122", value, origin=figures.STORY, now=clock.now())
        return cls(database, clock)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def holder(self, session: Session, position: str, number: int = 0, code: str = VILLAGE) -> Actor:
        """The n-th person who holds the position for a region."""
        on = local_date(self.now)
        chain = identity.chain_of_code(session, code, on)
        office = identity.office_of(session, chain, position)
        assert office is not None
        person = appointed.holders(session, f"{position}@{office.id}", on)[number]
        actor = appointed.load_actor(session, person.user_id, on)
        assert actor is not None
        return actor

    def apply(
        self, programme: str, data: Mapping[str, Any], actor: Actor = APPLICANT, **changes: Any
    ) -> operations.Receipt:
        with self.database.write() as session:
            return operations.apply(session, actor, programme, VILLAGE, {**data, **changes}, self.now)

    def task(self, session: Session, case_id: str, element: str) -> Any:
        """The open task of this element."""
        found = [each for each in inbox.items_of_case(session, case_id) if each.element_id == element]
        return next(each for each in found if each.status == "open" and each.kind == "task")

    def do(self, case_id: str, element: str, position: str, number: int = 0, **data: Any) -> operations.Completed:
        """Complete the open task of this element as the n-th holder of the position."""
        with self.database.write() as session:
            actor, item = self.holder(session, position, number), self.task(session, case_id, element)
            return operations.complete_task(session, actor, item.id, data, self.now)


__all__ = ["BUNDLES", "EMERGENCY", "RELIEF", "SPENDING", "TEMPLATES", "VILLAGE", "Office", "id_number"]
