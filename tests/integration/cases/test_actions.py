"""One action, from click to commit: bounded statements, one winner, refusals that change nothing, sealed rest."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import select, text

from app import audit
from app.cases import decisions, operations
from app.cases.models import Case
from app.core.errors import Gone, Invalid, NotYours, Rejection
from app.drafts import operations as drafts
from app.drafts.queries import owner_of
from app.drafts.queries import task as subject_of
from app.funds import queries as funds
from app.inbox import operations as inbox
from tests.support.statements import after_a_wait, counted
from tests.support.worlds import RELIEF, VILLAGE, Office

# A review that approves: the case, the item, duties and ties, figures and registry, the claim, the order, the benefit
# with its person, a letter with its number and job, the clock, decision records in one insert, audit, the case.
# The person is locked before the claim, so that a merge of files comes before or after.
# At the door: who lives with the applicant may not be a witness.
# The confirming task asks in one statement under which names the registry knows the people of the case.
# A letter asks once whether whom it addresses has died.
# An application is indexed by the parts of its name, in one statement.
# What the applicant is told is two: the message and the job that sends it. A letter is printed by a job of its own.
MOST_STATEMENTS = {"apply": 14, "village_investigation": 11, "township_review": 28}
STEPS = (
    ("village_investigation", "village_cadre", {"facts_true": True}),
    ("township_review", "township_clerk", {"confirmed": True, "amount": 800}),
)


def test_statements_of_an_action_are_bounded(office: Office) -> None:
    _statements(office, "220122198809093311")  # fills what a process keeps
    counts = _statements(office, RELIEF["id_number"])
    more = after_a_wait(office.database.engine)
    assert all(counts[name] <= most + more for name, most in MOST_STATEMENTS.items()), counts


def _statements(office: Office, id_number: str) -> dict[str, int]:
    counts = {}
    with office.database.write() as session:
        clerk, data = office.holder(session, "township_clerk"), {**RELIEF, "id_number": id_number}
        with counted(session) as statements:
            receipt = operations.apply(session, clerk, "uninsured_unemployed_relief", VILLAGE, data, office.now)
    counts["apply"] = len(statements)
    for element, position, data in STEPS:
        with office.database.write() as session:
            actor, item = office.holder(session, position), office.task(session, receipt.case_id, element)
            with counted(session) as statements:
                operations.complete_task(session, actor, item.id, data, office.now)
        counts[element] = len(statements)
    return counts


def test_statements_do_not_grow_with_the_table(office: Office) -> None:
    def cost(number: str) -> int:
        receipt = office.apply("uninsured_unemployed_relief", RELIEF, id_number=number)
        with counted(office.database.engine) as statements:
            office.do(receipt.case_id, "village_investigation", "village_cadre", facts_true=True)
        saved = next(each for each in statements if each.startswith("UPDATE case_file"))
        assert not any(
            name in saved for name in ("release_id", "applicant_blind", "award_id")
        )  # whose index it would write
        return len(statements)

    cost("22012219650707401X")  # fills what a process keeps
    assert cost("220122198305123011") == cost("220122198809093311") == cost("220122199806152018")


def test_of_two_people_who_complete_one_task_exactly_one_wins(office: Office) -> None:
    receipt = office.apply("uninsured_unemployed_relief", RELIEF)
    with office.database.read() as session:
        item = office.task(session, receipt.case_id, "village_investigation")
        actors = [office.holder(session, "village_cadre", number) for number in (0, 1)]
    outcomes: list[Any] = []
    together = threading.Barrier(2)

    def complete(actor: Any) -> None:
        together.wait()
        try:
            with office.database.write() as session:
                outcomes.append(operations.complete_task(session, actor, item.id, {"facts_true": True}, office.now))
        except Rejection as refusal:
            outcomes.append(refusal)

    threads = [threading.Thread(target=complete, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = [outcome for outcome in outcomes if isinstance(outcome, Rejection)]
    assert len(told) == 1
    assert isinstance(told[0], Gone)
    assert any(actor.name in told[0].message for actor in actors)


def test_two_townships_that_confirm_one_person_at_once_pay_once(office: Office) -> None:
    cases = [office.apply("uninsured_unemployed_relief", RELIEF).case_id for _ in range(2)]
    for case_id in cases:
        office.do(case_id, "village_investigation", "village_cadre", facts_true=True)
    refused: list[str] = []
    together = threading.Barrier(2)

    def confirm(case_id: str) -> None:
        together.wait()
        try:
            office.do(case_id, "township_review", "township_clerk", confirmed=True, amount=800)
        except Rejection as refusal:
            refused.append(refusal.code)

    threads = [threading.Thread(target=confirm, args=(case_id,)) for case_id in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with office.database.read() as session:
        paid = [order for case_id in cases for order in funds.orders_of(session, case_id)]
    assert (len(paid), refused) == (1, ["duplicate"])


def test_a_refusal_names_the_fields_and_changes_nothing(office: Office) -> None:
    with pytest.raises(Invalid) as refusal:
        office.apply("uninsured_unemployed_relief", RELIEF, id_number="220122198305123012", phone="1")
    assert set(refusal.value.fields) == {"id_number", "phone"}
    with office.database.read() as session:
        assert session.scalar(select(Case.id)) is None


def test_a_task_belongs_to_the_position_in_the_region(office: Office) -> None:
    receipt = office.apply("uninsured_unemployed_relief", RELIEF)
    with pytest.raises(NotYours):
        office.do(receipt.case_id, "village_investigation", "township_clerk", facts_true=True)


def test_who_claimed_a_task_keeps_it(office: Office) -> None:
    receipt = office.apply("uninsured_unemployed_relief", RELIEF)
    with office.database.write() as session:
        item = office.task(session, receipt.case_id, "village_investigation")
        inbox.claim(session, office.holder(session, "village_cadre", 0), item.id, office.now)
    with pytest.raises(Rejection) as refusal:
        office.do(receipt.case_id, "village_investigation", "village_cadre", 1, facts_true=True)
    assert refusal.value.code == "taken"


def test_identity_and_bank_numbers_rest_sealed_everywhere(office: Office) -> None:
    receipt = office.apply("uninsured_unemployed_relief", RELIEF, note=RELIEF["id_number"])
    with office.database.write() as session:
        item = office.task(session, receipt.case_id, "village_investigation")
        actor = office.holder(session, "village_cadre")
        place = drafts.Place(owner_of(actor), actor.name, subject_of(item.id))
        drafts.save(session, place, [["opinion", RELIEF["id_number"]]], 0, office.now)
    office.do(receipt.case_id, "village_investigation", "village_cadre", facts_true=True)
    office.do(receipt.case_id, "township_review", "township_clerk", confirmed=True, amount=800)
    with office.database.read() as session:
        tables = [name for name in Case.metadata.tables if name != "blob"]
        for name in tables:
            resting = str(session.execute(text(f'SELECT * FROM "{name}"')).all())
            assert RELIEF["id_number"] not in resting, name
            assert RELIEF["bank_account"] not in resting, name


def test_the_chain_of_a_case_tells_every_action(office: Office) -> None:
    receipt = office.apply("uninsured_unemployed_relief", RELIEF)
    office.do(receipt.case_id, "village_investigation", "village_cadre", facts_true=True)
    with office.database.read() as session:
        chain = f"case:{receipt.case_id}"
        assert [event.kind for event in audit.events_of(session, chain)] == ["applied", "completed"]
        assert audit.verify(session, chain) == []


def test_a_decision_record_shows_rows_and_figures(office: Office) -> None:
    receipt = office.apply("uninsured_unemployed_relief", RELIEF)
    with office.database.read() as session:
        records = {row.decision: row for row in decisions.of_case(session, receipt.case_id)}
    figures = {read["key"]: read["value"] for read in records["hardship_eligibility"].figures}
    assert figures["rural_dibao_standard_month"] == 345
    assert records["application_eligibility"].result is None
