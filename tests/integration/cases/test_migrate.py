"""Running cases that move to another release: what goes along, what stays, and who may."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete

from app import audit, calendar
from app.cases import operations, persist, queries
from app.cases.action import Action
from app.cases.store import look
from app.core.actor import SYSTEM, Actor
from app.core.clock import local_date
from app.core.errors import NotYours
from app.db import stamps
from app.definitions import publishing, store
from app.definitions.queries import resolve
from app.drafts import operations as drafts
from app.drafts.queries import of_subject, owner_of
from app.drafts.queries import task as subject_of
from app.figures import seeding as figures
from app.figures.models import Figure
from app.identity import operations as staff
from app.identity import queries as identity
from app.inbox import operations as inbox
from app.inbox import queries as items
from tests.support.statements import counted
from tests.support.worlds import EMERGENCY, RELIEF, VILLAGE, Office, id_number

PROGRAMME = "uninsured_unemployed_relief"


def _published(office: Office, programme: str, *changes: tuple[str, str, str]) -> str:
    """A newer release of the programme: texts replaced in files."""
    with office.database.write() as session:
        chain = identity.chain_of_code(session, VILLAGE, local_date(office.now))
        before = resolve(session, programme, chain.ids, local_date(office.now))
        files = store.files_of(session, before.release_id or "")
        for path, old, new in changes:
            assert old.encode() in files[path], (path, old)
            files[path] = files[path].replace(old.encode(), new.encode())
        scope = identity.region_by_code(session, before.region_code, local_date(office.now)).id
        day = date(2020, 1, 1)
        return publishing.put_in_force(session, SYSTEM, files, office.now, scopes=[scope], in_force_from=day)


def _migrate(office: Office, release_id: str, actor: Actor = SYSTEM, **names: str) -> list[operations.Moved]:
    with office.database.write() as session:
        cases, _ = operations.cases_to_migrate(session, actor, release_id, local_date(office.now))
        return operations.migrate_cases(session, actor, cases, release_id, names, office.now)


def _forget(office: Office, key: str) -> None:
    with office.database.write() as session:
        stamps.bump(session, "figures")
        session.execute(delete(Figure).where(Figure.key == key))


def _renamed(path: str, **names: str) -> tuple[tuple[str, str, str], ...]:
    """Changes that give elements of a diagram other ids."""
    places = ('id="{}"', 'sourceRef="{}"', 'targetRef="{}"', 'bpmnElement="{}"', ">{}<")
    return tuple((path, place.format(old), place.format(new)) for old, new in names.items() for place in places)


def test_clock_draft_and_claim_go_along_and_a_second_run_finds_nothing(office: Office) -> None:
    case_id = office.apply(PROGRAMME, RELIEF).case_id
    with office.database.write() as session:
        cadre, item = office.holder(session, "village_cadre"), office.task(session, case_id, "village_investigation")
        inbox.claim(session, cadre, item.id, office.now)
        place = drafts.Place(owner_of(cadre), cadre.name, subject_of(item.id))
        drafts.save(session, place, [["facts_true", "true"], ["of_an_older_form", "1"]], 0, office.now)
        clock = next(each for each in calendar.clocks_of(session, case_id) if each.id == item.clock_id)
    with office.database.read() as session:
        limit = look(session, SYSTEM, case_id, office.now).bundle.clocks[clock.key].limit
    newer = _published(office, PROGRAMME, ("bundle.yaml", f"limit: {limit}", f'limit: "{clock.limit_days + 2}"'))
    (moved,) = _migrate(office, newer)
    assert [text.partition("，")[0] for text in moved.told] == [
        f"期限“{clock.title}”改为 {clock.limit_days + 2} 日",
        f"“{item.title}”继续办理",
        f"“{item.title}”的草稿保留",
    ]
    assert "of_an_older_form" in moved.told[-1]
    with office.database.read() as session:
        after = office.task(session, case_id, "village_investigation")
        assert (after.id, after.assignee_id) == (item.id, cadre.user_id)
        assert after.due_on > item.due_on
        assert of_subject(session, place.subject, place.owner).mine.names == {"facts_true", "of_an_older_form"}
        assert queries.head(session, case_id).release_id == newer
    assert _migrate(office, newer) == []
    office.do(case_id, "village_investigation", "village_cadre", facts_true=True)


def test_a_step_that_is_gone_keeps_the_case_where_it_is(office: Office) -> None:
    case_id = office.apply("emergency_relief", EMERGENCY).case_id
    renamed = ("relief.bpmn", '"rescue_decision"', '"rescue_choice"')
    newer = _published(office, "emergency_relief", renamed)
    (stayed,) = _migrate(office, newer)
    assert "先行救助" in stayed.problems[0]
    with office.database.read() as session:
        assert queries.head(session, case_id).release_id != newer
    assert _migrate(office, newer, rescue_decision="rescue_choice")[0].case_id == case_id
    with office.database.read() as session:
        assert office.task(session, case_id, "rescue_choice").title


def test_incidents_and_work_follow_elements_that_change_their_names_with_each_other(office: Office) -> None:
    case_id = office.apply("uninsured_unemployed_relief", RELIEF).case_id
    office.do(case_id, "village_investigation", "village_cadre", facts_true=True)
    _forget(office, "uninsured_relief_cap")
    office.do(case_id, "township_review", "township_clerk", confirmed=True, amount=800)
    names = {"township_review": "village_investigation", "village_investigation": "township_review"}
    aside = _renamed("relief.bpmn", township_review="aside", village_investigation="township_review")
    newer = _published(office, PROGRAMME, *aside, *_renamed("relief.bpmn", aside="village_investigation"))
    (moved,) = _migrate(office, newer, **names)
    assert moved.problems == []
    with office.database.read() as session:
        found = {item.element_id: item.status for item in items.items_of_case(session, case_id)}
        assert found == {"township_review": "done", "village_investigation": "open"}
        assert [each.element_id for each in queries.incidents_of(session, case_id)] == ["village_investigation"]
        assert "township_review" in look(session, SYSTEM, case_id, office.now).variables


def test_what_failed_is_retried_under_its_new_name(office: Office) -> None:
    case_id = office.apply("emergency_relief", EMERGENCY).case_id
    limit = "township_emergency_limit"
    _forget(office, limit)
    stuck = office.do(case_id, "rescue_decision", "township_head", approved=True, amount=1000, opinion="同意")
    assert stuck.incident
    newer = _published(office, "emergency_relief", *_renamed("relief.bpmn", deciding_authority="who_decides"))
    assert _migrate(office, newer, deciding_authority="who_decides")[0].problems == []
    with office.database.read() as session:
        assert [each.element_id for each in queries.incidents_of(session, case_id)] == ["who_decides"]
    with office.database.write() as session:
        figures.establish(session, limit, "220122", 500, origin=figures.STORY, now=office.now)
        operations.retry_incident(session, office.holder(session, "township_clerk"), case_id, office.now)
    with office.database.read() as session:
        assert queries.incidents_of(session, case_id) == []
        assert office.task(session, case_id, "county_decision").title


def test_a_case_that_fails_on_the_way_stays_whole_and_the_others_move(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The failure comes after the case's rows were written."""
    people = [id_number(number) for number in range(3)]
    cases = [office.apply(PROGRAMME, RELIEF, id_number=person).case_id for person in people]
    newer = _published(office, PROGRAMME, ("relief.bpmn", 'name="村（社区）调查核实"', 'name="入户调查"'))
    written = persist.finish

    def fail(action: Action, kind: str, **payload: Any) -> None:
        written(action, kind, **payload)
        if action.case.id == cases[1]:
            raise RuntimeError("no")

    monkeypatch.setattr(persist, "finish", fail)
    moved = {each.case_id: each for each in _migrate(office, newer)}
    assert [bool(moved[case_id].problems) for case_id in cases] == [False, True, False]
    with office.database.read() as session:
        titles = [office.task(session, case_id, "village_investigation").title for case_id in cases]
        events = [[event.kind for event in audit.events_of(session, f"case:{case_id}")] for case_id in cases]
        assert [queries.head(session, case_id).release_id == newer for case_id in cases] == [True, False, True]
        assert audit.verify(session) == []
    assert titles[0] == titles[2] == "入户调查" != titles[1]
    assert ["migrated" in kinds for kinds in events] == [True, False, True]


