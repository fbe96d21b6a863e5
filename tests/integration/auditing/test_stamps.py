"""Time stamps of somebody else's: asked over HTTP by the worker's own job, kept beside the line that they are for."""

from __future__ import annotations

import json
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from sqlalchemy import select

from app.audit import operations as audit
from app.auditing import anchors, checks
from app.core.actor import SYSTEM
from app.core.clock import MovableClock
from app.db import Database
from app.jobs import Worker
from app.jobs.operations import JOB
from app.outside import stamper
from tests.support.servers import http_server, send


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_line_is_stamped_and_none_is_written_without(
    database: Database, clock: MovableClock, tmp_path: Path
) -> None:
    path, key, asked = tmp_path / "anchors.jsonl", tmp_path / "key", []
    answers = iter([(503, b""), (200, b"stamped 1"), (200, b"stamped 2")])
    key.write_text("0123456789abcdef")

    def authority(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        asked.append(json.loads(body)["digest"])
        send(handler, *next(answers))

    with http_server(authority) as url:
        settings = {"DOUDI_AUDIT_STAMP_URL": url, "DOUDI_AUDIT_STAMP_KEY_FILE": str(key)}
        worker = Worker(database, clock, checks.handlers(path, stamper("http", settings).stamp))
        with database.write() as session:
            audit.append(session, "figures", "set", SYSTEM, {}, None, clock.now())
            checks.plan_anchor(session, clock.now())
        worker.run_once(1)
        assert not path.exists()
        clock.move_to(clock.now() + timedelta(hours=1))
        worker.run_once(1)  # again, since the authority was away
        with database.write() as session:
            audit.append(session, "figures", "set", SYSTEM, {}, None, clock.now())
        clock.move_to(clock.now() + checks.EVERY)
        worker.run_once(1)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(line["stamp"], line["mac"]) for line in lines] == [("stamped 1", asked[1]), ("stamped 2", asked[2])]
    assert anchors.of_file(path, database.vault).faults == []
    with database.read() as session:
        waiting = session.scalars(select(JOB.c.state).where(JOB.c.kind == checks.ANCHOR)).all()
    assert sorted(waiting) == ["done", "done", "ready"]
