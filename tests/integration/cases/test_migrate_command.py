"""`doudi release migrate`: what it tells, what a preview leaves, and what is left when it is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app import audit
from app.cases.models import Case
from app.cases.operations import migrate
from app.cli import main
from app.core.actor import SYSTEM
from app.core.paths import ROOT
from app.definitions import publishing, store
from app.definitions.queries import resolve
from app.drafts import operations as drafts
from app.drafts.queries import owner_of
from app.drafts.queries import task as subject_of
from app.identity import queries as identity
from app.identity.models import User
from app.inbox import operations as inbox
from tests.support.worlds import EMERGENCY, RELIEF, VILLAGE, Office, id_number

PROGRAMME = "uninsured_unemployed_relief"
CASES = migrate.AT_ONCE + 12


@pytest.fixture
def environment(office_url: str, key_file: Path) -> dict[str, str]:
    """What tells a command line of its own which database it works on."""
    return {"DOUDI_DATABASE_URL": office_url, "DOUDI_KEY_FILE": str(key_file), "PYTHONPATH": str(ROOT)}


def _publish(office: Office, programme: str, path: str, old: str, new: str) -> str:
    with office.database.write() as session:
        chain = identity.chain_of_code(session, VILLAGE, office.now.date())
        before = resolve(session, programme, chain.ids, office.now.date())
        files = dict(store.files_of(session, before.release_id or ""))
        assert old.encode() in files[path]
        files[path] = files[path].replace(old.encode(), new.encode())
        scope = identity.region_by_code(session, before.region_code, office.now.date()).id
        day = date(2020, 1, 1)
        return publishing.put_in_force(session, SYSTEM, files, office.now, scopes=[scope], in_force_from=day)


def _login(office: Office, position: str, code: str = VILLAGE) -> str:
    with office.database.read() as session:
        holder = office.holder(session, position, code=code).user_id
        return session.scalars(select(User.username).where(User.id == holder)).one()


def _releases(office: Office) -> dict[str, str]:
    """Release by case."""
    with office.database.read() as session:
        return {row.id: row.release_id for row in session.execute(select(Case.id, Case.release_id))}


def _moves(office: Office, case_id: str) -> int:
    with office.database.read() as session:
        return [event.kind for event in audit.events_of(session, f"case:{case_id}")].count("migrated")


def test_a_killed_migration_goes_on_without_loss_and_without_doing_anything_twice(
    office: Office, environment: dict[str, str]
) -> None:
    for number in range(CASES):
        office.apply(PROGRAMME, RELIEF, id_number=id_number(number))
    newer = _publish(office, PROGRAMME, "relief.bpmn", 'name="村（社区）调查核实"', 'name="入户调查"')
    arguments = ["release", "migrate", newer, "--by", _login(office, "policy_owner", "220122"), "--json"]
    killed = [sys.executable, "-m", "tests.integration.cases.killed_migration", str(CASES - 5), *arguments]
    run = subprocess.run(killed, env={**os.environ, **environment}, capture_output=True, timeout=300, check=False)
    assert run.returncode == -signal.SIGKILL, run.stderr.decode()
    moved = {case_id for case_id, release_id in _releases(office).items() if release_id == newer}
    assert len(moved) == migrate.AT_ONCE
    again = CliRunner().invoke(main, arguments, env=environment)
    assert again.exit_code == 0, again.output
    told = json.loads(again.output)
    assert {each["case_id"] for each in told} == _releases(office).keys() - moved
    assert set(_releases(office).values()) == {newer}
    assert {_moves(office, case_id) for case_id in _releases(office)} == {1}
    with office.database.read() as session:
        assert audit.verify(session) == []
    assert json.loads(CliRunner().invoke(main, arguments, env=environment).output) == []


def test_a_preview_tells_what_becomes_of_everything_and_changes_nothing(
    office: Office, environment: dict[str, str]
) -> None:
    """Steps, drafts, deadlines and timers, in words."""
    case_id = office.apply("emergency_relief", EMERGENCY, requested_amount=3000).case_id
    office.do(case_id, "rescue_decision", "township_head", approved=True, amount=3000, opinion="请县级决定")
    office.do(case_id, "county_decision", "county_head", approved=True, amount=3000, opinion="同意")
    with office.database.write() as session:
        clerk, item = office.holder(session, "township_clerk"), office.task(session, case_id, "supplement")
        inbox.claim(session, clerk, item.id, office.now)
        place = drafts.Place(owner_of(clerk), clerk.name, subject_of(item.id))
        drafts.save(session, place, [["of_an_older_form", "1"]], 0, office.now)
    newer = _publish(office, "emergency_relief", "relief.bpmn", 'name="补齐登记"', 'name="补登材料"')
    command = ["release", "migrate", newer, "--by", _login(office, "policy_owner", "220122")]
    before = _releases(office), _moves(office, case_id)
    preview = CliRunner().invoke(main, [*command, "--preview"], env=environment)
    assert preview.exit_code == 0, preview.output
    assert (_releases(office), _moves(office, case_id)) == before
    assert "1 个案件可以转入新的发布版" in preview.output
    told = preview.output.splitlines()[1:-1]
    for text in ("“补登材料”继续办理", "“补登材料”的草稿保留，新表单没有的栏目列在表旁：of_an_older_form",
                 "照旧，截止日", "定时“补登提醒”仍在原定时间", "定时“逾期上报”仍在原定时间"):  # fmt: skip
        assert sum(text in line for line in told) == 1, (text, told)
    assert len(told) == 5
    assert CliRunner().invoke(main, command, env=environment).exit_code == 0
    assert set(_releases(office).values()) == {newer}


def test_who_may_not_approve_moves_nothing_and_is_told_who_may(office: Office, environment: dict[str, str]) -> None:
    office.apply(PROGRAMME, RELIEF)
    newer = _publish(office, PROGRAMME, "bundle.yaml", "title:", "title: ")
    command = ["release", "migrate", newer, "--by", _login(office, "county_clerk")]
    for arguments in (command, [*command, "--preview"]):
        refused: Any = CliRunner().invoke(main, arguments, env=environment)
        assert refused.exit_code == 1
        assert "政策管理员" in refused.output
    assert newer not in _releases(office).values()
