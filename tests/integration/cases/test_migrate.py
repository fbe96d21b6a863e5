"""Running cases that move to another release, and what a return leaves to be read."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest

from app import calendar
from app.cases import operations, queries
from app.cases.store import look
from app.core.actor import SYSTEM
from app.core.clock import local_date
from app.definitions import publishing, store
from app.definitions.queries import resolve
from app.documents import operations as document_operations
from app.documents import queries as documents
from app.identity import queries as identity
from app.inbox import operations as inbox
from app.inbox import queries as items
from tests.support.worlds import EMERGENCY, RELIEF, VILLAGE, Office

PROGRAMME = "uninsured_unemployed_relief"


def _published(office: Office, programme: str, *changes: tuple[str, str, str]) -> str:
    """A newer release of the programme: texts replaced in files."""
    with office.database.write() as session:
        chain = identity.chain(session, identity.region_by_code(session, VILLAGE, local_date(office.now)).id)
        before = resolve(session, programme, chain.ids, local_date(office.now))
        files = store.files_of(session, before.release_id or "")
        for path, old, new in changes:
            assert old.encode() in files[path], (path, old)
            files[path] = files[path].replace(old.encode(), new.encode())
        scope = identity.region_by_code(session, before.region_code, local_date(office.now)).id
        day = date(2020, 1, 1)
        return publishing.put_in_force(session, SYSTEM, files, office.now, scopes=[scope], in_force_from=day)


def _migrate(office: Office, release_id: str, **names: str) -> list[operations.Moved]:
    with office.database.read() as session:
        case_ids = operations.cases_to_migrate(session, release_id, local_date(office.now))
    with office.database.write() as session:
        return [operations.migrate_case(session, SYSTEM, each, release_id, names, office.now) for each in case_ids]


def test_clock_draft_and_claim_go_along_and_a_second_run_finds_nothing(office: Office) -> None:
    case_id = office.apply(PROGRAMME, RELIEF).case_id
    with office.database.write() as session:
        cadre, item = office.holder(session, "village_cadre"), office.task(session, case_id, "village_investigation")
        inbox.claim(session, cadre, item.id, office.now)
        inbox.save_draft(session, cadre, item.id, {"facts_true": True, "of_an_older_form": 1})
        clock = next(each for each in calendar.clocks_of(session, case_id) if each.id == item.clock_id)
    with office.database.read() as session:
        limit = look(session, SYSTEM, case_id, office.now).bundle.clocks[clock.key].limit
    newer = _published(office, PROGRAMME, ("bundle.yaml", f"limit: {limit}", f'limit: "{clock.limit_days + 2}"'))
    (moved,) = _migrate(office, newer)
    assert "截止日" in "".join(moved.told)
    assert "of_an_older_form" in "".join(moved.told)
    with office.database.read() as session:
        after = office.task(session, case_id, "village_investigation")
        assert (after.id, after.assignee_id) == (item.id, cadre.user_id)
        assert after.due_on > item.due_on
        assert inbox.draft_of(session, items.item(session, item.id)) == {"facts_true": True}
        assert queries.head(session, case_id).release_id == newer
    assert _migrate(office, newer) == []
    office.do(case_id, "village_investigation", "village_cadre", facts_true=True)


def test_a_step_that_is_gone_keeps_the_case_where_it_is(office: Office) -> None:
    case_id = office.apply("emergency_relief", EMERGENCY).case_id
    renamed = ("relief.bpmn", '"rescue_decision"', '"rescue_choice"')
    newer = _published(office, "emergency_relief", renamed)
    with pytest.raises(operations.Stays, match="先行救助"):
        _migrate(office, newer)
    with office.database.read() as session:
        assert queries.head(session, case_id).release_id != newer
    assert _migrate(office, newer, rescue_decision="rescue_choice")[0].case_id == case_id
    with office.database.read() as session:
        assert office.task(session, case_id, "rescue_choice").title


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
        (letter,) = [each for each in documents.documents_of(session, case_id) if each.template == "refusal_notice"]
    with office.database.write() as session:
        content = document_operations.issue(session, letter.id).content
    text = ZipFile(BytesIO(content)).read("word/document.xml").decode()
    assert "房屋未受损" in text
    assert "同意，尽快发放" not in text
