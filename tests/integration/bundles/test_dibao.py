"""Life of an award of 低保: re-check (D6), recalculation (D15), leaving with tapering (D7), the second look (D11)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.cases import handlers, operations, queries
from app.cases.models import Case
from app.core.actor import SYSTEM
from app.core.clock import SHANGHAI
from app.core.errors import Invalid, NotEligible, NotYours
from app.documents import operations as documents
from app.documents import queries as document_rows
from app.documents.text import extract_text
from app.figures import seeding as figures
from app.identity import queries as identity
from app.inbox.models import WorkItem
from app.jobs.runner import Worker
from app.registry import operations as registry_commands
from app.registry import queries as registry
from tests.support.figures import put_in_force as raise_figure
from tests.support.worlds import VILLAGE, Office

HEAD = {"name": "周海", "id_number": "220122198809093311", "relation": "本人", "can_work": True}
WIFE = {"name": "吴霞", "id_number": "220122199001014021", "relation": "配偶"}
APPLICATION: dict[str, Any] = {
    "name": "周海",
    "id_number": "220122198809093311",
    "phone": "13904310012",
    "address": "农安县农安镇",
    "bank_account": "6228480240001234568",
    "applied_by": "self",
    "authorised": True,
}
INCOME, ASSETS = 3600, 2000


@pytest.fixture
def office(office: Office) -> Office:
    put_in_force(office, rural_dibao_standard_month=400, extra_share_severely_disabled="0.2", publicity_days=7)
    return office


def put_in_force(office: Office, **values: Any) -> None:
    with office.database.write() as session:
        for key, value in values.items():
            day = office.now.date() if key.startswith("rural") else None
            figures.establish(
                session, key, "220122", value, origin=figures.STORY, now=office.now, valid_from=day or date(2000, 1, 1)
            )


def pass_days(office: Office, days: int) -> None:
    office.clock.move_to(office.now + timedelta(days=days))
    while Worker(office.database, office.clock, handlers.HANDLERS).run_once():
        pass


def to_review(office: Office, *, irregular: bool = False, **household: Any) -> str:
    members = household.pop("members", [HEAD, WIFE])
    data = {"members": members, "annual_income": INCOME, "financial_assets": ASSETS, **household}
    case_id = office.apply("dibao", APPLICATION, household=data).case_id
    office.do(case_id, "acceptance", "township_clerk", complete=True)
    office.do(case_id, "means_check", "township_clerk", annual_income=INCOME, financial_assets=ASSETS)
    office.do(case_id, "household_visit", "township_clerk", consistent=True, irregular_income=irregular)
    return case_id


def admitted(office: Office, *, irregular: bool = False, **household: Any) -> registry.AwardState:
    """The award of a household that went all the way."""
    case_id = to_review(office, irregular=irregular, **household)
    office.do(case_id, "review", "township_head", approved=True)
    pass_days(office, 8)
    done = office.do(case_id, "county_confirmation", "county_head", approved=True)
    assert (done.status, done.incident) == ("approved", None)
    return award_of(office, case_id)


def award_of(office: Office, case_id: str) -> registry.AwardState:
    with office.database.read() as session:
        award_id = queries.head(session, case_id).award_id
        return registry.award(session, award_id)


def begin(office: Office, award: registry.AwardState, process: str) -> str:
    with office.database.write() as session:
        clerk = office.holder(session, "township_clerk")
        return operations.start_award_case(session, clerk, award.id, process, {}, office.now).case_id


def facts(office: Office, case_id: str) -> dict[str, Any]:
    with office.database.read() as session:
        assert [incident.message for incident in queries.incidents_of(session, case_id)] == []
        return queries.facts(session, SYSTEM, case_id)


def letter(office: Office, case_id: str, template: str) -> str:
    facts(office, case_id)
    with office.database.write() as session:
        rows = [row for row in document_rows.documents_of(session, case_id) if row.template == template]
        return extract_text(documents.issue(session, rows[-1].id).content)


def last_case(office: Office, award: registry.AwardState) -> str:
    with office.database.read() as session:
        mine = select(Case.id).where(Case.award_id == award.id)
        return session.scalars(mine.order_by(Case.filed_at.desc(), Case.id.desc()).limit(1)).one()


def status(office: Office, case_id: str) -> str:
    with office.database.read() as session:
        return queries.head(session, case_id).status


def registry_region(session: Any, office: Office) -> str:
    return identity.region_by_code(session, VILLAGE, office.now.date()).id


def test_award_keeps_what_it_was_computed_from(office: Office) -> None:
    award = admitted(office)
    assert (award.monthly, award.kind) == (Decimal("500.00"), "household")
    assert award.facts["assessed"]["people"] == 2
    assert [step["value"] for step in award.facts["steps"]] == [Decimal("500.00")]


@pytest.mark.parametrize(
    ("irregular", "members", "months"),
    [
        (True, [HEAD, WIFE], 6),
        (False, [HEAD, WIFE], 12),
        (True, [{**HEAD, "can_work": False}, WIFE], 12),
    ],
)
def test_recheck_day_by_kind_of_household(
    office: Office, irregular: bool, members: list[dict[str, Any]], months: int
) -> None:
    award = admitted(office, irregular=irregular, members=members)
    start = award.starts_on
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    assert award.recheck_on == date(year, month + 1, start.day)


def test_a_return_weighs_the_verified_numbers_again(office: Office) -> None:
    put_in_force(office, dibao_asset_months=24)
    household = {"members": [HEAD, WIFE], "annual_income": INCOME, "financial_assets": ASSETS}
    case_id = office.apply("dibao", APPLICATION, household=household).case_id
    office.do(case_id, "acceptance", "township_clerk", complete=True)
    office.do(case_id, "means_check", "township_clerk", annual_income=9600, financial_assets=19201)
    assert [rule["clause"] for rule in facts(office, case_id)["failing_rules"]] == ["D13", "D1"]
    with office.database.write() as session:
        clerk = office.holder(session, "township_clerk")
        operations.return_case(session, clerk, case_id, "means_check", "银行更正了答复", office.now)
    office.do(case_id, "means_check", "township_clerk", annual_income=9600, financial_assets=19200)
    assert [rule["clause"] for rule in facts(office, case_id)["failing_rules"]] == ["D13"]
    with office.database.write() as session:
        operations.return_case(session, clerk, case_id, "acceptance", "材料有误", office.now)
    office.do(case_id, "acceptance", "township_clerk", complete=True)
    office.do(case_id, "means_check", "township_clerk", annual_income=INCOME, financial_assets=ASSETS)
    assert facts(office, case_id)["failing_rules"] == []


def test_recheck_without_change_goes_on(office: Office) -> None:
    award = admitted(office)
    pass_days(office, 365)
    case_id = begin(office, award, "recheck")
    office.do(case_id, "recheck", "township_clerk", annual_income=INCOME, financial_assets=0, irregular_income=True)
    assert facts(office, case_id)["outcome"] == "continue"
    office.do(case_id, "recheck_review", "township_head", approved=True)
    after = award_of(office, case_id)
    assert (after.monthly, after.status) == (award.monthly, "in_payment")
    assert after.recheck_on is not None
    assert after.recheck_on > office.now.date() + timedelta(days=170)
    assert "待遇不变" in letter(office, case_id, "recheck_notice")


def test_recheck_with_other_income_and_members_changes_the_amount(office: Office) -> None:
    award = admitted(office)
    case_id = begin(office, award, "recheck")
    disabled = {**WIFE, "disability_grade": 3, "disability_kind": "mental"}
    office.do(
        case_id,
        "recheck",
        "township_clerk",
        annual_income=4800,
        financial_assets=0,
        irregular_income=False,
        household={"members": [HEAD, disabled]},
    )
    office.do(case_id, "recheck_review", "township_head", approved=False, opinion="请附证明")
    office.do(
        case_id,
        "recheck",
        "township_clerk",
        annual_income=4800,
        financial_assets=0,
        irregular_income=False,
        household={"members": [HEAD, disabled]},
    )
    done = office.do(case_id, "recheck_review", "township_head", approved=True)
    assert done.status == "ended"
    assert award_of(office, case_id).monthly == Decimal("480.00")
    told = letter(office, case_id, "recheck_notice")
    assert "肆佰捌拾元整" in told
    assert "500.00" in told


def test_who_is_above_the_standard_is_not_simply_stopped(office: Office) -> None:
    award = admitted(office)
    case_id = begin(office, award, "recheck")
    office.do(case_id, "recheck", "township_clerk", annual_income=9600, financial_assets=0, irregular_income=False)
    office.do(case_id, "recheck_review", "township_head", approved=True)
    assert facts(office, case_id)["outcome"] == "end"
    after = award_of(office, case_id)
    assert (after.status, after.monthly) == ("in_payment", award.monthly)
    assert "拟终止救助" in letter(office, case_id, "recheck_notice")
    pass_days(office, 1)
    with office.database.read() as session:
        followed = (Case.award_id == award.id) & (Case.process_key == "ending")
        ending = session.scalars(select(Case.id).where(followed)).one()
        assert office.task(session, ending, "risk_assessment").position == "township_clerk"
    # Found entitled again before anybody approved the ending: it has lost its ground. One that people began goes on.
    by_hand = begin(office, award, "ending")
    again = begin(office, award, "recheck")
    office.do(again, "recheck", "township_clerk", annual_income=4800, financial_assets=0, irregular_income=False)
    office.do(again, "recheck_review", "township_head", approved=True)
    pass_days(office, 1)
    with office.database.read() as session:
        states = dict(session.execute(select(Case.id, Case.status).where(followed)).all())
    assert states == {ending: "ended", by_hand: "in_progress"}


def test_seventieth_birthday_counts_at_the_next_recalculation(office: Office) -> None:
    mother = {"name": "周母", "id_number": "220122195012203321", "relation": "母亲"}
    put_in_force(office, extra_share_elderly="0.1")
    award = admitted(office, members=[HEAD, mother])
    assert award.monthly == Decimal("500.00")
    office.clock.move_to(datetime(2020, 12, 20, 9, tzinfo=SHANGHAI))
    changed = begin(office, award, "change")
    assert award_of(office, changed).monthly == Decimal("540.00")


def test_raised_standard_recalculates(office: Office) -> None:
    award = admitted(office, members=[HEAD, {**WIFE, "disability_grade": 1, "disability_kind": "physical"}])
    assert award.monthly == Decimal("580.00")
    with office.database.write() as session:
        today = office.now.date()
        raise_figure(session, "rural_dibao_standard_month", "220122", 450, now=office.now, valid_from=today)
    pass_days(office, 0)
    assert award_of(office, award.case_id or "").monthly == Decimal("690.00")
    assert "陆佰玖拾元整" in letter(office, award.case_id or "", "recheck_notice")
    assert last_case(office, award) == award.case_id, "a raise leaves no case of its own"
    again = begin(office, award, "change")
    with office.database.read() as session:
        assert document_rows.documents_of(session, again) == []


def test_award_without_a_record_is_rechecked_first(office: Office) -> None:
    with office.database.write() as session:
        award_id = registry_commands.record_benefit(
            session,
            programme="dibao",
            id_number=HEAD["id_number"],
            name="周海",
            region_id=registry_region(session, office),
            paid_on=date(2020, 1, 1),
            amount=Decimal("300.00"),
            monthly=True,
            now=office.now,
        )
        award = registry.award(session, award_id)
    with pytest.raises(NotEligible, match="先复核"):
        begin(office, award, "change")
    case_id = begin(office, award, "recheck")
    given = {"annual_income": INCOME, "financial_assets": 0, "irregular_income": False}
    with pytest.raises(Invalid) as refused:
        office.do(case_id, "recheck", "township_clerk", **given)
    assert set(refused.value.fields) == {"household.members"}
    office.do(case_id, "recheck", "township_clerk", **given, household={"members": [HEAD, WIFE]})
    office.do(case_id, "recheck_review", "township_head", approved=True)
    assert award_of(office, case_id).monthly == Decimal("500.00")


def test_leaving_needs_the_risk_assessment_and_tapers(office: Office) -> None:
    award = admitted(office)
    case_id = begin(office, award, "ending")
    office.do(case_id, "risk_assessment", "township_clerk", reason="income", at_risk=False, opinion="已稳定就业")
    office.do(case_id, "ending_review", "township_head", approved=True)
    done = office.do(case_id, "county_approval", "county_head", approved=True)
    assert done.status == "in_progress"
    told = facts(office, case_id)
    assert told["tapering_until"] > office.now.date() + timedelta(days=180)
    assert "渐退" in letter(office, case_id, "ending_notice")
    assert award_of(office, case_id).status == "in_payment"
    pass_days(office, 150)
    assert award_of(office, case_id).status == "in_payment"
    pass_days(office, 40)
    after = award_of(office, case_id)
    assert (after.status, after.ended_on, status(office, case_id)) == ("ended", told["tapering_until"], "ended")


def test_nobody_leaves_into_poverty(office: Office) -> None:
    award = admitted(office)
    case_id = begin(office, award, "ending")
    office.do(case_id, "risk_assessment", "township_clerk", reason="income", at_risk=True, opinion="仅靠临时务工")
    with pytest.raises(NotEligible, match="返贫风险"):
        office.do(case_id, "ending_review", "township_head", approved=True)
    with pytest.raises(Invalid):
        office.do(case_id, "ending_review", "township_head", approved=False)
    office.do(case_id, "ending_review", "township_head", approved=False, opinion="有返贫风险")
    assert (status(office, case_id), award_of(office, case_id).status) == ("ended", "in_payment")
    assert "有返贫风险" in letter(office, case_id, "recheck_notice")


def test_death_of_the_last_ends_with_the_month_and_without_tapering(office: Office) -> None:
    award = admitted(office, members=[HEAD])
    case_id = begin(office, award, "ending")
    office.do(case_id, "risk_assessment", "township_clerk", reason="died", happened_on=office.now.date())
    with pytest.raises(NotYours):
        office.do(case_id, "ending_review", "township_clerk", approved=True)
    office.do(case_id, "ending_review", "township_head", approved=True)
    office.do(case_id, "county_approval", "county_head", approved=True)
    pass_days(office, 0)
    assert (award_of(office, case_id).status, status(office, case_id)) == ("ended", "ended")
    assert award_of(office, case_id).ended_on == date(2020, 11, 1)
    told = letter(office, case_id, "ending_notice")
    assert "渐退" not in told
    assert "周海的家属：" in told


def test_ward_of_a_guardian_is_the_recipient(office: Office) -> None:
    child = {**WIFE, "name": "周小", "id_number": "220122201001013328", "disability_grade": 2}
    put_in_force(office, single_person_share="0.6")
    members = [HEAD, child]
    data = {"members": members, "annual_income": 12000, "financial_assets": 0}
    case_id = office.apply("dibao", APPLICATION, household=data, as_single_person=True).case_id
    office.do(case_id, "acceptance", "township_clerk", complete=True)
    office.do(case_id, "means_check", "township_clerk", annual_income=12000, financial_assets=0)
    office.do(case_id, "household_visit", "township_clerk", consistent=True)
    office.do(case_id, "review", "township_head", approved=True)
    pass_days(office, 8)
    office.do(case_id, "county_confirmation", "county_head", approved=True)
    award = award_of(office, case_id)
    assert (award.name, award.kind, award.monthly) == ("周小", "single_person", Decimal("240.00"))


@pytest.mark.parametrize(("upheld", "told"), [(True, []), (False, ["township_clerk"])])
def test_a_drawn_refusal_is_looked_at_again_in_a_case_of_its_own(office: Office, upheld: bool, told: list[str]) -> None:
    case_id = _refused(office, rate=1)
    (looked_at,) = _second_looks(office)
    done = office.do(looked_at, "second_look", "county_clerk", upheld=upheld, opinion="已入户核实")
    assert (status(office, case_id), done.status) == ("refused", "ended")
    record = facts(office, looked_at)["second_look"]
    with office.database.read() as session:
        assert record["number"] == queries.head(session, case_id).number
        copies = (WorkItem.case_id == looked_at) & (WorkItem.kind == "copy")
        assert list(session.scalars(select(WorkItem.position).where(copies))) == told


def test_a_refusal_that_is_not_drawn_is_left_alone(office: Office) -> None:
    _refused(office, rate=0)
    assert _second_looks(office) == []


def _refused(office: Office, rate: int) -> str:
    put_in_force(office, refused_sample_rate=rate)
    case_id = to_review(office)
    assert office.do(case_id, "review", "township_head", approved=False, opinion="已就业").status == "refused"
    pass_days(office, 1)
    return case_id


def _second_looks(office: Office) -> list[str]:
    with office.database.read() as session:
        return list(session.scalars(select(Case.id).where(Case.process_key == "second_look")))
