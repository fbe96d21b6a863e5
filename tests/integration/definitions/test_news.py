"""What owners are told of releases in force when the ground below them moves, and the check that runs again then."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import SYSTEM
from app.core.clock import local_date
from app.core.paths import BUNDLES, TEMPLATES
from app.definitions import news, operations, publishing, receipts, rechecks, seeding
from app.definitions.folder import read_folder
from app.definitions.queries import resolve_open
from app.gate import releases as gate
from app.gate.isolated import Outcome
from app.identity import operations as staff
from app.identity import queries as identity
from app.jobs.operations import JOB
from app.jobs.runner import Worker
from tests.support.worlds import VILLAGE, Office

KEY = "uninsured_unemployed_relief"
TOWN, OTHER_TOWN, COUNTY, OTHER_COUNTY, PROVINCE = "220122100", "220122101", "220122", "220182", "22"
FILES = {path: each for path, each in read_folder(BUNDLES / KEY).items() if not path.startswith("scenarios/")}
OWN_FIGURE = """figures:
  - {key: relief_top_up, title: 救助增发, unit: yuan, kind: amount, clause: QA-1}
documents:
  QA19: {region: "220182", number: 榆民发〔2020〕1号, title: 救助增发通知, in_force_from: 2020-10-01}
clauses:
  QA-1: {title: 救助增发, text: 给困难人员增发救助。, from: [{QA19: 第一条}]}
