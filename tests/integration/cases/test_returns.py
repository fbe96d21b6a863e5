"""What a return leaves to be read: nothing that was answered behind the point of return reaches a letter."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest

from app.cases import operations, queries
from app.cases.store import look
from app.core.actor import APPLICANT, SYSTEM
from app.core.ids import new_id
from app.documents import operations as document_operations
from app.documents import queries as documents
from app.identity import queries as identity
from app.registry import operations as registry
from app.registry import queries as awards
from tests.support.worlds import EMERGENCY, VILLAGE, Office


def _text(office: Office, case_id: str, template: str) -> str:
    """The XML of the only valid letter of this template."""
    with office.database.write() as session:
        found = documents.documents_of(session, case_id)
        (letter,) = [each for each in found if each.template == template and each.voided_at is None]
        content = document_operations.issue(session, letter.id).content
    return ZipFile(BytesIO(content)).read("word/document.xml").decode()


def _returned(office: Office, decided: bool) -> tuple[str, dict[str, Any]]:
    """The township asks the county, which sends the case back, after its own answer or before; it refuses."""
    case_id = office.apply("emergency_relief", EMERGENCY, requested_amount=3000).case_id
    office.do(case_id, "rescue_decision", "township_head", approved=True, amount=3000, opinion="请县级决定")
    if decided:
        office.do(case_id, "county_decision", "county_head", approved=True, amount=3000, opinion="同意，尽快发放")
    with office.database.write() as session:
        who = office.holder(session, "township_clerk" if decided else "county_head")
        operations.return_case(session, who, case_id, "rescue_decision", "再核实", office.now)
    with office.database.read() as session:
        variables = dict(look(session, SYSTEM, case_id, office.now).variables)
    office.do(case_id, "rescue_decision", "township_head", approved=False, opinion="经重新核实，房屋未受损")
    return case_id, variables


@pytest.mark.parametrize("decided", [True, False])
def test_the_letter_after_a_return_knows_nothing_of_what_was_decided_behind_it(office: Office, decided: bool) -> None:
    case_id, variables = _returned(office, decided)
    assert set(variables) == {"application", "case"}
    with office.database.read() as session:
        assert queries.head(session, case_id).status == "refused"
        assert queries.incidents_of(session, case_id) == []
    text = _text(office, case_id, "refusal_notice")
    assert "房屋未受损" in text
    assert "同意，尽快发放" not in text


def _award(office: Office) -> str:
    """Somebody who is supported at home."""
    with office.database.write() as session:
        request = registry.AwardRequest(
            id=new_id(),
            programme="tekun",
            id_number="220122194802170021",
            name="刘桂芝",
            region_id=identity.region_by_code(session, VILLAGE, office.now.date()).id,
            monthly=Decimal("560.00"),
            starts_on=date(2019, 10, 1),
            facts={"form": "home"},
        )
        registry.start_award(session, request, office.now)
        return request.id


def test_a_letter_of_continuation_does_not_quote_the_consent_to_the_ending_that_was_returned(office: Office) -> None:
    """特困: the county agreed, an objection came, the township looked again and found that support goes on."""
    award_id = _award(office)
    with office.database.write() as session:
        clerk = office.holder(session, "township_clerk")
        case_id = operations.start_award_case(session, clerk, award_id, "ending", {}, office.now).case_id
    office.do(case_id, "ending_report", "village_cadre", reported_by="village", cause="able", opinion="已有收入")
    office.do(case_id, "ending_examination", "township_clerk", confirmed=True, opinion="应当终止")
    office.do(case_id, "ending_approval", "county_head", approved=True, opinion="同意终止供养")
    with office.database.write() as session:
        data = {"name": "邻居", "phone": "13904310031", "reason": "收入是一次性的"}
        operations.object_to(session, APPLICANT, case_id, data, office.now)
        clerk = office.holder(session, "township_clerk")
        operations.return_case(session, clerk, case_id, "ending_examination", "重新核实", office.now)
    office.do(case_id, "ending_examination", "township_clerk", confirmed=False, opinion="收入是一次性的，继续供养")
    text = _text(office, case_id, "recheck_notice")
    assert "收入是一次性的，继续供养" in text
    assert "同意终止供养" not in text
    with office.database.read() as session:
        assert queries.head(session, case_id).status == "refused"
        assert queries.incidents_of(session, case_id) == []
        assert awards.award(session, award_id).status == "in_payment"
