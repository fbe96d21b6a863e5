"""Faults strike while people work over HTTP: nothing is lost, nothing happens twice.

Every step is sent by several people at once, and again until it is answered or done: two to eight at one task, at a
fund that has enough for half of them, or at two cases of somebody who may be helped once.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from app.core.actor import APPLICANT, SYSTEM
from app.core.clock import MovableClock, SystemClock, local_date
from app.core.money import to_money
from app.core.paths import ROOT
from app.db import Database, Vault, is_away
from app.funds import operations as funds
from app.identity import queries as identity
from app.identity.tokens import issue_token
from tests.chaos.disk import Disk
from tests.chaos.faults import Faults, Nodes
from tests.chaos.server import Server
from tests.support.schema import create_schema
from tests.support.worlds import EMERGENCY, RELIEF, VILLAGE, Office, id_number

Step = tuple[str, str, Mapping[str, Any]]
T = TypeVar("T")
ONCE, FUND = "uninsured_unemployed_relief", "emergency_relief"
STEPS: dict[str, tuple[Step, ...]] = {
    ONCE: (
        ("village_investigation", "village_cadre", {"facts_true": True, "opinion": "情况属实"}),
        ("township_review", "township_clerk", {"confirmed": True, "amount": 800}),
    ),
    FUND: (("rescue_decision", "township_head", {"approved": True, "amount": 400}),),
}
GRANT, HEADERS = 400, {"Content-Type": "application/json"}
RACERS, PEOPLE, SENDING = (2, 8), 4, 32
PATIENCE = 300.0
LONGEST_LULL, SOON = 10.0, 0.2
NEVER = frozenset({"over_limit", "duplicate"})
"""The fund is empty, another case was faster: decisions, and no faults."""
BROKEN = "broken"
KINDS = ("task", "task", "once", "fund", "fund")


@dataclass
class Contest:
    """Cases of which each step is decided at the same moment."""

    kind: str
    programme: str
    cases: list[str]


@dataclass
class Count:
    """What a storm came to. `acknowledged` are (case, element); `codes` is what calls were answered."""

    races: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    happened: Counter[str] = field(default_factory=Counter)
    acknowledged: list[tuple[str, str]] = field(default_factory=list)
    contests: list[Contest] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    granted: int = 0

    def show(self, where: str, seconds: float) -> None:
        befell = ", ".join(f"{number} {kind}" for kind, number in self.happened.most_common())
        raced = ", ".join(f"{number} at a {kind}" for kind, number in sorted(self.races.items()))
        print(f"  {where}: {befell}; {self.races.total()} races ({raced})")
        said = ", ".join(f"{number} {code or 'unanswered'}" for code, number in self.codes.most_common())
        print(f"    {len(self.acknowledged)} actions acknowledged in {len(self.contests)} contests; calls: {said}")
        print(f"    {len(self.violations)} violations (aim 0), {seconds:.0f} s", flush=True)
        for line in self.violations[:20]:
            print("    ✗", line)


class Storm:
    """One world and people who do not give up."""

    def __init__(self, url: str, folder: Path, seed: int) -> None:
        vault = Vault.create(folder / "keys.json")
        create_schema(url, vault)
        self.anchors = folder / "anchors.jsonl"
        self.database = Database(url, vault)
        self.office = Office.open(self.database, MovableClock(SystemClock().now()))
        self.chance, self.count = random.Random(seed), Count()
        self._lock, self._numbers = threading.Lock(), count()
        self._sending = ThreadPoolExecutor(SENDING)
        self.environment = {
            "DOUDI_DATABASE_URL": url, "DOUDI_KEY_FILE": str(folder / "keys.json"), "PYTHONPATH": str(ROOT),
            "DOUDI_SECRET_FILE": str(folder / "secret"), "DOUDI_SPOOL_FOLDER": str(folder / "messages"),
            "DOUDI_AUDIT_FILE": str(self.anchors),
        }  # fmt: skip
        with self.database.write() as session:
            self._clerk = self.office.holder(session, "township_clerk")
            self._township = identity.region_by_code(session, VILLAGE[:9], local_date(self.office.now)).id
            funds.open_reserve(session, self._township, to_money(0), SYSTEM, self.office.now)
            positions = {step[1] for steps in STEPS.values() for step in steps}
            self._tokens = {each: self._token(session, each) for each in positions}

    def _token(self, session: Any, position: str) -> str:
        return issue_token(session, self.office.holder(session, position), "chaos", self.office.now).secret

    def run(self, faults: Faults, kills: int, races: int) -> Count:
        """People work until so many kills, with what else befalls, and so many races have been; evenly among them."""
        striking = threading.Thread(target=self._strike, args=(faults, faults.planned(kills), races))
        striking.start()

        def work(number: int) -> None:
            while striking.is_alive() or self.count.races.total() < races:
                self._decide(faults.nodes, self._begin())

        with ThreadPoolExecutor(PEOPLE) as people:
            list(people.map(work, range(PEOPLE)))
        striking.join()
        self._sending.shutdown()
        self.count.happened = faults.happened
        return self.count

    def _strike(self, faults: Faults, planned: Sequence[str], races: int) -> None:
        chance = random.Random(races)
        for number, kind in enumerate(planned):
            latest = time.monotonic() + LONGEST_LULL
            while self.count.races.total() < number * races // len(planned) and time.monotonic() < latest:
                time.sleep(0.02)
            time.sleep(chance.uniform(0, SOON))
            try:
                faults.strike(kind)
            except Exception as error:
                self.count.violations.append(f"{kind} went wrong: {error!r}")
                return
        faults.revive()

    def patiently(self, do: Callable[[], T]) -> T:
        """What `do` gives, again and again while the database is away."""
        latest = time.monotonic() + PATIENCE
        while True:
            try:
                return do()
            except Exception as error:
                if not is_away(error) or time.monotonic() > latest:
                    raise
                time.sleep(0.1)

    def _begin(self) -> Contest:
        with self._lock:
            kind, most = self.chance.choice(KINDS), self.chance.randint(*RACERS)
        if kind == "fund":
            self.patiently(lambda: self._top_up(GRANT * (most // 2)))
            applied = [lambda: self.office.apply(FUND, EMERGENCY, self._clerk).case_id] * most
        else:
            number = id_number(next(self._numbers))
            applied = [lambda: self.office.apply(ONCE, RELIEF, APPLICANT, id_number=number).case_id]
            applied *= 2 if kind == "once" else 1
        made = Contest(kind, FUND if kind == "fund" else ONCE, [self.patiently(each) for each in applied])
        self.count.contests.append(made)
        return made

    def _top_up(self, amount: int) -> None:
        with self.database.write() as session:
            funds.top_up(session, self._township, to_money(amount), "追加", SYSTEM, self.office.now)
        with self._lock:
            self.count.granted += amount

    def _decide(self, nodes: Nodes, contest: Contest) -> None:
        over: set[str] = set()
        for element, position, data in STEPS[contest.programme]:
            kind = "task" if element == "village_investigation" else contest.kind
            latest = time.monotonic() + PATIENCE
            while tasks := self._open_tasks(set(contest.cases) - over, element):
                if time.monotonic() > latest:
                    self.count.violations.append(f"{sorted(tasks)} {element} could not be done within {PATIENCE:.0f} s")
                    return
                answers = self._race(nodes, tasks, self._tokens[position], data)
                over |= {case_id for case_id, answer in answers if answer in NEVER}
                with self._lock:
                    self.count.races[kind] += any(answer for _, answer in answers)
                    self.count.codes.update(answer for _, answer in answers)
                    self.count.acknowledged += [(case_id, element) for case_id, answer in answers if answer == "done"]

    def _race(
        self, nodes: Nodes, tasks: Mapping[str, str], token: str, data: Mapping[str, Any]
    ) -> list[tuple[str, str]]:
        """Several people at once: (case, "done", the code of a refusal or "" where nobody answered)."""
        body, headers = json.dumps({"data": data}), {**HEADERS, "Authorization": f"Bearer {token}"}
        with self._lock:
            number = max(len(tasks), self.chance.randint(*RACERS))
            calls = [(case_id, self.chance.choice(nodes.ports)) for case_id in (list(tasks) * number)[:number]]
            self.chance.shuffle(calls)
        sent = [(case_id, self._sending.submit(_send, port, tasks[case_id], body, headers)) for case_id, port in calls]
        return [(case_id, each.result()) for case_id, each in sent]

    def _open_tasks(self, case_ids: set[str], element: str) -> dict[str, str]:
        """Case → its open task of this element."""

        def look() -> dict[str, str]:
            found = {}
            with self.database.read() as session:
                for case_id in case_ids:
                    with _nothing_open():
                        found[case_id] = str(self.office.task(session, case_id, element).id)
            return found

        return self.patiently(look)


@contextmanager
def _nothing_open() -> Iterator[None]:
    try:
        yield
    except StopIteration:
        return


def _send(port: int, task: str, body: str, headers: Mapping[str, str]) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", f"/api/v1/tasks/{task}/complete", body, headers)
        answer = connection.getresponse()
        told = answer.read()
    except (OSError, http.client.HTTPException):
        time.sleep(0.05)
        return ""
    finally:
        connection.close()
    if answer.status in (200, 500):
        return "done" if answer.status == 200 else BROKEN
    return str(json.loads(told)["code"])


def log_of(folder: Path) -> Path:
    """Where the nodes of that storm say what happened to them: beside its disk, which may be full."""
    return folder.parent / f"{folder.name}.log"


@contextmanager
def storm(
    url: str, folder: Path, seed: int, server: Server | None = None, disk: Disk | None = None
) -> Iterator[tuple[Storm, Faults]]:
    """A world on an empty database with its nodes running."""
    it = Storm(url, folder, seed)
    nodes = Nodes(it.environment, log_of(folder))
    try:
        yield it, Faults(nodes, server, disk, random.Random(seed))
    finally:
        nodes.end()
        it.database.dispose()
