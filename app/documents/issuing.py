"""Issuing many letters at once: what a worker does with those that nobody has asked for yet.

A letter is rendered outside of any transaction, so that nobody who writes waits for it, and many are stored in one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.core.exact_json import load_json
from app.core.ids import digest
from app.db import Prepared, training
from app.definitions import store as definitions
from app.documents.operations import DOCUMENT, printing, rendered
from app.jobs import operations as jobs
from app.jobs.operations import DueJob
from app.jobs.runner import Apart

LEASE_SECONDS = 180.0
_FROZEN = [DOCUMENT.c[name] for name in ("id", "template_hash", "contract_hash", "frozen")]
# What was taken back before anybody saw it is never issued.
_UNISSUED = DOCUMENT.c.content.is_(None) & or_(DOCUMENT.c.voided_at.is_(None), DOCUMENT.c.voided_by.is_not(None))
_ISSUED = Prepared(
    update(DOCUMENT)
    .where(DOCUMENT.c.id == bindparam("document_id"))
    .values(content=bindparam("bytes"), sha256=bindparam("hash"))
)


@dataclass(frozen=True, slots=True)
class _Frozen:
    """All that a letter is made of."""

    template: bytes
    contract: bytes
    data: Mapping[str, Any]
    is_training: bool


def handler() -> Apart:
    """Who does the jobs of `operations.ISSUE`."""
    return Apart(_prepare, _render, _finish, lease_seconds=LEASE_SECONDS, is_limited=True)


def _prepare(session: Session, work: Sequence[DueJob], now: datetime) -> list[_Frozen | None]:
    """What was frozen of each letter; None of one that was issued meanwhile or taken back. Raises NotFound."""
    ids = [job.reference for job in work]
    rows = session.execute(select(*_FROZEN, _UNISSUED.label("waits")).where(DOCUMENT.c.id.in_(ids))).all()
    if len(rows) != len(ids):
        raise NotFound("没有这份文书，请核对后重试")
    blobs = definitions.blobs(session, {each for row in rows for each in (row.template_hash, row.contract_hash)})
    vault, is_training = session.info["vault"], training.is_training(session)
    found = {
        row.id: _Frozen(
            blobs[row.template_hash], blobs[row.contract_hash],
            load_json(vault.open_text(row.frozen, "document", "frozen", row.id)), is_training,
        )
        for row in rows if row.waits
    }  # fmt: skip
    return [found.get(each) for each in ids]


def _render(job: DueJob, frozen: _Frozen | None) -> bytes | None:
    if frozen is None:
        return None
    return rendered(frozen.template, frozen.contract, frozen.data, frozen.is_training)


def _finish(session: Session, done: Sequence[tuple[DueJob, bytes | None]], now: datetime) -> None:
    """Keep the bytes of those that still wait, and let their PDF be made."""
    letters = {job.reference: (job, content) for job, content in done if content is not None}
    columns = DOCUMENT.c.id, DOCUMENT.c.case_id, DOCUMENT.c.origin, DOCUMENT.c.created_at
    waiting = select(*columns).where(DOCUMENT.c.id.in_(letters), _UNISSUED).order_by(DOCUMENT.c.id).with_for_update()
    vault, written, printed = session.info["vault"], [], []
    for row in session.execute(waiting):
        job, content = letters[row.id]
        sealed = vault.seal(content, "document", "content", row.id)
        written.append({"document_id": row.id, "bytes": sealed, "hash": digest(content)})
        printed.append(printing(row, row.created_at, county=job.county))
    _ISSUED.run_all(session, written)
    jobs.enqueue_all(session, printed)