"""


def _changed(note: str, **more: bytes) -> dict[str, bytes]:
    return {**FILES, "bundle.yaml": FILES["bundle.yaml"] + f"# {note}\n".encode(), **more}


def _approved(office: Office, session: Session, files: dict[str, bytes], code: str) -> str:
    """By two owners, with a receipt that fits."""
    staff.ensure_staffed(session, code, office.now)
    first, second = (office.holder(session, "policy_owner", number, code[:6]) for number in (0, 1))
    release_id = operations.draft(session, first, files, [code], now=office.now)
    subject = receipts.subject_of(session, release_id, local_date(office.now))
    receipts.keep(session, first, release_id, subject, Outcome([]), office.now)
    operations.submit(session, first, release_id, local_date(office.now), "本地要求", now=office.now)
    operations.approve(session, second, release_id, now=office.now)
    return release_id


def _kinds(session: Session, office: Office, release_id: str) -> list[str]:
    found = news.about(session, local_date(office.now))
    return [each.kind for each in found if each.release_id == release_id]


def _events(session: Session) -> list[tuple[str, str]]:
    told = ("base_moved", "letters_moved", "check_failed")
    events = [each for each in audit.events_of(session, "releases") if each.kind in told]
    return [(each.kind, each.payload["release"]) for each in events]


def test_who_overrides_is_told_when_a_wider_region_approves(office: Office) -> None:
    with office.database.write() as session:
        mine = _approved(office, session, _changed("镇"), TOWN)
        other = _approved(office, session, _changed("别的镇"), OTHER_TOWN)
        assert _kinds(session, office, mine) == []
        wider = _approved(office, session, _changed("县"), COUNTY)
        assert _kinds(session, office, mine) == _kinds(session, office, other) == ["base_moved"]
        assert sorted(_events(session)) == sorted([("base_moved", mine), ("base_moved", other)])
        merged = _approved(office, session, _changed("镇，并入"), TOWN)
        assert _kinds(session, office, merged) == _kinds(session, office, mine) == []
        assert len(_events(session)) == 2
        operations.retire(session, office.holder(session, "policy_owner", 0, COUNTY), wider, "撤回", now=office.now)
        assert _kinds(session, office, merged) == ["base_moved"]
        assert sorted(_events(session)[2:]) == sorted([("base_moved", merged), ("base_moved", other)])


def test_who_overrides_is_told_when_the_product_brings_a_newer_base(office: Office, tmp_path: Path) -> None:
    with office.database.write() as session:
        mine = _approved(office, session, _changed("县"), COUNTY)
        folder = tmp_path / "bpmn" / KEY
        for path, content in _changed("新的基础版本").items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        seeding.seed(session, tmp_path / "bpmn", TEMPLATES, office.now)
        assert _kinds(session, office, mine) == ["base_moved"]
        assert _events(session) == [("base_moved", mine)]
        chain = identity.chain_of_code(session, VILLAGE, local_date(office.now)).ids
        assert resolve_open(session, KEY, chain, local_date(office.now)).release_id == mine


def test_owners_are_told_which_letters_of_the_library_moved(office: Office) -> None:
    own = {
        f"letters/refusal_notice/{name}": (TEMPLATES / "refusal_notice" / name).read_bytes()
        for name in ("template.docx", "contract.yaml", "sample.json")
    }
    with office.database.write() as session:
        mine = _approved(office, session, _changed("县", **own), COUNTY)
        library = read_folder(TEMPLATES)
        for key in ("approval_notice", "refusal_notice"):
            library[f"letters/{key}/contract.yaml"] += b"# newer\n"
        scope = identity.region_by_code(session, PROVINCE, local_date(office.now)).id
        with news.telling(session, SYSTEM, "letters", office.now):
            publishing.put_in_force(session, SYSTEM, library, office.now, scopes=[scope])
        (told,) = [each for each in news.about(session, local_date(office.now)) if each.release_id == mine]
        assert told.kind == "letters_moved"
        assert "（approval_notice）" in told.text
        assert _events(session) == [("letters_moved", mine)]


def test_only_owners_of_the_place_read_its_news(office: Office) -> None:
    with office.database.write() as session:
        _approved(office, session, _changed("镇"), TOWN)
        _approved(office, session, _changed("县"), COUNTY)
        staff.ensure_staffed(session, OTHER_COUNTY, office.now)
        on = local_date(office.now)
        read = {
            (position, code): len(news.for_actor(session, office.holder(session, position, 0, code), on))
            for position, code in (("policy_owner", COUNTY), ("policy_owner", OTHER_COUNTY), ("county_head", COUNTY))
        }  # fmt: skip
    assert list(read.values()) == [1, 0, 0]


def test_a_new_entry_of_the_catalogue_has_what_is_in_force_checked_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office.database.write() as session:
        mine = _approved(office, session, _changed("县"), COUNTY)
        assert rechecks.plan(session, office.now) == 0
        adds = _approved(office, session, _changed("别的县", **{"catalogue.yaml": OWN_FIGURE.encode()}), OTHER_COUNTY)
    fails = Outcome([{"severity": "error", "file": "x", "place": "", "message": "过不了"}])
    monkeypatch.setattr(gate, "run", lambda trials: fails if trials[0][0][0] == COUNTY else Outcome([]))
    worker = Worker(office.database, office.clock, {rechecks.RECHECK: gate.rechecking()})
    with office.database.write() as session:
        rechecks.plan(session, office.now)
    assert worker.run_once() == 2
    with office.database.write() as session:
        assert rechecks.plan(session, office.now) == 0
        assert _kinds(session, office, mine) == ["check_failed"]
        assert _kinds(session, office, adds) == []
        assert _events(session) == [("check_failed", mine)]
        assert receipts.latest(session, mine).passed is False
        chain = identity.chain_of_code(session, VILLAGE, local_date(office.now)).ids
        assert resolve_open(session, KEY, chain, local_date(office.now)).release_id == mine


def test_a_new_version_of_the_product_has_what_is_in_force_checked_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office.database.write() as session:
        mine = _approved(office, session, _changed("县"), COUNTY)
        monkeypatch.setattr(receipts, "version", lambda name: "9.9.9")
        assert (rechecks.plan(session, office.now), rechecks.plan(session, office.now)) == (1, 1)
        waiting = session.execute(JOB.select().where(JOB.c.kind == rechecks.RECHECK)).all()
    assert [job.reference for job in waiting] == [mine]


def test_the_check_of_a_release_in_force_has_the_letters_that_were_fixed_with_it(office: Office) -> None:
    with office.database.write() as session:
        mine = _approved(office, session, _changed("县"), COUNTY)
        on = local_date(office.now)
        before = receipts.subject_of(session, mine, on)
        library = read_folder(TEMPLATES)
        library["letters/approval_notice/contract.yaml"] += b"# newer\n"
        scope = identity.region_by_code(session, PROVINCE, on).id
        publishing.put_in_force(session, SYSTEM, library, office.now, scopes=[scope])
        assert receipts.subject_of(session, mine, on) == before
        ((_, world),) = gate._prepare(session, mine, on).trials
    assert world.letters is not None
    assert not world.letters["letters/approval_notice/contract.yaml"].endswith(b"# newer\n")
