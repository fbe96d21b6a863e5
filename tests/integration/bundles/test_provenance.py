"""From a sentence of an issued letter back to the form, the row of the table, the figure and the clause behind it."""

from __future__ import annotations

from typing import Any

from app.cases import provenance
from app.documents import queries as documents
from tests.integration.bundles import test_dibao
from tests.support.worlds import RELIEF, Office

RELIEF_KEY = "uninsured_unemployed_relief"


def _letter(office: Office, case_id: str, template: str) -> provenance.Letter:
    with office.database.read() as session:
        row = next(each for each in documents.documents_of(session, case_id) if each.template == template)
        return provenance.letter(session, office.holder(session, "township_clerk"), row.id, office.now)


def _printed(letter: provenance.Letter, title: str) -> provenance.Printed:
    return next(each for sentence in letter.sentences for each in sentence.printed if each.title == title)


def _relieved(office: Office) -> str:
    case_id = office.apply(RELIEF_KEY, RELIEF).case_id
    office.do(case_id, "village_investigation", "village_cadre", facts_true=True)
    office.do(case_id, "township_review", "township_clerk", confirmed=True, amount=800)
    return case_id


def test_an_amount_that_somebody_wrote_leads_to_the_step_its_form_and_its_clauses(office: Office) -> None:
    letter = _letter(office, _relieved(office), "approval_notice")
    assert letter.issuer is not None
    assert (letter.issuer.label, letter.file) == ("出具审批决定书", "relief.bpmn")
    assert "A7" in letter.clauses
    sentence = next(each for each in letter.sentences if "捌佰元整" in each.text)
    amount = next(each for each in sentence.printed if each.value == "800.00")
    (origin,) = amount.origins
    assert (origin.kind, origin.at, origin.file) == (provenance.FORM, "township_review", "relief.bpmn")
    assert "救助金额" in origin.title
    assert "A7" in origin.clauses


def test_an_amount_that_a_table_gave_leads_through_the_script_to_its_rows_and_figures(office: Office) -> None:
    award = test_dibao.admitted(office)
    letter = _letter(office, award.case_id or "", "approval_notice")
    monthly = _printed(letter, "每月救助金额（元）")
    table = next(each for each in monthly.origins if each.kind == provenance.DECISION)
    assert (table.at, table.file) == ("calculate_benefit", "benefit.dmn")
    assert table.clauses
    assert any(each.kind == provenance.FIGURE and "低保标准" in each.title for each in monthly.origins)
    steps = _printed(letter, "金额计算过程")  # a script keeps them with the case
    assert table in steps.origins


def test_it_is_told_by_the_release_under_which_it_was_issued(office: Office, monkeypatch: Any) -> None:
    case_id = _relieved(office)
    moved = type("Event", (), {"kind": "migrated", "payload": {"before": "older", "after": "newer"}})()
    monkeypatch.setattr(provenance.audit, "events_of", lambda session, chain, after: [moved])
    asked: list[str] = []
    bundle_by_id = provenance.bundle_by_id

    def at(session: Any, release_id: str) -> Any:
        asked.append(release_id)
        with office.database.read() as other:
            return bundle_by_id(other, provenance.decisions.of_case(other, case_id)[0].release_id)

    monkeypatch.setattr(provenance, "bundle_by_id", at)
    _letter(office, case_id, "approval_notice")
    assert asked[0] == "older"
