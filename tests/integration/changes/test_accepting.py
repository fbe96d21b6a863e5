"""Outcomes of stories that a change changes: all are told, and accepted ones are written into the story and hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.changes import accepting, checking, editing, opening, store
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Gone, Invalid
from app.core.paths import BUNDLES
from app.definitions.folder import read_folder
from app.gate.isolated import Outcome, World
from app.gate.trial import intended, run
from app.identity import operations as staff
from app.identity import queries as identity
from tests.support.worlds import RELIEF, Office

KEY, COUNTY, ONE, TWO = "uninsured_unemployed_relief", "220122", "scenarios/one.yaml", "scenarios/two.yaml"
FILES = {path: each for path, each in read_folder(BUNDLES / KEY).items() if not path.startswith("scenarios/")}
SLOWER = FILES["bundle.yaml"].replace(b"limit: figure.village_investigation_working_days", b"limit: 5")
STRICTER = FILES["eligibility.dmn"].replace(b"<text>&lt; 3</text>", b"<text>&lt; 4</text>")
APPLIED = "\n".join(f"      {name}: {value!r}" for name, value in {**RELIEF, "months_without_income": "4"}.items())
APPLIED = APPLIED.replace("True", "true").replace("False", "false")
STORY = f"""title: 两件案件，一件同意   # 为什么
cites: [A4]
programme: {KEY}
region: "220122100001"
clock: 2020-10-12 10:00
parameters: {{"220122": {{rural_dibao_standard_month: 345, urban_dibao_standard_month: 540}}}}
steps:
  - as: applicant
    do: apply
    case: first
    with: &applied
{APPLIED}
    expect:
      tasks:   # 三个工作日
        - {{task: village_investigation, due: 2020-10-15}}
      status: in_progress
  - {{as: village_cadre, do: village_investigation, with: {{facts_true: true, opinion: 属实}}}}
  - {{as: township_clerk, do: township_review, with: {{confirmed: true, amount: 900, opinion: 同意}}, expect: {{
      payments: [{{amount: 800, payee: 王建国}}], documents: [{{template: approval_notice, contains: [捌佰元整]}}]}}}}
  - as: township_clerk
    do: apply
    case: second
    with: {{<<: *applied, name: 李四, id_number: "220122198305123038"}}
    expect: {{tasks: [{{task: village_investigation, due: 2020-10-15}}]}}
end:
  cases:
    first: {{status: refused}}   # 第一件
