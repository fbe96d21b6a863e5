"""Web nodes and workers are killed at random while people work over HTTP: nothing is lost, nothing happens twice.

Every step of a case is sent by several people at once, and again until it is answered or done. Afterwards every
acknowledged action stands exactly once in its case's audit, and everything that must hold of a case holds.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import select

from app import audit
from app.audit.operations import EVENT
from app.cases.models import Case
from app.core.actor import SYSTEM
from app.core.clock import MovableClock, SystemClock, local_date
from app.core.money import to_money
from app.core.paths import ROOT
from app.db import Database, Vault
from app.documents.models import Document
from app.funds import operations as funds
from app.funds.models import PaymentOrder
from app.identity import queries as identity
from app.identity.tokens import issue_token
from tests.integration.walks import invariants
from tests.support.schema import create_schema
from tests.support.worlds import EMERGENCY, RELIEF, VILLAGE, Office, id_number

Step = tuple[str, str, Mapping[str, Any]]
STEPS: dict[str, tuple[Step, ...]] = {
    "uninsured_unemployed_relief": (
        ("village_investigation", "village_cadre", {"facts_true": True, "opinion": "情况属实"}),
        ("township_review", "township_clerk", {"confirmed": True, "amount": 800}),
    ),
    "emergency_relief": (("rescue_decision", "township_head", {"approved": True, "amount": 400}),),
}
CAP = "400.00"
RACERS = (2, 8)
WEB = 2
PATIENCE = 300.0
NEVER = "over_limit"  # the fund is empty: a decision, and no fault


@dataclass
class Count:
    """What a storm came to."""

    kills: int = 0
    races: int = 0
    unknown: int = 0
    acknowledged: list[tuple[str, str]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def show(self, where: str, seconds: float) -> None:
        done = (
            f"{self.races:6} races  {len(self.acknowledged):6} actions acknowledged  {self.unknown:5} calls unanswered"
        )
        print(f"  {where:12} {self.kills:5} kills  {done}  {len(self.violations)} violations (aim 0)  {seconds:.0f} s")
        for line in self.violations[:20]:
            print("    ✗", line)


class Nodes:
    """The nodes of one installation, each killed and started again."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.ports = [_free_port() for _ in range(WEB)]
        self._log = log.open("ab")
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.nodes"], env={**os.environ, **environment}, cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, start_new_session=True,
        )  # fmt: skip
        self._kinds = [*(f"web {port}" for port in self.ports), "worker"]
        self._pids = [self._start(kind) for kind in self._kinds]

    def _start(self, kind: str) -> int:
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(f"{kind}\n")
        self._parent.stdin.flush()
        return int(self._parent.stdout.readline())

    def kill_one(self, chance: random.Random) -> None:
        """As a power cut would, and there again at once."""
        number = chance.randrange(len(self._kinds))
        os.kill(self._pids[number], signal.SIGKILL)
        self._pids[number] = self._start(self._kinds[number])

    def end(self) -> None:
        os.killpg(self._parent.pid, signal.SIGKILL)
        self._parent.communicate()
        self._log.close()


