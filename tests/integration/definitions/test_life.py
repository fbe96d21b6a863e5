"""The life of a release: what it takes to come into force, and what stops it."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import Actor
from app.core.errors import Gone, Invalid, NotEligible, NotYours, Rejection
from app.core.paths import BUNDLES, TEMPLATES
from app.definitions import lists, news, operations, receipts, seeding
from app.definitions.folder import read_folder
from app.definitions.queries import resolve_open
from app.definitions.store import RELEASE
from app.figures.catalogue import catalogue
from app.gate.isolated import Outcome
from app.identity import operations as staff
from app.identity import queries as identity
from tests.support.worlds import VILLAGE, Office

KEY, COUNTY = "uninsured_unemployed_relief", "220122"
FILES = read_folder(BUNDLES / KEY)
NEWER = {**FILES, "bundle.yaml": FILES["bundle.yaml"] + "# 第二版\n".encode()}
TODAY = date(2020, 10, 12)


def _owner(office: Office, session: Session, number: int = 0) -> Actor:
    return office.holder(session, "policy_owner", number, COUNTY)


def _drafted(office: Office, session: Session, files: dict[str, bytes] | None = None, **more: Any) -> str:
    return operations.draft(session, _owner(office, session), files or NEWER, [COUNTY], now=office.now, **more)


def _check(office: Office, session: Session, release_id: str) -> None:
    subject = receipts.subject_of(session, release_id, TODAY)
    receipts.keep(session, _owner(office, session), release_id, subject, Outcome([]), office.now)


def _submitted(office: Office, session: Session, day: date = TODAY, **more: Any) -> str:
    release_id = _drafted(office, session, **more)
    _check(office, session, release_id)
    operations.submit(session, _owner(office, session), release_id, day, "改为五个工作日", now=office.now)
    return release_id


def _state(session: Session, release_id: str) -> str:
    return next(line["state"] for line in lists.listed(session, TODAY) if line["id"] == release_id)


def test_from_draft_to_force_for_one_county_from_a_day(office: Office) -> None:
    monday = TODAY + timedelta(days=7)
    with office.database.write() as session:
        release_id = _drafted(office, session)
        states = [_state(session, release_id)]
        _check(office, session, release_id)
        states.append(_state(session, release_id))
        operations.submit(session, _owner(office, session), release_id, monday, "改时限", now=office.now)
        states.append(_state(session, release_id))
        operations.approve(session, _owner(office, session, 1), release_id, now=office.now)
        states.append(_state(session, release_id))
        chain = identity.chain_of_code(session, VILLAGE, TODAY).ids
        before, after = (resolve_open(session, KEY, chain, day).release_id for day in (TODAY, monday))
        kinds = [event.kind for event in audit.events_of(session, "releases")]
    assert states == ["draft", "checked", "submitted", "approved"]
    assert before != release_id
    assert after == release_id
    assert kinds == ["drafted", "submitted", "approved"]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("without a check", "还没有检查过"),
        ("changed after its check", "检查之后内容或所用文书变了"),
        ("past", "已经过去"),
        ("no reason", "请写明理由"),
    ],
)
def test_what_stops_a_submission(office: Office, kind: str, told: str) -> None:
    with office.database.write() as session:
        release_id = _drafted(office, session)
        if kind != "without a check":
            _check(office, session, release_id)
        if kind == "changed after its check":
            session.execute(update(RELEASE).where(RELEASE.c.id == release_id).values(content_hash="0" * 64))
        day = TODAY - timedelta(days=1) if kind == "past" else TODAY
        reason = "" if kind == "no reason" else "改时限"
        with pytest.raises((Gone, Invalid), match=told):
            operations.submit(session, _owner(office, session), release_id, day, reason, now=office.now)
        assert _state(session, release_id) in ("draft", "checked")


def test_nobody_approves_his_own_and_nobody_of_elsewhere(office: Office) -> None:
    with office.database.write() as session:
        release_id = _submitted(office, session)
        with pytest.raises(NotYours, match="另一位"):
            operations.approve(session, _owner(office, session), release_id, now=office.now)
        staff.ensure_staffed(session, "220182", office.now)
        stranger = office.holder(session, "policy_owner", 1, "220182")
        with pytest.raises(NotYours):
            operations.approve(session, stranger, release_id, now=office.now)
        assert _state(session, release_id) == "submitted"


def test_a_submission_is_refused_once_something_newer_was_approved(office: Office) -> None:
    with office.database.write() as session:
        first, second = _submitted(office, session), _submitted(office, session)
        operations.approve(session, _owner(office, session, 1), first, now=office.now)
        with pytest.raises(Gone, match="已有新的发布版"):
            operations.approve(session, _owner(office, session, 1), second, now=office.now)
        assert _state(session, second) == "submitted"


def test_of_two_approvals_at_once_one_holds(office: Office) -> None:
    with office.database.write() as session:
        submitted = [_submitted(office, session), _submitted(office, session)]
        approver = _owner(office, session, 1)
    barrier, refused = threading.Barrier(2), []

    def approve(release_id: str) -> None:
        barrier.wait()
        try:
            with office.database.write() as session:
                operations.approve(session, approver, release_id, now=office.now)
        except Rejection as refusal:
            refused.append(refusal.message)

    threads = [threading.Thread(target=approve, args=(each,)) for each in submitted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with office.database.read() as session:
        assert sorted(_state(session, each) for each in submitted) == ["in force", "submitted"]
    assert len(refused) == 1


def test_the_owner_of_an_override_is_told_that_the_base_moved(office: Office, tmp_path: Any) -> None:
    with office.database.write() as session:
        mine = _submitted(office, session)
        operations.approve(session, _owner(office, session, 1), mine, now=office.now)
        waiting = _submitted(office, session)
        folder = tmp_path / "bpmn" / KEY
        folder.mkdir(parents=True)
        for path, content in FILES.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_bytes(content + (b"# newer\n" if path == "bundle.yaml" else b""))
        seeding.seed(session, tmp_path / "bpmn", TEMPLATES, office.now)
        lines = {line["id"]: line for line in news.listed(session, TODAY)}
        assert [each["kind"] for each in lines[mine]["news"]] == ["base_moved"]
        assert lines[mine]["state"] == "in force"
        with pytest.raises(Gone, match="基础版本已经更新"):
            operations.approve(session, _owner(office, session, 1), waiting, now=office.now)


def test_after_a_stop_a_refusal_says_so_and_a_retired_release_gives_way(office: Office) -> None:
    with office.database.write() as session:
        release_id = _submitted(office, session)
        operations.approve(session, _owner(office, session, 1), release_id, now=office.now)
        chain = identity.chain_of_code(session, VILLAGE, TODAY).ids
        operations.stop(session, _owner(office, session), release_id, "金额算错", now=office.now)
        with pytest.raises(NotEligible, match="停止受理新申请：金额算错"):
            resolve_open(session, KEY, chain, TODAY)
        operations.retire(session, _owner(office, session, 1), release_id, "改用省里的", now=office.now)
        assert resolve_open(session, KEY, chain, TODAY).release_id != release_id


@pytest.mark.parametrize(
    ("path", "content", "told"),
    [
        ("bundle.yaml", b"a: " + b"[" * 50_000, "嵌套超过"),
        ("notes.yaml", b"a" * (50 << 20), "超过 5 MB"),
        ("bundle.yaml", b"title: x\n", "bundle.yaml"),
    ],
)
def test_a_folder_that_does_harm_is_refused_before_it_costs_anything(
    office: Office, path: str, content: bytes, told: str
) -> None:
    with office.database.write() as session, pytest.raises(Invalid, match=told):
        _drafted(office, session, {**FILES, path: content})


OWN_FIGURE = """figures:
  - {key: relief_top_up, title: 救助增发, unit: yuan, kind: amount, clause: QA-1}
documents:
  QA19: {region: "220122", number: 农民发〔2020〕1号, title: 救助增发通知, in_force_from: 2020-10-01}
clauses:
  QA-1: {title: 救助增发, text: 给困难人员增发救助。, from: [{QA19: 第一条}]}
"""


def test_what_a_release_adds_to_the_catalogue_holds_from_its_approval(office: Office) -> None:
    files = {**NEWER, "catalogue.yaml": OWN_FIGURE.encode()}
    with office.database.write() as session:
        release_id = _submitted(office, session, files=files)
        assert "relief_top_up" not in catalogue(session).figures
        operations.approve(session, _owner(office, session, 1), release_id, now=office.now)
        assert catalogue(session).cite("QA-1", ("220122", "2201", "22"), TODAY) == "农民发〔2020〕1号 第一条"
    with office.database.write() as session:
        files["catalogue.yaml"] = OWN_FIGURE.replace("unit: yuan", "unit: days").encode()
        other = _submitted(office, session, files=files)
        with pytest.raises(Invalid, match="单位是 yuan，不能改为 days"):
            operations.approve(session, _owner(office, session, 1), other, now=office.now)
