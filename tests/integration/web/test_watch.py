"""`/healthz`, `/readyz`, `/metrics`: who may look, what they say, and that they say it in bounded time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event, text

from app import installation
from app.config import Config
from app.core.clock import MovableClock, SteadyClock
from app.core.ids import new_id
from app.db import Database, Vault, schema
from app.inbox.queries import ITEM
from app.jobs import operations as jobs
from app.watch import metrics
from tests.support.web import Web, open_web
from tests.support.worlds import RELIEF, Office

PAGES = ("/healthz", "/readyz", "/metrics")


def values(exposition: str) -> dict[str, float]:
    """Every sample by its name, and by its label where it has one."""
    found = {}
    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            found[".".join((sample.name, *sample.labels.values()))] = sample.value
    return found


@pytest.mark.parametrize("path", PAGES)
def test_only_this_machine_and_who_is_named_may_look(web: Web, path: str) -> None:
    def status(address: str, **headers: str) -> int:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.client().get(path, environ_base={"REMOTE_ADDR": address}, headers=sent).status_code

    assert status("127.0.0.1") != 403
    assert status("::1") != 403
    assert status("10.1.2.3") == 403
    assert status("127.0.0.1", X_Forwarded_For="10.1.2.3") == 403
    web.app.config["DOUDI_WATCHERS"] = (ip_network("10.1.0.0/16"),)
    assert status("10.1.2.3") != 403
    assert status("10.2.2.3") == 403


def test_a_node_is_ready_when_its_schema_is_ours(blank_database_url: str, tmp_path: Path, clock: MovableClock) -> None:
    database = Database(blank_database_url, Vault.generate())
    client = open_web(database, clock).client()
    assert client.get("/healthz").get_json() == {"alive": True}
    empty = client.get("/readyz")
    assert (empty.status_code, "doudi db upgrade" in empty.get_json()["faults"]["schema"]) == (503, True)
    config = replace(Config(), database_url=blank_database_url)
    installation.upgrade(config)
    assert client.get("/readyz").get_json() == {"ready": True, "faults": {}}
    for lost in (1, 0):  # an index that is gone stops nobody, is told, and is built again by the next upgrade
        if lost:
            with database.write() as session:
                session.execute(text("DROP INDEX ix_notice_posted"))
        assert values(metrics.exposition(database, clock.now()).decode())["doudi_indexes_missing"] == lost
        installation.upgrade(config)
    for version, told in (("0001", "doudi db upgrade"), ("9999", "新版程序")):
        with database.write() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
        older = client.get("/readyz")
        assert (older.status_code, told in older.get_json()["faults"]["schema"]) == (503, True)
        with database.read() as session, pytest.raises(schema.NotMigrated, match=told):
            schema.require_newest(session)
    database.dispose()


def test_a_clock_that_went_back_is_not_ready(web: Web, tmp_path: Path, clock: MovableClock) -> None:
    steady = SteadyClock(clock, clock.now() + timedelta(hours=1), timedelta(seconds=5))
    client = open_web(web.database, steady).client()  # type: ignore[arg-type]
    assert "校准时钟" in client.get("/readyz").get_json()["faults"]["clock"]
    refused = client.get("/")
    assert (refused.status_code, "时钟倒退" in refused.text) == (503, True)
    assert client.get("/healthz").status_code == 200


def test_what_waits_is_measured(database: Database, clock: MovableClock) -> None:
    office = Office.open(database, clock)
    office.apply("uninsured_unemployed_relief", RELIEF)
    with database.write() as session:
        for due in (-90, -30, 30):
            jobs.enqueue(session, "test", {}, clock.now() + timedelta(minutes=due), priority=jobs.BULK)
    clock.move_to(clock.now() + timedelta(seconds=1))
    found = values(metrics.exposition(database, clock.now()).decode())
    assert found["doudi_database_up"] == 1
    assert (found["doudi_jobs.due"] >= 2, found["doudi_jobs.later"] >= 1, found["doudi_jobs.dead"]) == (True, True, 0)
    assert found["doudi_job_oldest_seconds"] == 90 * 60 + 1
    assert (found["doudi_tasks_open"], found["doudi_tasks_overdue"], found["doudi_incidents"]) == (1, 0, 0)
    assert found["doudi_actions_recent"] >= 1
    clock.move_to(clock.now() + timedelta(days=30))
    assert values(metrics.exposition(database, clock.now()).decode())["doudi_tasks_overdue"] == 1


def test_requests_are_counted_by_endpoint_and_never_by_what_somebody_typed(web: Web) -> None:
    client = web.client()
    before = values(client.get("/metrics").text)
    client.get("/status")
    client.open("/status", method="王建国")
    client.get("/王建国")
    page = client.get("/metrics").text
    after = values(page)
    counted = "doudi_requests_total.portal.status.GET.200"
    assert after[counted] - before.get(counted, 0) == 1
    assert "王建国" not in page


def test_a_database_that_is_away_is_measured_too(web: Web) -> None:
    away = Database("postgresql+psycopg://nobody@127.0.0.1:1/none", Vault.generate())
    found = values(metrics.exposition(away, web.clock.now()).decode())
    assert (found["doudi_database_up"], "doudi_jobs.due" in found) == (0, False)
    away.dispose()


def test_a_scrape_asks_the_same_few_statements_of_a_full_database(web: Web) -> None:
    asked: list[str] = []
    event.listen(web.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    metrics.exposition(web.database, web.clock.now())
    few = len(asked)
    with web.database.write() as session:
        kind = {"kind": "task", "status": "open", "element_id": "x", "title": "x", "position": "x", "office_id": "x",
                "candidate": "x", "programme": "x", "case_number": "x", "subject": "x"}  # fmt: skip
        today = web.clock.now().date()
        rows = [{**kind, "id": new_id(), "case_id": "x", "sort_on": today, "created_at": web.clock.now()}
                for _ in range(metrics.CAP + 5)]  # fmt: skip
        session.execute(ITEM.insert(), rows)
    asked.clear()
    found = values(metrics.exposition(web.database, web.clock.now()).decode())
    assert found["doudi_tasks_open"] == metrics.CAP
    assert len(asked) == few <= 16