def test_ten_cases_cost_few_statements_more_than_one(office: Office) -> None:
    for number in range(11):
        office.apply(PROGRAMME, RELIEF, id_number=id_number(number))
    newer = _published(office, PROGRAMME, ("relief.bpmn", 'name="村（社区）调查核实"', 'name="入户调查"'))
    with office.database.read() as session:
        cases, elsewhere = operations.cases_to_migrate(session, SYSTEM, newer, local_date(office.now))
    assert elsewhere == 0
    counts = []
    for batch in (cases[:1], cases[1:]):
        with office.database.write() as session, counted(session) as statements:
            operations.migrate_cases(session, SYSTEM, batch, newer, {}, office.now)
        counts.append(len(statements))
    assert counts[1] - counts[0] <= 3 * 9  # work item, audit event, the row


def test_only_who_approves_releases_moves_cases_and_only_in_his_regions(office: Office) -> None:
    case_id = office.apply(PROGRAMME, RELIEF).case_id
    newer = _published(office, PROGRAMME, ("bundle.yaml", "title:", "title: "))
    with office.database.write() as session:
        staff.ensure_staffed(session, "340722", office.now)
        owner = office.holder(session, "policy_owner", code="220122")
        stranger = office.holder(session, "policy_owner", code="340722")
        clerk = office.holder(session, "county_clerk")
    for actor in (clerk, stranger):
        with office.database.write() as session, pytest.raises(NotYours):
            operations.migrate_case(session, actor, case_id, newer, {}, office.now)
    with pytest.raises(NotYours):
        _migrate(office, newer, clerk)
    with office.database.read() as session:
        assert operations.cases_to_migrate(session, stranger, newer, local_date(office.now)) == ([], 1)
    assert [each.case_id for each in _migrate(office, newer, owner)] == [case_id]
