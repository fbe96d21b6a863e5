"""Whole actions over HTTP at ten times a province's peak: the API and the inbox. `python -m bench.http [BACKEND]`.

On SQLite the server is the one-command installation's (waitress, one process, eight threads, the durable mode), on
PostgreSQL gunicorn as the deployment runs it, with two processes. Requests are sent when they are due, whether or not
earlier ones were answered, and latency counts from then. The client and the database share the processors.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event

from flask import Flask
from sqlalchemy import select, update

from app.cases import operations
from app.config import Config
from app.core import logs
from app.core.clock import MovableClock
from app.core.paths import ROOT
from app.db import Database, Vault
from app.extensions import create_app
from app.identity import credentials
from app.identity.models import User
from app.identity.tokens import issue_token
from app.inbox.queries import ITEM
from app.wsgi import serve
from bench import world
from bench.cases import PROGRAMME, STEPS
from bench.offering import offer, request, used
from tests.support.postgres import LOCAL, Cluster
from tests.support.visitor import Visitor
from tests.support.worlds import RELIEF, VILLAGE, Office, id_number

CASES, THREADS, PROCESSES = 920, 8, 2
WARM, WARM_PAGES = 160, 64
"""So many of the cases and pages are answered before anything is counted: threads, connections and caches fill."""
RATES = {"village_investigation": 140, "township_review": 90}
AIMS = {"village_investigation": (">= 138", "<= 50"), "township_review": (">= 80", "")}
PAGES, PAGE_RATE = 100, 14
PASSWORD = "correct horse battery"
START_SECONDS = 60
JSON = "application/json"


@dataclass
class Served:
    """A server as its clients see it; `cpu` tells the seconds of processor time by who used it."""

    port: int
    cpu: Callable[[], dict[str, float]]


def _config(place: Path, url: str, port: int) -> dict[str, str]:
    return {
        "DOUDI_DATABASE_URL": url,
        "DOUDI_KEY_FILE": str(place / "keys.json"),
        "DOUDI_SECRET_FILE": str(place / "secret"),
        "DOUDI_PORT": str(port),
        "DOUDI_THREADS": str(THREADS),
    }


def application() -> Flask:
    """What a server process serves: the world's clock stands still, everything else is as in production."""
    config = Config.from_env()
    database = Database(config.database_url, Vault.load(config.key_file))
    return create_app(config, database=database, clock=MovableClock(world.NOW))


def _serve() -> None:
    logs.configure()
    serve(application(), Config.from_env(), Event())


ALONE = [sys.executable, "-m", "bench.http", "serve"]
DEPLOYED = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "bench.http:application()"]


@contextmanager
def _serving(command: list[str], place: Path, url: str, database_pids: list[int]) -> Iterator[Served]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    environment = os.environ | _config(place, url, port) | {"WEB_CONCURRENCY": str(PROCESSES)}
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log)
    try:
        _wait_for(port, place / "log")
        who = {"web": [process.pid]} | ({"database": database_pids} if database_pids else {})
        yield Served(port, lambda: {name: used(pids) for name, pids in who.items()})
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start:\n" + log.read_text(errors="replace"))


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


def _measure(name: str, office: Office, serving: Callable[[], AbstractContextManager[Served]]) -> None:
    headers, username = _prepare(office, CASES)
    aims = AIMS if name == "postgresql" else {}
    with serving() as served:
        for element, _, data in STEPS:
            with office.database.read() as session:
                wanted = select(ITEM.c.id).where(ITEM.c.element_id == element, ITEM.c.status == "open")
                tasks = list(session.scalars(wanted))
            kind = {"Authorization": headers[element], "Content-Type": JSON}
            body = json.dumps({"data": data})
            sent = [request("POST", f"/api/v1/tasks/{task}/complete", kind, body) for task in tasks]
            load = offer(served.port, sent, RATES[element], served.cpu, warm=WARM)
            load.show(f"{name}.{element}", f"API complete {element}", RATES[element], aims.get(element, ("", "")))
        clerk = Visitor(served.port)
        clerk.sign_in(username, PASSWORD)
        page = request("GET", "/desk/", {"Cookie": clerk.cookie})
        load = offer(served.port, [page] * (WARM_PAGES + PAGES), PAGE_RATE, served.cpu, warm=WARM_PAGES)
        load.show(f"{name}.inbox", "page GET inbox", PAGE_RATE)


def _on_sqlite() -> None:
    print(f"waitress, one process, {THREADS} threads, SQLite, WAL, synchronous=FULL", flush=True)
    with world.folder() as place:
        vault, url = Vault.create(place / "keys.json"), f"sqlite:///{place / 'doudi.db'}"
        with world.office(url, vault) as office:
            _measure("sqlite", office, partial(_serving, ALONE, place, url, []))


def _on_postgres() -> None:
    print(f"gunicorn, {PROCESSES} processes of {THREADS} threads, PostgreSQL, fsync on", flush=True)
    with world.folder() as place, Cluster.start(LOCAL) as server, server.blank_database() as url:
        vault = Vault.create(place / "keys.json")
        with world.office(url, vault) as office:
            _measure("postgresql", office, partial(_serving, DEPLOYED, place, url, [server.pid]))


def main(only: str = "") -> int:
    """Print the latencies, and the load of the machine that they were taken under."""
    print(f"{os.cpu_count()} processors, load of the machine before: {os.getloadavg()[0]:.1f}")
    if only != "postgresql":
        _on_sqlite()
    if only != "sqlite":
        try:
            _on_postgres()
        except RuntimeError as missing:
            print("PostgreSQL was not measured:", str(missing).splitlines()[0])
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        _serve()
    else:
        sys.exit(main(*sys.argv[1:2]))
