"""Two web nodes and two workers, each a process of its own, on one PostgreSQL: one installation (docs/scale.md)."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from app.core.actor import SYSTEM
from app.core.clock import SystemClock, local_date
from app.core.paths import BUNDLES, ROOT
from app.db import Database, Vault
from app.definitions import publishing
from app.definitions.folder import read_folder
from app.documents.models import Document
from app.documents.operations import ISSUE
from app.identity import queries as identity
from app.inbox.queries import ITEM
from app.jobs.models import Job
from tests.chaos.faults import WEB, Nodes
from tests.support.filling import Filled
from tests.support.visitor import Visitor
from tests.support.web import COUNTY, PASSWORD, PROGRAMME, TOWNSHIP, Web, staff
from tests.support.worlds import RELIEF, VILLAGE, id_number

pytestmark = pytest.mark.postgres
STEPS = {
    "village_investigation": {"facts_true": True, "opinion": "情况属实"},
    "township_review": {"confirmed": True, "amount": 800},
}
CADRE, CLERK = f"village_cadre.{VILLAGE}", f"township_clerk.{TOWNSHIP}"
CASES, AT_ONCE, PATIENCE = 8, 4, 30


@dataclass
class Installation:
    """Its nodes, and the same database as the test sees it. `headers`: of API clients by username."""

    nodes: Nodes
    database: Database
    release_id: str
    headers: dict[str, dict[str, str]]

    def ask(self, node: int, who: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """What a node answers. Raises OSError or HTTPException where it does not."""
        connection = http.client.HTTPConnection("127.0.0.1", self.nodes.ports[node], timeout=PATIENCE)
        try:
            kind = {"Content-Type": "application/json"} if body else {}
            connection.request(method, f"/api/v1{path}", body and json.dumps(body), kind | self.headers[who])
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            connection.close()

    def apply(self, node: int, number: int) -> str:
        body = {"programme": PROGRAMME, "region": VILLAGE, "data": {**RELIEF, "id_number": id_number(number)}}
        status, told = self.ask(node, CLERK, "POST", "/applications", body)
        assert status == 201, told
        return str(told["case_id"])

    def waiting(self, node: int, case_id: str) -> dict[str, str]:
        """Element → task of what is open in a case, as a node sees it."""
        status, told = self.ask(node, CLERK, "GET", f"/cases/{case_id}")
        assert status == 200, told
        return {task["element_id"]: task["id"] for task in told["tasks"]}

    def complete(self, nodes: Sequence[int], who: str, element: str, task: str) -> str:
        """Sent to the first node, and to the next where that one does not answer. How it was answered."""
        for node in nodes:
            try:
                status, told = self.ask(node, who, "POST", f"/tasks/{task}/complete", {"data": STEPS[element]})
            except (OSError, http.client.HTTPException):
                continue
            return "done" if status == 200 else str(told["code"])
        return "unanswered"


@pytest.fixture
def installation(filled: Filled, vault: Vault, key_file: Path, tmp_path: Path) -> Iterator[Installation]:
    now = SystemClock().now()
    with filled.open("postgres", "staffed", staff, tmp_path) as url:
        database = Database(url, vault)
        with database.write() as session:
            county = identity.region_by_code(session, COUNTY, local_date(now)).id
            files = read_folder(BUNDLES / PROGRAMME)
            files["bundle.yaml"] += b"# ours\n"
            release_id = publishing.put_in_force(session, SYSTEM, files, now, scopes=[county],
                                                 in_force_from=local_date(now))  # fmt: skip
        web = Web(None, database, SystemClock())  # type: ignore[arg-type]  # for tokens alone
        environment = {
            "DOUDI_DATABASE_URL": url, "DOUDI_KEY_FILE": str(key_file), "DOUDI_SECRET_FILE": str(tmp_path / "secret"),
            "DOUDI_SPOOL_FOLDER": str(tmp_path / "messages"), "DOUDI_AUDIT_FILE": str(tmp_path / "anchors.jsonl"),
            "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        nodes = Nodes(environment, tmp_path / "log", workers=2)
        try:
            _until(lambda: all(map(_answers, nodes.ports)))
            yield Installation(nodes, database, release_id, {who: web.token(who) for who in (CADRE, CLERK)})
        finally:
            nodes.end()
            database.dispose()


def test_two_web_nodes_and_two_workers_are_one_installation(installation: Installation) -> None:
    _what_one_writes_the_other_reads(installation)
    cases = [installation.apply(1, number) for number in range(1, CASES + 1)]
    _a_node_that_dies_takes_nothing_along(installation, cases)
    _work_is_done_once_though_a_worker_dies(installation)
    _what_is_published_at_one_holds_at_the_other(installation)


def _what_one_writes_the_other_reads(it: Installation) -> None:
    case_id = it.apply(0, 0)
    task = it.waiting(1, case_id)["village_investigation"]
    assert it.complete([1], CADRE, "village_investigation", task) == "done"
    assert it.complete([0], CADRE, "village_investigation", task) == "gone"
    assert list(it.waiting(0, case_id)) == ["township_review"]


def _a_node_that_dies_takes_nothing_along(it: Installation, cases: list[str]) -> None:
    """Everybody sends to the first node, which is killed in the middle; what is not answered goes to the second."""
    tasks = [it.waiting(1, case_id)["village_investigation"] for case_id in cases]
    under_way = threading.Event()

    def send(task: str) -> str:
        under_way.set()
        return it.complete([0, 1], CADRE, "village_investigation", task)

    with ThreadPoolExecutor(AT_ONCE) as people:
        answers = people.map(send, tasks)
        under_way.wait(PATIENCE)
        time.sleep(0.03)
        it.nodes.kill(0)
        assert set(answers) <= {"done", "gone"}, "each was answered by one of them"
    with it.database.read() as session:
        rows = session.execute(select(ITEM.c.element_id, ITEM.c.status).where(ITEM.c.case_id.in_(cases))).tuples()
        assert Counter(rows) == {("village_investigation", "done"): CASES, ("township_review", "open"): CASES}


def _work_is_done_once_though_a_worker_dies(it: Installation) -> None:
    with it.database.read() as session:
        open_reviews = select(ITEM.c.id).where(ITEM.c.element_id == "township_review", ITEM.c.status == "open")
        tasks = list(session.scalars(open_reviews))
    assert {it.complete([1], CLERK, "township_review", task) for task in tasks} == {"done"}
    letters = select(Job.state, Job.attempts).where(Job.kind == ISSUE)
    with it.database.write() as session:  # a minute is over, in which they could have been taken back
        session.execute(update(Job).where(Job.kind == ISSUE).values(due=SystemClock().now()))
    it.nodes.kill(WEB)

    def done() -> bool:
        with it.database.read() as session:
            return all(state == "done" for state, _ in session.execute(letters))

    _until(done)
    with it.database.read() as session:
        hashes = session.scalars(select(Document.sha256)).all()
        assert Counter(session.execute(letters).tuples()) == {("done", 1): len(hashes)}
    assert len(hashes) >= len(tasks)
    assert None not in hashes


def _what_is_published_at_one_holds_at_the_other(it: Installation) -> None:
    """The other node and the test's own process have what holds in memory; a stamp tells them that it moved."""
    it.nodes.revive()
    _until(lambda: all(map(_answers, it.nodes.ports)))
    offered = [_offered(it, node) for node in range(WEB)]
    assert all(PROGRAMME in each for each in offered)
    owner, page = Visitor(it.nodes.ports[0]), f"/studio/releases/{it.release_id}"
    owner.sign_in(f"policy_owner.{COUNTY}", PASSWORD)
    assert owner.post(page, f"{page}/stop", reason="改用新办法") == 302
    assert [_offered(it, node) for node in range(WEB)] == [each - {PROGRAMME} for each in offered]
    assert PROGRAMME not in _offered(it, 1)


def _offered(it: Installation, node: int) -> set[str]:
    status, told = it.ask(node, CLERK, "GET", f"/programmes?region={VILLAGE}")
    assert status == 200, told
    return {each["programme"] for each in told["items"]}


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _until(holds: Any) -> None:
    latest = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < latest, "it took too long"
        time.sleep(0.05)
