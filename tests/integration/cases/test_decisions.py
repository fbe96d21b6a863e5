"""Decisions run again: on what was read, under their own release and under another one, in a case and at the door."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, insert, select

from app.cases import decisions, pages
from app.cases.decisions import Record
from app.cases.models import Case, DecisionRecord, DoorAnswer
from app.cases.rerun import rerun
from app.core.actor import APPLICANT
from app.core.errors import Invalid, NotEligible, NotFound
from app.core.ids import new_id
from app.core.paths import BUNDLES
from app.definitions.bundle import Bundle
from app.definitions.folder import read_folder
from tests.support.reruns import faults, run_again
from tests.support.statements import counted
from tests.support.worlds import RELIEF, VILLAGE, Office

PROGRAMME = "uninsured_unemployed_relief"
MONTHS = "application.months_without_income"
RICH = {**RELIEF["household"], "financial_assets": 10**7}
ANOTHER = "220122198809093311"
THREE_MONTHS = """row3_in2">
          <text>&lt; 3</text>"""


def _changed(old: str, new: str) -> Bundle:
    """The programme with another text in its rules of eligibility."""
    files = read_folder(BUNDLES / PROGRAMME)
    path = "eligibility.dmn"
    assert old.encode() in files[path]
    return Bundle({**files, path: files[path].replace(old.encode(), new.encode())})


def _records(office: Office, reference: str) -> list[Record]:
    with office.database.read() as session:
        return decisions.find(session, reference)


def _months(office: Office, months: int, id_number: str) -> list[Record]:
    receipt = office.apply(PROGRAMME, RELIEF, id_number=id_number, months_without_income=months)
    return _records(office, receipt.number)


def test_another_version_differs_exactly_where_its_rules_do(office: Office) -> None:
    three, five = _months(office, 3, RELIEF["id_number"]), _months(office, 5, ANOTHER)
    stricter = _changed(THREE_MONTHS, THREE_MONTHS.replace("3</text>", "4</text>"))
    again = [rerun(record, stricter) for record in (*three, *five)]
    (flips,) = [each for each in again if each.verdict != "same"]
    assert (flips.record.id, flips.verdict) == (three[0].id, "different")
    assert flips.recorded is None
    assert [(hit["code"], hit["clause"]) for hit in flips.now] == [("not_eligible", "A1")]
    assert [row.index for row in flips.rows] == [3]
    assert flips.record.rows == []


def test_a_name_that_nobody_read_is_said_and_not_taken_as_null(office: Office) -> None:
    again = [rerun(record, _changed(MONTHS, f"{MONTHS}_now")) for record in _months(office, 3, ANOTHER)]
    assert {each.record.decision: each.unknown for each in again if each.verdict != "same"} == {
        "application_eligibility": [f"{MONTHS}_now"]
    }
    assert [each.verdict for each in again if each.unknown] == ["undetermined"]


def test_a_version_without_the_decision_decides_nothing(office: Office) -> None:
    again = rerun(_months(office, 3, ANOTHER)[0], _changed("application_eligibility", "eligibility_of_the_applicant"))
    assert (again.verdict, again.now) == ("failed", None)
    assert "application_eligibility" in again.reason


def test_a_figure_is_the_one_of_then(office: Office) -> None:
    receipt = office.apply(PROGRAMME, RELIEF)
    record = next(each for each in _records(office, receipt.case_id) if each.decision == "hardship_eligibility")
    (standard,) = [read for read in record.figures if read["key"] == "rural_dibao_standard_month"]
    assert (standard["value"], standard["region"], standard["on"]) == (345, "220122", office.now.date())
    assert standard["id"]
    lower = _figures_at(record, "rural_dibao_standard_month", "1")
    assert rerun(lower, Bundle(read_folder(BUNDLES / PROGRAMME))).verdict == "different"


def _figures_at(record: Record, key: str, value: str) -> Record:
    seen = record.seen["some"]
    figures = {"some": {**seen["figure"]["some"], key: {"n": value}}}
    return replace(record, seen={"some": {**seen, "figure": figures}})


def test_what_is_not_in_the_record_is_missed(office: Office) -> None:
    record = _months(office, 3, ANOTHER)[0]
    application = dict(record.seen["some"]["application"]["some"])
    del application["months_without_income"]
    holed = replace(record, seen={"some": {**record.seen["some"], "application": {"some": application}}})
    again = rerun(holed, Bundle(read_folder(BUNDLES / PROGRAMME)))
    assert (again.verdict, again.unknown) == ("undetermined", [MONTHS])


def test_who_is_answered_at_the_door_has_a_record_that_runs_again(office: Office) -> None:
    with counted(office.database.engine) as statements, pytest.raises(NotEligible) as told:
        office.apply(PROGRAMME, RELIEF, APPLICANT, household=RICH)
    assert [each.split("(")[0].strip() for each in statements if each.startswith("INSERT")] == [
        "INSERT INTO door_answer", "INSERT INTO decision_record",
    ]  # fmt: skip
    with office.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 0
        (answer,) = session.scalars(select(DoorAnswer))
        blind = session.info["vault"].blind(RELIEF["id_number"], "person")
        assert (answer.code, answer.applicant_blind, answer.process_key) == ("not_eligible", blind, "main")
        assert session.info["vault"].open_text(answer.sealed, "door_answer", "sealed", answer.id) == told.value.message
        records = decisions.find(session, answer.id)
    assert [each.decision for each in records] == [
        "application_eligibility",
        "family_witnesses",
        "hardship_eligibility",
    ]
    assert faults(run_again(office.database)) == []
    assert [hit["code"] for hit in rerun(records[-1], Bundle(read_folder(BUNDLES / PROGRAMME))).now] == ["not_eligible"]


def test_a_row_that_holds_one_decision_as_they_rested_before_is_read_beside_the_new_ones(office: Office) -> None:
    receipt = office.apply(PROGRAMME, RELIEF)
    three, *rest = _records(office, receipt.case_id)
    with office.database.write() as session:
        table, vault = DecisionRecord.__table__, session.info["vault"]
        row = session.execute(select(table)).one()
        old_id, place = new_id(), ("decision_record", "sealed")
        line = zlib.decompress(vault.open(row.sealed, *place, row.id)).splitlines()[1]
        old = {"id": old_id, "place": 1, "element_id": three.element_id, "decision": three.decision}
        sealed = vault.seal(zlib.compress(line), *place, old_id)
        session.execute(insert(table).values({**row._mapping, **old, "sealed": sealed}))
    as_it_was = replace(three, id=old_id)
    assert _records(office, receipt.case_id) == [three, *rest, as_it_was]
    assert _records(office, old_id) == [as_it_was]
    assert _records(office, rest[0].id) == [rest[0]]
    with office.database.read() as session:
        kept = [each.id for _, each in decisions.kept(session, "case_id", [receipt.case_id])]
    assert kept == [three.id, *(each.id for each in rest), old_id]
    with pytest.raises(NotFound):
        _records(office, f"{row.id}-999")


def test_fields_to_be_corrected_are_no_answer(office: Office) -> None:
    with pytest.raises(Invalid):
        office.apply(PROGRAMME, RELIEF, witnesses=RELIEF["witnesses"][:1])
    with office.database.read() as session:
        assert session.scalar(select(func.count()).select_from(DoorAnswer)) == 0
        assert session.scalar(select(func.count()).select_from(DecisionRecord)) == 0


def test_the_page_has_columns_and_rows_from_the_values(office: Office) -> None:
    receipt = office.apply(PROGRAMME, RELIEF, months_without_income=1, insist=True)
    with office.database.read() as session:
        clerk = office.holder(session, "township_clerk", code=VILLAGE)
        decided = pages.case_page(session, clerk, receipt.case_id, office.now).decisions[0]
    assert decided.title == "申请条件（据申请书）"
    assert decided.inputs["连续无收入月数"] == 1
    assert [row.annotation for row in decided.rows] == ["A1"]
    assert [hit["field"] for hit in decided.result] == ["months_without_income"]


def test_an_unknown_reference_is_refused(office: Office) -> None:
    with pytest.raises(NotFound, match="没有编号为“220122-2020-9”"):
        _records(office, "220122-2020-9")


def test_a_table_reads_the_date_of_law_not_that_of_utc(office: Office) -> None:
    record = _months(office, 3, ANOTHER)[0]
    late = replace(record, decided_at=datetime(2020, 10, 31, 20, tzinfo=UTC))
    again = rerun(late, _changed(MONTHS, "today().day"))
    assert [row.index for row in again.rows] == [3], "in China the first of November has begun"