class Storm:
    """One world, its nodes, and people who do not give up."""

    def __init__(self, url: str, folder: Path, cases: int, seed: int) -> None:
        vault = Vault.create(folder / "keys.json")
        create_schema(url, vault)
        self.database = Database(url, vault)
        self.office = Office.open(self.database, MovableClock(SystemClock().now()))
        self.chance, self.count = random.Random(seed), Count()
        self._lock = threading.Lock()
        self.environment = {
            "DOUDI_DATABASE_URL": url, "DOUDI_KEY_FILE": str(folder / "keys.json"), "PYTHONPATH": str(ROOT),
            "DOUDI_SECRET_FILE": str(folder / "secret"), "DOUDI_SPOOL_FOLDER": str(folder / "messages"),
            "DOUDI_AUDIT_FILE": str(folder / "anchors.jsonl"),
        }  # fmt: skip
        self.cases = [self._apply(number) for number in range(cases)]
        self._open_fund(cases)
        self.tokens = {step[1]: self._token(step[1]) for steps in STEPS.values() for step in steps}

    def _apply(self, number: int) -> tuple[str, str]:
        """Programme and case; half of each."""
        if number % 2:
            with self.database.read() as session:
                clerk = self.office.holder(session, "township_clerk")
            return "emergency_relief", self.office.apply("emergency_relief", EMERGENCY, clerk).case_id
        programme = "uninsured_unemployed_relief"
        return programme, self.office.apply(programme, RELIEF, id_number=id_number(number)).case_id

    def _open_fund(self, cases: int) -> None:
        """Half of the decisions find it empty."""
        with self.database.write() as session:
            region = identity.region_by_code(session, VILLAGE[:9], local_date(self.office.now))
            funds.open_reserve(session, region.id, to_money(400 * (cases // 4)), SYSTEM, self.office.now)

    def _token(self, position: str) -> str:
        with self.database.write() as session:
            return issue_token(session, self.office.holder(session, position), "chaos", self.office.now).secret

    def run(self, nodes: Nodes, kills: int, pause: float) -> Count:
        """People work until all is decided; the killing ends with it, or with its number."""
        finished = threading.Event()

        def killing() -> None:
            while self.count.kills < kills and not finished.wait(self.chance.uniform(0, 2 * pause)):
                nodes.kill_one(self.chance)
                self.count.kills += 1

        killer = threading.Thread(target=killing)
        killer.start()
        with ThreadPoolExecutor(4) as people:
            list(people.map(lambda each: self._decide(nodes, *each), self.cases))
        finished.set()
        killer.join()
        self._settle()
        self._judge()
        return self.count

    def _decide(self, nodes: Nodes, programme: str, case_id: str) -> None:
        for element, position, data in STEPS[programme]:
            latest = time.monotonic() + PATIENCE
            while (task := self._open_task(case_id, element)) is not None:
                if time.monotonic() > latest:
                    self.count.violations.append(f"{case_id} {element} could not be done within {PATIENCE:.0f} s")
                    return
                answers = self._race(nodes, task, self.tokens[position], data)
                with self._lock:
                    self.count.races += 1
                    self.count.unknown += answers.count("")
                    self.count.acknowledged += [(case_id, element)] * answers.count("done")
                if NEVER in answers:
                    return

    def _race(self, nodes: Nodes, task: str, token: str, data: Mapping[str, Any]) -> list[str]:
        """Several people send the same step at once: "done", the code of a refusal, "" where nobody answered."""
        with self._lock:
            ports = [self.chance.choice(nodes.ports) for _ in range(self.chance.randint(*RACERS))]

        def send(port: int) -> str:
            url = f"http://127.0.0.1:{port}/api/v1/tasks/{task}/complete"
            try:
                answer = requests.post(
                    url, json={"data": data}, headers={"Authorization": f"Bearer {token}"}, timeout=30
                )
            except requests.RequestException:
                time.sleep(0.05)
                return ""
            return "done" if answer.status_code == 200 else str(answer.json().get("code", answer.status_code))

        with ThreadPoolExecutor(len(ports)) as together:
            return list(together.map(send, ports))

    def _open_task(self, case_id: str, element: str) -> str | None:
        with self.database.read() as session:
            try:
                return str(self.office.task(session, case_id, element).id)
            except StopIteration:
                return None

    def _settle(self) -> None:
        """What was ordered is carried out by the workers that are left: every letter gets its bytes."""
        latest = time.monotonic() + PATIENCE
        unissued = select(Document.id).where(Document.content.is_(None)).limit(1)
        while time.monotonic() < latest:
            with self.database.read() as session:
                if session.scalar(unissued) is None:
                    return
            time.sleep(0.2)
        self.count.violations.append(f"a letter has no bytes after {PATIENCE:.0f} s")

    def _judge(self) -> None:
        twice = [each for each, times in Counter(self.count.acknowledged).items() if times > 1]
        found = [f"{case_id} {element} was acknowledged twice" for case_id, element in twice]
        now = SystemClock().now()
        with self.database.read() as session:
            for programme, case_id in self.cases:
                done = Counter(_completed(session, case_id))
                for element, _, _ in STEPS[programme]:
                    known = (case_id, element) in self.count.acknowledged
                    if done[element] > 1 or (known and not done[element]):
                        found.append(f"{case_id} {element} stands {done[element]} times in the audit")
                found += [f"{case_id} {line}" for line in invariants.broken(session, case_id, now)]
            found += [f"audit {each}" for each in audit.verify(session)]
            numbers = [each for each in session.scalars(select(Document.number)) if each]
            found += [f"letter {each} twice" for each, times in Counter(numbers).items() if times > 1]
            paid = Counter(session.scalars(select(PaymentOrder.case_id)))
            found += [f"{each} was ordered {times} times" for each, times in paid.items() if times > 1]
            if len(session.scalars(select(Case.id)).all()) != len(self.cases):
                found.append("cases were lost or made")
        self.count.violations += found


def _completed(session: Any, case_id: str) -> Iterator[str]:
    """The elements of the steps that people completed, as the audit tells them."""
    wanted = select(EVENT.c.payload).where(EVENT.c.chain == f"case:{case_id}", EVENT.c.kind == "completed")
    yield from (payload["element"] for payload in session.scalars(wanted))


@contextmanager
def storm(url: str, folder: Path, cases: int, seed: int) -> Iterator[tuple[Storm, Nodes]]:
    """A world on an empty database with its nodes running."""
    it = Storm(url, folder, cases, seed)
    nodes = Nodes(it.environment, folder / "nodes.log")
    try:
        yield it, nodes
    finally:
        nodes.end()
        it.database.dispose()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