"""


LOST = STORY.replace("do: village_investigation", "do: village_visit")
REFUSED = STORY.replace("months_without_income: '4'", "months_without_income: '3'").replace("三个工作日", "甲")
STORIES = {ONE: STORY, TWO: STORY.replace("900", "1"), "scenarios/lost.yaml": LOST, "scenarios/none.yaml": REFUSED,
           "scenarios/part.yaml": STORY, "scenarios/past.yaml": STORY}  # fmt: skip
DRAFT = {**FILES, "bundle.yaml": SLOWER, "eligibility.dmn": STRICTER}
DRAFT |= {path: text.encode() for path, text in STORIES.items()}


@pytest.fixture(scope="module")
def told() -> dict[str, dict[str, Any]]:
    """What comes of the stories where the village has five days, and four months without income are asked for."""
    return {each["file"]: each for each in run((COUNTY, DRAFT), World(), None, check=False)[1]}


@pytest.fixture(scope="module")
def done(told: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """All of each story accepted; of two what was marked."""
    due = told[ONE]["differences"][0]["mark"]
    marks = {**dict.fromkeys(STORIES), "scenarios/part.yaml": [due], "scenarios/past.yaml": ["0" * 17]}
    return intended([((COUNTY, DRAFT), World())], marks)


def test_all_differences_are_told_in_the_words_of_the_draft_and_not_only_the_first(
    told: dict[str, dict[str, Any]],
) -> None:
    found = [
        (each["step"], each["case"], one["kind"], one["name"], one["old"], one["new"])
        for each in told[ONE]["differences"] for one in each["told"]
    ]  # fmt: skip
    assert found == [
        (1, "", "tasks.due", "村（社区）调查核实", "2020-10-15", "2020-10-19"),
        (3, "", "payments.amount", "王建国", "800", "900.00"),
        (3, "", "documents.contains", "审批决定书", "捌佰元整", "玖佰元整"),
        (4, "", "tasks.due", "村（社区）调查核实", "2020-10-15", "2020-10-19"),
        (0, "first", "status", "", "refused", "approved"),
    ]
    assert all(step == 1 for step, _ in told[ONE]["problems"])


def test_what_is_accepted_is_written_into_the_story_and_nothing_else(done: dict[str, dict[str, Any]]) -> None:
    part, past, whole = done["scenarios/part.yaml"], done["scenarios/past.yaml"], done[ONE]["text"]
    assert part["text"] == STORY.replace("due: 2020-10-15}\n", "due: 2020-10-19}\n")
    assert (past["text"], "已经不是" in past["why"]) == (None, True)
    for old, new in [("due: 2020-10-15", "due: 2020-10-19"), ("amount: 800,", "amount: 900.00,"),
                     ("捌佰元整", "玖佰元整"), ("first: {status: refused}", "first: {status: approved}")]:  # fmt: skip
        whole = whole.replace(new, old)
    assert whole == STORY


def test_steps_behind_a_refusal_go_and_an_element_that_vanished_is_for_the_author(
    told: dict[str, dict[str, Any]], done: dict[str, dict[str, Any]]
) -> None:
    text = done["scenarios/none.yaml"]["text"]
    assert text.count("error: not_eligible") == 2
    assert ("do: township_review" in text, "do: village_investigation" in text, "# 甲" in text) == (False, False, True)
    errors = [each["settles"] for each in told["scenarios/lost.yaml"]["differences"] if each["key"] == "error"]
    assert not errors[0]
    assert "打开故事" in done["scenarios/lost.yaml"]["why"]


def _begun(office: Office, session: Session, told: dict[str, dict[str, Any]]) -> tuple[Actor, str, str]:
    """A change with the two stories, checked."""
    chain = identity.chain_by_code(session, COUNTY, office.now.date())
    there = identity.office_of(session, chain, "policy_owner")
    assert there is not None
    staff.ensure_holders(session, there, office.now, count=1)
    owner = office.holder(session, "policy_owner", 0, COUNTY)
    change_id = opening.begin(session, owner, "五个工作日", "县政府决定", "", now=office.now)
    bundle_id = opening.take_in(session, owner, change_id, KEY, [COUNTY], now=office.now)
    files = {"bundle.yaml": SLOWER, "eligibility.dmn": STRICTER}
    files |= {path: STORIES[path].encode() for path in (ONE, TWO)}
    editing.take_files(session, owner, change_id, bundle_id, files, now=office.now)
    bundle = store.bundle_of(session, change_id, bundle_id)
    on = local_date(office.now)
    subject, trials = checking.subject_of(session, bundle, on), checking.trials_of(session, bundle, on)
    prepared = checking.Prepared(bundle_id, subject, trials, {}, "")
    checking.keep(session, prepared, Outcome([], [told[ONE], told[TWO]]), office.now)
    return owner, change_id, bundle_id


def _saves(session: Session, bundle_id: str) -> list[str]:
    mine = select(editing.SAVE.c.id).where(editing.SAVE.c.bundle_id == bundle_id, editing.SAVE.c.path == ONE)
    return list(session.scalars(mine.order_by(editing.SAVE.c.saved_at, editing.SAVE.c.id)))


def test_an_acceptance_is_a_save_with_who_and_why_until_it_is_put_back(
    office: Office, told: dict[str, dict[str, Any]]
) -> None:
    now = office.now
    with office.database.write() as session:
        owner, change_id, bundle_id = _begun(office, session, told)
        bundle = store.bundle_of(session, change_id, bundle_id)
        stories = accepting.failing(session, bundle, now)
        assert [each.file for each in stories] == [ONE, TWO]
        group = accepting.groups(stories)[0]
        assert (group.stories, group.example["told"][0]["kind"]) == (2, "tasks.due")

        def ask(marks: accepting.Marks, reason: str = "县政府决定放宽", **more: Any) -> accepting.Asked:
            return accepting.ask(session, owner, change_id, bundle_id, marks, reason, now=now, **more)

        for marks, reason in (({ONE: None}, " "), ({}, "放宽")):
            with pytest.raises(Invalid):
                ask(marks, reason)
        with pytest.raises(Gone):
            ask({"scenarios/three.yaml": None})
        of_group = ask({}, group=group.key)
        assert [len(marks or ()) for marks in of_group.marks.values()] == [2, 2]

        asked = ask({ONE: None})
        text = STORY.replace("2020-10-15", "2020-10-19")
        played = {ONE: {"text": text, "told": told[ONE]["differences"], "why": ""}}
        before = _saves(session, bundle_id)
        accepting.keep(session, owner, change_id, asked, played, "县政府决定放宽", now=now)
        (view,) = accepting.accepted(session, change_id)
        assert (view.title, view.reason, len(view.differences)) == ("两件案件，一件同意", "县政府决定放宽", 5)
        assert [each.file for each in accepting.failing(session, bundle, now)] == [TWO]
        (entry,) = set(_saves(session, bundle_id)) - set(before)
        by_hand = (store.file_of(session, bundle, ONE) or b"").replace(b"title: ", b"title: 2 ")
        hash, soon = store.hashes_of(session, bundle)[ONE], now + timedelta(minutes=1)
        editing.save(session, owner, change_id, bundle_id, ONE, by_hand, was=hash, now=soon)
        (by_hand_entry,) = set(_saves(session, bundle_id)) - {*before, entry}
        editing.put_back(session, owner, change_id, by_hand_entry, now=soon)
        assert len(accepting.accepted(session, change_id)) == 1
        with pytest.raises(Gone):  # pressed twice
            accepting.keep(session, owner, change_id, asked, played, "放宽", now=now)
        other = {**dict(asked.trials[0][0][1]), "bundle.yaml": FILES["bundle.yaml"]}
        stale = replace(of_group, trials=[((COUNTY, other), World())])
        with pytest.raises(Gone):  # the rules were changed while it was played
            accepting.keep(session, owner, change_id, stale, {}, "放宽", now=now)
        editing.put_back(session, owner, change_id, entry, now=now)
        assert accepting.accepted(session, change_id) == []
        assert store.file_of(session, bundle, ONE) == STORY.encode()
