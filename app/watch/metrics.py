"""What waits in the database, read when it is asked for: statements that are bounded whatever it holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session

from app import audit
from app.auditing import checks
from app.cases import lists
from app.core.clock import local_date
from app.db import Database, indexes, is_away
from app.inbox import queries as inbox
from app.jobs import standing as jobs

SHARED = "PROMETHEUS_MULTIPROC_DIR"
WINDOW = timedelta(minutes=5)
BACKUPS = "backup"  # the chain on which each is told
CAP = 10_000
"""Counts stop here, so that a scrape costs the same when everything goes wrong."""


def exposition(database: Database, now: datetime) -> bytes:
    """Everything in Prometheus' text format. Processes of one node share their counters by the folder `SHARED`."""
    counters = REGISTRY
    if SHARED in os.environ:
        counters = CollectorRegistry()
        MultiProcessCollector(counters)
    standing = CollectorRegistry(auto_describe=False)
    standing.register(_Standing(database, now))
    return bytes(generate_latest(counters) + generate_latest(standing))


class _Standing(Collector):
    def __init__(self, database: Database, now: datetime) -> None:
        self._database, self._now = database, now

    def collect(self) -> Iterator[Metric]:
        try:
            with self._database.read() as session:
                session.connection().exec_driver_sql(BOUND) if not self._database.is_sqlite else None
                found = [each for part in (_jobs, _work, _proofs, _schema) for each in part(session, self._now)]
        except Exception as error:
            if not is_away(error):
                raise
            found = []
        yield _gauge("doudi_database_up", "Whether the database answered in time.", int(bool(found)))
        yield from found
        pool: Any = self._database.engine.pool
        if hasattr(pool, "checkedout"):
            yield _gauge("doudi_database_connections_used", "Connections of this process in use.", pool.checkedout())
            yield _gauge("doudi_database_connections_kept", "Connections that this process keeps.", pool.size())


BOUND = "SET LOCAL statement_timeout = '3s'"


def _jobs(session: Session, now: datetime) -> Iterator[Metric]:
    waiting = GaugeMetricFamily("doudi_jobs", f"Jobs by state, counted up to {CAP}.", labels=["state"])
    standing = jobs.standing(session, now, CAP)
    for state, number in standing.by_state.items():
        waiting.add_metric([state], number)
    yield waiting
    yield _gauge("doudi_job_oldest_seconds", "How long the oldest due job has waited.", standing.oldest.total_seconds())
    yield _gauge("doudi_clock_skew_seconds", "The database's clock minus that of this machine.", standing.skew)


def _work(session: Session, now: datetime) -> Iterator[Metric]:
    open_, overdue = inbox.count_everywhere(session, local_date(now), CAP)
    yield _gauge("doudi_tasks_open", f"Open tasks, counted up to {CAP}.", open_)
    yield _gauge("doudi_tasks_overdue", f"Open tasks past their day, counted up to {CAP}.", overdue)
    yield _gauge(
        "doudi_incidents", f"Incidents that wait, counted up to {CAP}.", lists.incidents_everywhere(session, CAP)
    )
    done = audit.count_since(session, now - WINDOW, CAP)
    yield _gauge("doudi_actions_recent", f"Audited actions of the last 5 minutes, counted up to {CAP}.", done)


def _proofs(session: Session, now: datetime) -> Iterator[Metric]:
    """Ages are infinite where there was never any, so that an alarm needs no second rule."""
    last = next(iter(checks.last_checks(session, 1)), None)
    backed_up = audit.last_moment(session, BACKUPS)
    told = "differences that the latest verification of the audit found."
    yield _gauge("doudi_audit_faults", f"How many {told}", last.faults if last else 0)
    yield _gauge("doudi_audit_age_seconds", "Since the latest verification of the audit.", _age(last and last.at, now))
    yield _gauge("doudi_backup_age_seconds", "Since the latest backup.", _age(backed_up, now))


def _schema(session: Session, now: datetime) -> Iterator[Metric]:
    lacking = indexes.missing(session.connection())
    yield _gauge("doudi_indexes_missing", "Indexes that lists and searches need and the database lacks.", len(lacking))


def _age(moment: datetime | None, now: datetime) -> float:
    return (now - moment).total_seconds() if moment else float("inf")


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)
