"""From a change to what holds: submitted with its receipts, approved whole by a second person, or sent back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row, update
from sqlalchemy.orm import Session

from app.changes import backtesting, catching_up, checking, editing, policy, store
from app.changes.names import APPROVED, OPEN, STATES, SUBMITTED
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Gone, Invalid
from app.definitions import operations as releases
from app.definitions import receipts
from app.definitions.folder import MANIFEST
from app.definitions.publishing import head_of
from app.figures import operations as figures
from app.figures.entering import LONGEST_REASON
from app.identity import queries as identity

LONGEST_REMARK = 500


def submit(session: Session, actor: Actor, change_id: str, in_force_from: date, *, now: datetime) -> None:
    """Ask for approval of everything in the change, from a day on. All of it or nothing.

    Raises NotFound, NotYours, Taken, Invalid (from; nothing was changed), Gone (a bundle is behind, not checked as it
    stands, or its check did not pass).
    """
    change = policy.edit(session, actor, change_id, now)
    if in_force_from < local_date(now):
        raise Invalid({"from": f"施行日期 {in_force_from} 已经过去，请改为今天或以后的日期"})
    bundles = [each for each in store.bundles_of(session, change_id) if store.changed_hashes(session, each.id)]
    entered = store.figures_of(session, change_id)
    if not bundles and not entered:
        raise Invalid({"files": "还没有改动任何文件或标准，请先修改再提交"})
    for bundle in bundles:
        _submit_bundle(session, actor, change, bundle, in_force_from, now)
    _require_days_apart(entered, in_force_from)
    for figure in entered:
        _propose(session, actor, change, figure, in_force_from, now)
    backtesting.keep(session, change_id)
    store.write(session, change_id, state=SUBMITTED, in_force_from=in_force_from, submitted_by=actor.user_id,
                touched_at=now, editor_id=None, editor_seen_at=None, asked_by=None, asked_at=None)  # fmt: skip
    store.tell(session, actor, "submitted", change_id, now, in_force_from=in_force_from)


def approve(session: Session, actor: Actor, change_id: str, *, now: datetime) -> None:
    """Put everything in force from its day, or nothing. Raises NotFound, NotYours, Gone, Invalid."""
    _require_second(session, actor, change_id)
    for bundle in _released(session, change_id):
        releases.approve(session, actor, bundle.release_id, now=now)
    for figure in _proposed(session, change_id):
        figures.confirm(session, actor, figure.figure_id, now=now)
    _decide(session, actor, change_id, now, APPROVED)
    store.tell(session, actor, "approved", change_id, now)


def send_back(session: Session, actor: Actor, change_id: str, remark: str, *, now: datetime) -> None:
    """Refuse what was submitted, so that it is mended and submitted again. Raises NotFound, NotYours, Gone, Invalid."""
    _require_second(session, actor, change_id)
    remark = _remark(remark)
    _undo(session, actor, change_id, remark, now)
    store.write(session, change_id, remark=remark)
    store.tell(session, actor, "sent_back", change_id, now, remark=remark)


def take_back(session: Session, actor: Actor, change_id: str, *, now: datetime) -> None:
    """Whoever drafts for its places goes on drafting before anybody decided. Raises NotFound, NotYours, Gone."""
    change = store.locked(session, change_id)
    policy.require_places(session, actor, store.scopes_of(session, change_id))
    _require_submitted(change)
    _undo(session, actor, change_id, "起草人收回修改", now)
    store.write(session, change_id, remark=None)
    store.tell(session, actor, "taken_back", change_id, now)


def _submit_bundle(
    session: Session, actor: Actor, change: Row[Any], bundle: Row[Any], day: date, now: datetime
) -> None:
    if catching_up.is_behind(session, bundle):
        raise Gone(f"“{bundle.title}”现行的版本在起草之后变了，请先并入新的版本再检查、提交")
    subject = checking.subject_of(session, bundle, local_date(now))
    check = checking.fitting(session, bundle.id, subject)
    if check is None:
        raise Gone(f"“{bundle.title}”还没有按现在的内容检查过，请先检查")
    if not check.passed:
        raise Gone(f"“{bundle.title}”检查没有通过，请按检查结果改正后再提交")
    files = store.released_files(session, bundle)
    if not files:
        raise Invalid({"files": "这里的文书与上级文书库的完全相同，没有要发布的；请把文书库移出这项变更"})
    _require_same_programme(bundle, files)
    codes = [identity.region(session, place.scope).code for place in store.places_of(session, bundle.id)]
    release_id = releases.draft(session, actor, files, codes, now=now, restores=bundle.restores)
    outcome = SimpleNamespace(passed=check.passed, findings=check.findings, stories=check.stories)
    receipts.keep(session, actor, release_id, subject, outcome, now)
    releases.submit(session, actor, release_id, day, change.reason, now=now)
    mine = update(store.BUNDLE).where(store.BUNDLE.c.id == bundle.id)
    session.execute(mine.values(release_id=release_id))


def _require_same_programme(bundle: Row[Any], files: dict[str, bytes]) -> None:
    if head_of(files)["programme"] != bundle.programme:
        raise Invalid({MANIFEST: f"清单里的项目编号应为 {bundle.programme}，要开办另一个项目请用“新建项目”"})


def _require_days_apart(entered: Sequence[Row[Any]], day: date) -> None:
    """What has no day of its own holds from the day of the change, which another value may name."""
    days = [(each.key, each.region_id, each.valid_from or day) for each in entered]
    if len(set(days)) < len(days):
        raise Invalid({"from": f"同一标准在同一地区从 {day} 起有两个数值，请在“改标准”里改一个日期，或清空一个数值"})


def _propose(session: Session, actor: Actor, change: Row[Any], figure: Row[Any], day: date, now: datetime) -> None:
    told = f"{change.reason}（{change.document}）" if change.document else change.reason
    entered = figures.propose(
        session, actor, figure.key, identity.region(session, figure.region_id).code, figure.value,
        valid_from=figure.valid_from or day, clause=figure.clause, reason=told[:LONGEST_REASON], always_waits=True,
        now=now,
    )  # fmt: skip
    mine = update(store.FIGURE).where(store.FIGURE.c.id == figure.id)
    session.execute(mine.values(figure_id=entered.id))


def _undo(session: Session, actor: Actor, change_id: str, reason: str, now: datetime) -> None:
    for bundle in _released(session, change_id):
        releases.reject(session, actor, bundle.release_id, reason, now=now)
    for figure in _proposed(session, change_id):
        if figures.waits(session, figure.figure_id):
            figures.reject(session, actor, figure.figure_id, reason, now=now)
    session.execute(update(store.BUNDLE).where(store.BUNDLE.c.change_id == change_id).values(release_id=None))
    session.execute(update(store.FIGURE).where(store.FIGURE.c.change_id == change_id).values(figure_id=None))
    _decide(session, actor, change_id, now, OPEN)


def _decide(session: Session, actor: Actor, change_id: str, now: datetime, state: str) -> None:
    store.write(session, change_id, state=state, decided_by=actor.user_id, decided_at=now, touched_at=now)


def _require_second(session: Session, actor: Actor, change_id: str) -> None:
    change = store.locked(session, change_id)
    policy.require_second(session, actor, change, editing.editors_of(session, change_id))
    _require_submitted(change)


def _require_submitted(change: Row[Any]) -> None:
    if change.state != SUBMITTED:
        raise Gone(f"这项政策变更现在是“{STATES[change.state]}”，不能这样处理，请刷新页面")


def _released(session: Session, change_id: str) -> list[Row[Any]]:
    return [each for each in store.bundles_of(session, change_id) if each.release_id]


def _proposed(session: Session, change_id: str) -> list[Row[Any]]:
    return [each for each in store.figures_of(session, change_id) if each.figure_id]


def _remark(text: str) -> str:
    if not 0 < len(text.strip()) <= LONGEST_REMARK:
        raise Invalid({"remark": f"请写明退回的理由，不超过 {LONGEST_REMARK} 字"})
    return text.strip()
