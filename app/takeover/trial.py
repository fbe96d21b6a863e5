"""Files that somebody sent in a page: a worker compares them, since thousands of awards take longer than a page may."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Invalid, NotFound, Rejection
from app.core.exact_json import dump_json, load_json
from app.core.ids import new_id
from app.core.uploads import MAX_BYTES, in_megabytes
from app.db import beside
from app.identity import appointed
from app.identity import policy as identity_policy
from app.identity import queries as identity
from app.jobs import operations as jobs
from app.jobs.operations import DueJob
from app.jobs.runner import OutsideHandler
from app.takeover import operations
from app.takeover.models import TakeoverTrial
from app.takeover.operations import ENTER
from app.takeover.planning import Plan

TRY = "takeover.try"
SHOWN, LEASE_SECONDS = 300, 1200.0
CONTENT, TOLD = ("takeover_trial", "content"), ("takeover_trial", "told")
GONE = "录入人已不在岗，请由在岗的人重新提交文件"
TOO_LARGE = "文件超过 {most}，请按乡镇分成几个文件"


@dataclass(frozen=True, slots=True)
class Trial:
    """`told`, once it is over: `{faults, count, message}` of files that were refused; empty where there was nothing new
    or it waits for a second person as `takeover_id`. Until then `looked` of `lines` were compared; None: not yet read.
    """

    id: str
    begun_at: datetime
    done_at: datetime | None
    takeover_id: str | None
    told: dict[str, Any]
    lines: int | None
    looked: int | None


def begin(session: Session, actor: Actor, contents: Sequence[bytes], now: datetime) -> str:
    """Have files compared; the id of the trial. Raises NotYours, Invalid (file)."""
    identity_policy.require_any(session, actor, ENTER)
    if not contents:
        raise Invalid({"file": "请选择要导入的文件"})
    if any(len(content) > MAX_BYTES for content in contents):
        raise Invalid({"file": TOO_LARGE.format(most=in_megabytes(MAX_BYTES))})
    trial_id = new_id()
    packed = dump_json([b64encode(content).decode() for content in contents]).encode()
    row = {
        "id": trial_id, "region_id": operations.home(session, actor), "begun_by": actor.user_id, "begun_at": now,
        "content": session.info["vault"].seal(packed, *CONTENT, trial_id),
    }  # fmt: skip
    session.execute(insert(TakeoverTrial).values(row))
    jobs.enqueue(session, TRY, {}, now, dedup=f"{TRY}:{trial_id}", reference=trial_id)
    return trial_id


def trial(session: Session, actor: Actor, trial_id: str) -> Trial:
    """How far it has come. Raises NotFound, NotYours."""
    found = session.get(TakeoverTrial, trial_id)
    if found is None:
        raise NotFound("没有这次试运行，请重新提交文件")
    identity_policy.require_covers(session, actor, identity.chain(session, found.region_id), ENTER)
    told = session.info["vault"].open(found.told, *TOLD, found.id) if found.told else b"{}"
    return Trial(
        found.id, found.begun_at, found.done_at, found.takeover_id, load_json(told), found.lines, found.looked
    )  # fmt: skip


def _compare(session: Session, job: DueJob, now: datetime) -> tuple[Actor | None, Plan | str]:
    """Who sent it, and what it would bring in or why it is no such file. Only reads, and tells how far it is."""
    found = session.get_one(TakeoverTrial, job.reference)
    actor = appointed.load_actor(session, found.begun_by or "", local_date(now))
    if actor is None or found.content is None:
        return None, GONE
    packed = load_json(session.info["vault"].open(found.content, *CONTENT, found.id))

    def tell(looked: int, lines: int) -> None:
        come = update(TakeoverTrial).where(TakeoverTrial.id == job.reference).values(looked=looked, lines=lines)
        beside(session, lambda other: other.execute(come))

    try:
        return actor, operations.plan(session, actor, [b64decode(each) for each in packed], now, tell)
    except Rejection as refused:
        return actor, refused.message


def _keep(session: Session, job: DueJob, compared: tuple[Actor | None, Plan | str], now: datetime) -> None:
    actor, made = compared
    told: dict[str, Any] = {}
    takeover_id = None
    if actor is None or isinstance(made, str):
        told = {"message": made}
    elif len(made.findings):
        told = {"faults": made.findings.lines()[:SHOWN], "count": len(made.findings)}
    else:
        takeover_id = operations.propose(session, actor, made, now)
    sealed = session.info["vault"].seal(dump_json(told).encode(), *TOLD, job.reference) if told else None
    done = {"content": None, "told": sealed, "takeover_id": takeover_id, "done_at": now}
    session.execute(update(TakeoverTrial).where(TakeoverTrial.id == job.reference).values(done))


HANDLERS = {TRY: OutsideHandler(lambda job, compared: compared, _compare, _keep, LEASE_SECONDS)}
