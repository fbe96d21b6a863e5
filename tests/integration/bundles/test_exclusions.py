"""Nobody receives two programmes that exclude each other (E3): neither order of events, nor both at the same moment."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.cases.models import Case
from app.core.errors import Duplicate, Rejection
from app.figures.content import seeded
from app.figures.exclusions import between
from app.funds import batches
from app.funds.models import BatchLine
from app.identity import operations as staff
from app.registry import members
from app.registry import operations as registry_commands
from app.registry import queries as registry
from app.registry.overlaps import Other
from tests.integration.bundles.test_dibao import (
    APPLICATION,
    HEAD,
    admitted,
    award_of,
    letter,
    pass_days,
    put_in_force,
)
from tests.support.worlds import VILLAGE, Office

SHAN = {"name": "周山", "id_number": "220122195002030017", "relation": "父亲"}
TEKUN: dict[str, Any] = {
    **APPLICATION,
    "name": "周山",
    "id_number": "220122195002030017",
    "applied_by": "village",
    "kind": "elderly",
    "can_work": False,
    "income_source": "none",
    "supporters": [],
}


@pytest.fixture
def office(office: Office) -> Office:
    given = {"rural_dibao_standard_month": 400, "publicity_days": 7, "extra_share_elderly": "0.1"}
    placed = {"tekun_basic_home_month": 702, "tekun_care_full_month": 50}
    put_in_force(office, **given, **placed)
    return office


def to_last_signature(office: Office, **changed: Any) -> str:
    case_id = office.apply("tekun", {**TEKUN, **changed}).case_id
    office.do(case_id, "acceptance", "township_clerk", complete=True)
    told = {"means": ["household_visit"], "facts_true": True, "opinion": "属实"}
    office.do(case_id, "investigation", "township_clerk", **told)
    office.do(case_id, "review", "township_head", approved=True, opinion="同意")
    pass_days(office, 8)
    office.do(case_id, "county_examination", "county_clerk", complete=True)
    office.do(case_id, "county_decision", "county_head", approved=True)
    office.do(case_id, "care_assessment", "township_clerk", self_care="full")
    office.do(case_id, "placement", "township_clerk", form="home", caregiver="李四")
    office.do(case_id, "sign_agreement", "township_head", signer="township", signed_by="王镇长")
    office.do(case_id, "sign_agreement", "township_clerk", signer="caregiver", signed_by="李四")
    return case_id


def sign(office: Office, case_id: str) -> None:
    office.do(case_id, "sign_agreement", "township_clerk", signer="person", signed_by="周山")


def covered(office: Office, award: registry.AwardState) -> list[str | None]:
    with office.database.read() as session:
        return [each.name for each in members.members_of(session, award.id) if each.valid_until is None]


def begun_on(office: Office, award: registry.AwardState, process: str) -> str:
    with office.database.read() as session:
        mine = (Case.award_id == award.id) & (Case.process_key == process)
        return session.scalars(select(Case.id).where(mine)).one()


def paid_for(office: Office, month: date) -> list[tuple[str, Decimal]]:
    """What a monthly batch of both programmes comes to."""
    spec = batches.BatchSpec(
        f"m{month:%Y%m}", "monthly", "按月发放", "E18", "220122", ["dibao", "tekun"], month
    )  # fmt: skip
    with office.database.write() as session:
        batch_id = batches.draft(session, office.holder(session, "county_clerk"), spec, office.now)
        lines = session.execute(select(BatchLine.payee, BatchLine.amount).where(BatchLine.batch_id == batch_id))
        return sorted(tuple(line) for line in lines)


def test_admission_to_tekun_takes_one_of_several_out_of_dibao(office: Office) -> None:
    dibao = admitted(office, members=[HEAD, SHAN])
    case_id = to_last_signature(office)
    assert covered(office, dibao) == ["周山", "周海"]
    sign(office, case_id)
    assert covered(office, dibao) == ["周海"]
    assert paid_for(office, date(2021, 1, 5)) == [("周山", Decimal("752.00"))], "not before it is calculated again"
    pass_days(office, 0)
    after = award_of(office, begun_on(office, dibao, "departure"))
    assert (after.status, after.name, after.recount_since) == ("in_payment", "周海", None)
    assert after.monthly == Decimal("100.00"), "400 less the 300 that the household earns"
    told = letter(office, begun_on(office, dibao, "departure"), "recheck_notice")
    assert all(part in told for part in ("周海：", "周山", "不再享受低保"))
    assert paid_for(office, date(2021, 2, 5)) == [("周山", Decimal("752.00")), ("周海", Decimal("100.00"))]


def test_admission_to_tekun_ends_the_dibao_of_one_alone(office: Office) -> None:
    dibao = admitted(office, members=[HEAD])
    sign(office, to_last_signature(office, name="周海", id_number=HEAD["id_number"], kind="disabled"))
    pass_days(office, 0)
    after = award_of(office, begun_on(office, dibao, "departure"))
    assert (after.status, after.ended_on) == ("ended", office.now.date())
    assert "不再享受低保" in letter(office, begun_on(office, dibao, "departure"), "ending_notice")
    assert paid_for(office, date(2021, 1, 5)) == [("周海", Decimal("752.00"))]


def test_the_recipient_who_goes_leaves_the_money_to_who_stays(office: Office) -> None:
    dibao = admitted(office, members=[HEAD, SHAN])
    sign(office, to_last_signature(office, name="周海", id_number=HEAD["id_number"], kind="disabled"))
    pass_days(office, 0)
    departure = begun_on(office, dibao, "departure")
    after = award_of(office, departure)
    assert (after.name, after.account) == ("周山", None)
    told = letter(office, departure, "recheck_notice")
    assert all(part in told for part in ("周山：", "今后由周山领款"))


def test_who_is_in_tekun_is_not_admitted_to_dibao_with_the_household(office: Office) -> None:
    case_id = to_last_signature(office)
    with pytest.raises(Duplicate, match="特困"):
        try_both(office, case_id)


def try_both(office: Office, tekun: str) -> None:
    """The household was let in at the door, before the father was admitted to 特困."""
    members_given = {"members": [HEAD, SHAN], "annual_income": 3600, "financial_assets": 2000}
    case_id = office.apply("dibao", APPLICATION, household=members_given).case_id
    office.do(case_id, "acceptance", "township_clerk", complete=True)
    office.do(case_id, "means_check", "township_clerk", annual_income=3600, financial_assets=2000)
    office.do(case_id, "household_visit", "township_clerk", consistent=True, irregular_income=False)
    office.do(case_id, "review", "township_head", approved=True)
    pass_days(office, 8)
    sign(office, tekun)
    office.do(case_id, "county_confirmation", "county_head", approved=True)


def test_of_two_admissions_at_the_same_moment_one_succeeds(office: Office) -> None:
    with office.database.write() as session:
        region = staff.ensure_region(session, VILLAGE).id
    request = {"id_number": SHAN["id_number"], "name": "周山", "region_id": region, "starts_on": office.now.date()}
    prevails = Other("tekun", False, "E3", "纳入特困的，不再享受低保")
    yields = Other("dibao", True, "E3", "纳入特困的，不再享受低保")
    gate, told = threading.Barrier(2), []

    def admit(number: int) -> None:
        other = ("dibao", prevails) if number else ("tekun", yields)
        wanted = registry_commands.AwardRequest(
            id=f"award{number}", programme=other[0], monthly=Decimal(1), others=[other[1]], **request
        )  # fmt: skip
        gate.wait()
        try:
            with office.database.write() as session:
                registry_commands.start_award(session, wanted, office.now)
            told.append(other[0])
        except Rejection as refusal:
            told.append(refusal.code)

    threads = [threading.Thread(target=admit, args=(number,)) for number in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    with office.database.read() as session:
        rows = session.execute(select(members.COVERED.c.award_id).where(members.COVERED.c.valid_until.is_(None)))
        assert len(rows.all()) == 1, told
    assert "tekun" in told


def test_owners_may_declare_another_pair() -> None:
    added = seeded().with_additions(
        "exclusions: {dibao-over-heating: {prevails: dibao, yields: heating, clause: D13, text: 不重复}}".encode(), "22"
    )
    assert [pair.prevails for pair in between(added.exclusions, "heating", ["22", "2201"])] == ["dibao"]
    assert between(added.exclusions, "heating", ["34"]) == []
