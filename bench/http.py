"""Whole actions over HTTP at ten times a province's peak: latencies of the API and the inbox. `python -m bench.http`.

The server is a process of its own, waitress with eight threads on SQLite in the durable mode. Requests are sent when
they are due, whether or not earlier ones were answered, and latency counts from then.
"""

from __future__ import annotations

import http.client
import json
import logging
import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from urllib.parse import urlencode

from sqlalchemy import select, update

from app.cases import operations
from app.config import Config
from app.core.clock import MovableClock
from app.db import Database, Vault
from app.extensions import create_app
from app.identity import credentials
from app.identity.models import User
from app.identity.tokens import issue_token
from app.inbox.queries import ITEM
from app.wsgi import serve
from bench import world
from bench.cases import PROGRAMME, STEPS
from bench.report import figure
from tests.support.worlds import RELIEF, VILLAGE, Office, id_number

RATE, SECONDS, THREADS, CLIENTS = 140, 10, 8, 32
PAGES = 100
PASSWORD = "correct horse battery"
START_SECONDS = 30
Request = tuple[str, str, str | None, dict[str, str]]
"""Method, path, body and headers."""


@dataclass
class Load:
    """What came back: latencies in milliseconds from when each request was due, and answers that were no success."""

    latencies: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0
    cpu: float = 0.0

    def show(self, what: str, offered: float | None) -> None:
        """One line."""
        ordered = sorted(self.latencies)
        done, p99 = len(ordered), ordered[int(len(ordered) * 0.99) - 1]
        name = what.lower().replace(" ", ".")
        figure(f"http.{name}.rate", done / self.seconds, "a second")
        figure(f"http.{name}.p99", p99, "ms")
        figure(f"http.{name}.cpu", self.cpu / done * 1000, "ms")
        rate = f"{done / self.seconds:5.0f}/s" + (f" of {offered:.0f} offered" if offered else "")
        print(
            f"  {what:34} {rate}   p50 {statistics.median(ordered):7.1f} ms   p99 {p99:7.1f} ms   "
            f"server cpu {self.cpu / done * 1000:5.2f} ms each, {self.cpu / self.seconds:.0%} of a processor"
            + (f"   {len(self.failures)} FAILED: {self.failures[0]}" if self.failures else "")
        )


@dataclass
class Server:
    """The server's process as its clients see it."""

    port: int
    pid: int

    def cpu(self) -> float:
        """Seconds of processor time that the process has used."""
        times = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)


class Client(threading.local):
    """One kept connection for each thread."""

    def __init__(self, server: Server) -> None:
        self.connection = server.connect()

    def send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> str | None:
        """What was wrong, or None."""
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        said = answer.read()
        return None if answer.status == 200 else f"{answer.status} {said[:200]!r}"


def offer(server: Server, requests: list[Request], rate: float) -> Load:
    """Send the requests at this rate, each when it is due."""
    client, load, cpu = Client(server), Load(), server.cpu()
    began = time.perf_counter() + 0.1

    def one(number: int) -> None:
        due = began + number / rate
        time.sleep(max(due - time.perf_counter(), 0))
        try:
            wrong = client.send(*requests[number])
        except OSError as error:
            wrong = repr(error)
        load.latencies.append((time.perf_counter() - due) * 1000)
        if wrong:
            load.failures.append(wrong)

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(one, range(len(requests))))
    load.seconds, load.cpu = time.perf_counter() - began, server.cpu() - cpu
    return load


def _prepare(office: Office, cases: int) -> tuple[dict[str, str], str]:
    """Cases at the village; bearer headers by step, and a username with a password."""
    with office.database.write() as session:
        headers = {}
        for element, position, _ in STEPS:
            token = issue_token(session, office.holder(session, position), "bench", office.now)
            headers[element] = f"Bearer {token.secret}"
        clerk = office.holder(session, "township_clerk")
        hashed = credentials.hash_password(PASSWORD)
        session.execute(update(User).where(User.id == clerk.user_id).values(password_hash=hashed))
        username = session.scalars(select(User.username).where(User.id == clerk.user_id)).one()
        for number in range(cases):
            data = {**RELIEF, "id_number": id_number(number)}
            operations.apply(session, clerk, PROGRAMME, VILLAGE, data, office.now)
    return headers, username


@contextmanager
def _serving(folder: Path) -> Iterator[Server]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [sys.executable, "-m", "bench.http", "serve", str(folder), str(port)]
    process = subprocess.Popen(command)
    try:
        _wait_for(port)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")


def _sign_in(server: Server, username: str) -> dict[str, str]:
    """Headers of somebody who signed in as the page asks, its token included."""
    connection = server.connect()
    connection.request("GET", "/desk/login")
    page = connection.getresponse()
    cookie = (page.getheader("Set-Cookie") or "").partition(";")[0]
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.read().decode())
    if found is None:
        raise RuntimeError("the login page has no token")
    form = {"csrf_token": found[1], "username": username, "password": PASSWORD}
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    connection.request("POST", "/desk/login", urlencode(form), kind)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 302:
        raise RuntimeError(f"nobody was let in: {answer.status}")
    return {"Cookie": (answer.getheader("Set-Cookie") or "").partition(";")[0]}


def measure() -> None:
    """Print the latencies."""
    with world.folder() as place:
        vault, url = Vault.create(place / "keys.json"), f"sqlite:///{place / 'doudi.db'}"
        with world.office(url, vault) as office:
            headers, username = _prepare(office, RATE * SECONDS)
            with _serving(place) as server:
                for element, _, data in STEPS:
                    with office.database.read() as session:
                        wanted = select(ITEM.c.id).where(ITEM.c.element_id == element, ITEM.c.status == "open")
                        tasks = list(session.scalars(wanted))
                    body = json.dumps({"data": data})
                    kind = {"Authorization": headers[element], "Content-Type": "application/json"}
                    requests: list[Request] = [("POST", f"/api/v1/tasks/{task}/complete", body, kind) for task in tasks]
                    offer(server, requests, RATE).show(f"API complete {element}", RATE)
                cookie = _sign_in(server, username)
                pages: list[Request] = [("GET", "/desk/", None, cookie)] * PAGES
                offer(server, pages, RATE / 10).show("page GET inbox", RATE / 10)


def main() -> None:
    print(f"waitress, {THREADS} threads, SQLite, WAL, synchronous=FULL; {RATE} a second for {SECONDS} s a step")
    measure()


def _serve(folder: Path, port: int) -> None:
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it says at every request that others wait
    config = Config(
        database_url=f"sqlite:///{folder / 'doudi.db'}",
        key_file=folder / "keys.json",
        secret_file=folder / "secret",
        port=port,
        threads=THREADS,
    )
    database = Database(config.database_url, Vault.load(config.key_file))
    serve(create_app(config, database=database, clock=MovableClock(world.NOW)), config, Event())


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        _serve(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
