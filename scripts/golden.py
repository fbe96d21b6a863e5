"""Fill an installation of this version and keep it as `tests/golden/VERSION.jsonl.xz`, once for every version.

    python -m scripts.golden 0.2.0

The demo world is the base: cases of every programme in every state, awards, orders, letters and batches. What it does
not hold is added here; the columns that stay empty are printed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from app import installation
from app.cases import operations as cases
from app.cases import rechecks
from app.cases.effects.messages import MESSAGE
from app.cases.handlers import on_dead
from app.config import Config
from app.core.clock import MovableClock, local_date
from app.core.errors import NotEligible, Rejection
from app.core.paths import BUNDLES, MIGRATIONS
from app.db import Database, Vault
from app.definitions import operations as releases
from app.definitions import receipts
from app.definitions.folder import read_folder
from app.documents import operations as documents
from app.drafts import operations as drafts
from app.drafts.queries import owner_of
from app.drafts.queries import task as subject_of
from app.figures import operations as figures
from app.files import operations as uploads
from app.gate.releases import check
from app.identity import credentials, tokens
from app.identity import operations as staff
from app.inbox import operations as inbox
from app.inbox import queries as waiting
from app.jobs import operations as jobs
from app.jobs.runner import Worker
from app.seed.world import password_of
from app.worker import handlers, plan_housekeeping
from tests.support import golden
from tests.support.outside import outside
from tests.support.worlds import RELIEF, VILLAGE, Office

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
COUNTY, PROGRAMME = VILLAGE[:6], "emergency_relief"
ISSUED = 3


def main(version: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keys = folder / "keys.json"
        config = replace(Config(), database_url=f"sqlite:///{folder / 'filled.db'}")
        installation.upgrade(config)
        office = Office(Database(config.database_url, Vault.create(keys)), MovableClock(NOW))
        installation.set_up_demo(office.database, office.now)
        fill(office)
        office.database.dispose()
        revision = (MIGRATIONS / "HEAD").read_text().strip()
        header = golden.Header(version, revision, office.now.isoformat(), json.loads(keys.read_text()))
        path = golden.write(config.database_url, header)
    print(f"{path.name}: {path.stat().st_size:,} bytes")
    for table, empty in golden.left_empty(golden.load(version)[1]).items():
        print(f"left empty: {table}.{', '.join(empty)}")


def fill(office: Office) -> None:
    """What the demo world does not hold."""
    _release(office)
    _figures(office)
    _accounts(office)
    _work(office)
    _draw(office)
    _door(office)
    _night(office)


def _release(office: Office) -> None:
    """One in force and stopped, one submitted, one a draft, one put away; each an override of the county."""
    content = read_folder(BUNDLES / PROGRAMME)
    today = local_date(office.now)
    ids = []
    for number in range(4):
        changed = {**content, "bundle.yaml": content["bundle.yaml"] + f"# 第 {number + 2} 版\n".encode()}
        with office.database.write() as session:
            owner = office.holder(session, "policy_owner", code=COUNTY)
            ids.append(releases.draft(session, owner, changed, [COUNTY], now=office.now))
    outcome = check(office.database, owner, ids[0], office.now)
    with office.database.write() as session:
        # The second differs by a comment; checking it again would take as long and find the same.
        receipts.keep(session, owner, ids[1], receipts.subject_of(session, ids[1], today), outcome, office.now)
        for release_id in ids[:2]:
            releases.submit(session, owner, release_id, today + timedelta(days=1), "改写法", now=office.now)
    with office.database.write() as session:
        another = office.holder(session, "policy_owner", 1, COUNTY)
        releases.approve(session, another, ids[0], now=office.now)
        releases.reject(session, another, ids[2], "另拟一稿", now=office.now)
        releases.stop(session, another, ids[0], "先停一停", now=office.now)


def _figures(office: Office) -> None:
    """A figure that took the place of another and ends on a day, and one that waits for a second person."""
    today = local_date(office.now)
    until = today + timedelta(days=400)
    with office.database.write() as session:
        owner = office.holder(session, "policy_owner", code=COUNTY)
        another = office.holder(session, "policy_owner", 1, COUNTY)
        for value, day in ((700, 40), (710, 40), (720, 41)):
            found = figures.propose(
                session, owner, "rural_dibao_standard_month", COUNTY, value, now=office.now,
                valid_from=today + timedelta(days=day), valid_until=until, reason="年度调整",
            )  # fmt: skip
            if day == 40:
                figures.confirm(session, another, found.id, now=office.now)


def _accounts(office: Office) -> None:
    """Who logged in and who failed to, a token, and a family tie."""
    with office.database.write() as session:
        clerk = office.holder(session, "township_clerk")
        assert clerk.user_id is not None
        tokens.issue_token(session, clerk, "统计接口", office.now)
        staff.declare_tie(session, clerk.user_id, "220122198703120510", "表亲", local_date(office.now))
        username = credentials.username_of(session, clerk.user_id)
    for password in ("wrong", password_of("township_clerk")):
        try:
            credentials.authenticate(office.database, username, password, office.now, "127.0.0.1")
        except Rejection:
            continue


def _work(office: Office) -> None:
    """A task that is signed for, with a draft and a file, and a case that was sent back."""
    with office.database.write() as session:
        clerk = office.holder(session, "township_clerk")
        open_tasks = waiting.open_tasks(session, clerk, waiting.Filter(), limit=100).items
        mine = next(task for task in open_tasks if task.element_id == "verification")
        inbox.claim(session, clerk, mine.id, office.now)
        place = drafts.Place(owner_of(clerk), clerk.name, subject_of(mine.id))
        drafts.save(session, place, [["opinion", "情况属实"]], 0, office.now)
        uploads.add(session, clerk, mine.case_id, [("证明.pdf", b"%PDF-1.4\n%%EOF\n")], office.now)
        sent_back = next(task for task in open_tasks if task.element_id == "township_review")
        cases.return_case(session, clerk, sent_back.case_id, "village_investigation", "证人没有签字", office.now)


def _draw(office: Office) -> None:
    """Whom a draw chose to be looked at again."""
    with office.database.write() as session:
        clerk = office.holder(session, "county_clerk", code=COUNTY)
        rechecks.draw_rechecks(session, clerk, COUNTY, "dibao", "2026年第四季度", office.now)


def _door(office: Office) -> None:
    """Somebody whose family owns too much is told so before there is a case."""
    rich = {**RELIEF["household"], "financial_assets": 10**7}
    try:
        office.apply("uninsured_unemployed_relief", RELIEF, household=rich)
    except NotEligible:
        return
    raise AssertionError("the application was taken in")


class _Unreachable:
    """A gateway that takes no message, so that jobs fail and wait."""

    def send(self, key: str, to: str, text: str) -> None:
        raise ConnectionError("gateway")


def _night(office: Office) -> None:
    """The night's work. Only some letters are issued, since sealed bytes cannot be compressed."""
    with office.database.write() as session:
        plan_housekeeping(session, office.now)
        jobs.enqueue(session, MESSAGE, {"to": "13904310101", "text": "已受理"}, due=office.now)
        for document_id in session.scalars(select(documents.DOCUMENT.c.id).limit(ISSUED)):
            documents.issue(session, document_id)
    office.clock.move_to(office.now + timedelta(days=1))
    carriers = replace(outside(Path()), messenger=_Unreachable())
    works = {kind: work for kind, work in handlers(carriers).items() if kind != documents.ISSUE}
    worker = Worker(office.database, office.clock, works, on_dead=on_dead)
    while worker.run_once():
        pass


if __name__ == "__main__":
    main(sys.argv[1])
