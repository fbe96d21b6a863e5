"""The life of a release: draft, submit, approve, reject, retire, stop. Each act is on the audit chain "releases"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import audit
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Gone, Invalid, NotFound
from app.db import rows_changed, stamps
from app.definitions import limits, news, policy, publishing, receipts, rechecks, standing, store
from app.definitions.errors import BundleError
from app.definitions.folder import MANIFEST
from app.definitions.manifest import load_manifest
from app.definitions.names import APPROVED, AUDIT_CHAIN, DRAFT, REJECTED, SUBMITTED
from app.definitions.store import PLACE, RELEASE
from app.identity import policy as identity_policy
from app.identity import queries as identity

LONGEST_REASON = 500
STATES = {DRAFT: "草稿", SUBMITTED: "已提交", APPROVED: "已批准", REJECTED: "已退回"}


def draft(
    session: Session,
    actor: Actor,
    files: Mapping[str, bytes],
    region_codes: Sequence[str],
    *,
    now: datetime,
    restores: str | None = None,
) -> str:
    """Take in a folder as a draft for regions (by default the manifest's); its id.

    `restores` is the older release that it brings back. Raises Invalid (files, region), NotFound, NotYours.
    """
    limits.require(files)
    try:
        programme = publishing.head_of(files)["programme"]
    except BundleError as error:
        raise Invalid({"files": str(error)}) from error
    codes = list(dict.fromkeys(region_codes)) or _own_region(files)
    regions = [identity.region_by_code(session, code, local_date(now)) for code in codes]
    policy.require(session, actor, [region.id for region in regions], policy.DRAFTS)
    release_id = publishing.insert_release(session, actor, files, now, restores=restores)
    for region in regions:
        publishing.insert_place(
            session, release_id, programme, region.id,
            predecessor_id=standing.newest(session, programme, region.id),
            base_id=standing.base_of(session, programme, region.id),
        )  # fmt: skip
    _tell(session, actor, "drafted", release_id, now, programme=programme, regions=codes, restores=restores)
    return release_id


def submit(session: Session, actor: Actor, release_id: str, in_force_from: date, reason: str, *, now: datetime) -> None:
    """Ask for approval from a day on. Raises NotFound, NotYours, Invalid (reason, from), Gone (see `_require_fit`)."""
    found, places = _open(session, release_id)
    policy.require(session, actor, [place.scope for place in places], policy.DRAFTS)
    _require_state(found, DRAFT)
    reason = _reason(reason)
    _require_day(in_force_from, now)
    _require_fit(session, found, places, now)
    values = {"submitted_by": actor.user_id, "submitted_at": now, "reason": reason}
    _move(session, found, DRAFT, SUBMITTED, values)
    session.execute(update(PLACE).where(PLACE.c.release_id == release_id).values(in_force_from=in_force_from))
    _tell(session, actor, "submitted", release_id, now, in_force_from=in_force_from, reason=reason)


def approve(session: Session, actor: Actor, release_id: str, *, now: datetime) -> dict[str, int]:
    """Put a submission in force from its day: number by region id. Of two at once, one gets Gone.

    Raises NotFound, NotYours (no right everywhere, or one's own), Gone (see `_require_fit`), Invalid (day is past).
    """
    stamps.bump(session, "releases")  # whoever else approves waits here
    found, places = _open(session, release_id)
    policy.require(session, actor, [place.scope for place in places], policy.APPROVES)
    policy.require_another(actor, found.drafted_by, found.submitted_by)
    _require_state(found, SUBMITTED)
    _require_day(places[0].in_force_from, now)
    _require_fit(session, found, places, now)
    _move(session, found, SUBMITTED, APPROVED, {"decided_by": actor.user_id, "decided_at": now})
    scopes = [place.scope for place in places]
    publishing.enter_catalogue(session, store.files_of(session, release_id), release_id, scopes, now)
    with news.telling(session, actor, found.programme, now):
        numbers = {place.scope: _enter(session, place, now) for place in places}
    rechecks.plan(session, now)
    _tell(session, actor, "approved", release_id, now, numbers=numbers, in_force_from=places[0].in_force_from)
    return numbers


def reject(session: Session, actor: Actor, release_id: str, reason: str, *, now: datetime) -> None:
    """Refuse a submission, or put away a draft. Raises NotFound, NotYours, Gone, Invalid (reason)."""
    found, places = _open(session, release_id)
    policy.require(session, actor, [place.scope for place in places], policy.APPROVES)
    _require_state(found, DRAFT, SUBMITTED)
    reason = _reason(reason)
    _move(session, found, found.state, REJECTED, {"decided_by": actor.user_id, "decided_at": now})
    _tell(session, actor, "rejected", release_id, now, reason=reason)


def retire(session: Session, actor: Actor, release_id: str, reason: str, *, now: datetime) -> None:
    """From today its places have no release of their own: the wider region's holds, or nothing.

    Running cases and awards go on with it. Raises NotFound, NotYours, Gone, Invalid (reason).
    """
    stamps.bump(session, "releases")
    places = _in_force(session, actor, release_id, policy.APPROVES)
    reason = _reason(reason)
    mine = update(PLACE).where(PLACE.c.release_id == release_id, PLACE.c.scope.in_([each.scope for each in places]))
    with news.telling(session, actor, places[0].programme, now):
        session.execute(mine.values(retired_on=local_date(now)))
    _tell(session, actor, "retired", release_id, now, reason=reason)


def stop(session: Session, actor: Actor, release_id: str, reason: str, *, now: datetime) -> None:
    """Take no new applications under it, at once; a newer release opens the programme again.

    One person may: it is the brake. Raises NotFound, NotYours, Gone, Invalid (reason).
    """
    stamps.bump(session, "releases")
    places = _in_force(session, actor, release_id, policy.DRAFTS)
    reason = _reason(reason)
    mine = update(PLACE).where(PLACE.c.release_id == release_id, PLACE.c.scope.in_([each.scope for each in places]))
    session.execute(mine.values(stopped_at=now, stop_reason=reason))
    _tell(session, actor, "stopped", release_id, now, reason=reason)


def _enter(session: Session, place: Any, now: datetime) -> int:
    number = publishing.give_number(session, place.release_id, place.programme, place.scope, place.in_force_from)
    publishing.fix_letters(session, place.release_id, place.scope, local_date(now))
    return number


def _own_region(files: Mapping[str, bytes]) -> list[str]:
    if MANIFEST not in files:
        raise Invalid({"region": "文书库要写明地区，请加上 --region 区划代码"})
    return [load_manifest(files[MANIFEST])["region"]]


def _open(session: Session, release_id: str) -> tuple[Any, Sequence[Any]]:
    found = session.execute(select(RELEASE).where(RELEASE.c.id == release_id)).one_or_none()
    if found is None:
        raise NotFound(f"没有编号为 {release_id} 的发布版，请用 doudi release list 核对")
    places = session.execute(select(PLACE).where(PLACE.c.release_id == release_id).order_by(PLACE.c.scope)).all()
    return found, places


def _in_force(session: Session, actor: Actor, release_id: str, capability: str) -> list[Any]:
    """The places where the release is the newest one that is neither retired nor superseded."""
    identity_policy.require_any(session, actor, capability)
    found, places = _open(session, release_id)
    policy.require(session, actor, [place.scope for place in places], capability)
    _require_state(found, APPROVED)
    current = [
        each for each in places
        if each.retired_on is None and standing.newest(session, each.programme, each.scope) == release_id
    ]  # fmt: skip
    if not current:
        raise Gone("这个发布版已被更新的版本取代或已经停用，请用 doudi release list 查看现行版本")
    return current


def _require_state(found: Any, *wanted: str) -> None:
    if found.state not in wanted:
        needed = "或".join(STATES[each] for each in wanted)
        raise Gone(f"这个发布版现在是“{STATES[found.state]}”，只有“{needed}”的才能这样处理，请刷新列表后重试")


def _require_fit(session: Session, found: Any, places: Sequence[Any], now: datetime) -> None:
    """Raises Gone: a newer release was approved since the draft, the base of an override moved, no fitting receipt."""
    for place in places:
        if standing.newest(session, place.programme, place.scope) != place.predecessor_id:
            where = standing.place_name(session, place.scope)
            raise Gone(f"{where}在起草之后已有新的发布版，请导出最新版，把改动并入后重新起草")
        if standing.base_has_moved(session, place):
            where = standing.place_name(session, place.scope)
            compare = f"请用 doudi release compare {found.id} 比对"
            raise Gone(f"{where}所依据的基础版本已经更新，{compare}，把要采用的改动并入后重新起草")
    receipts.require(session, found.id, local_date(now))


def _require_day(day: date | None, now: datetime) -> None:
    if day is None or day < local_date(now):
        raise Invalid({"from": f"施行日期 {day} 已经过去，请改为今天或以后的日期后重新提交"})


def _reason(text: str) -> str:
    if not 0 < len(text.strip()) <= LONGEST_REASON:
        raise Invalid({"reason": f"请写明理由，不超过 {LONGEST_REASON} 字"})
    return text.strip()


def _move(session: Session, found: Any, old: str, new: str, values: Mapping[str, Any]) -> None:
    """The guard against two at once: exactly one of them changes the row."""
    mine = update(RELEASE).where(RELEASE.c.id == found.id, RELEASE.c.state == old)
    if rows_changed(session, mine.values(state=new, **values)) != 1:
        raise Gone("这个发布版刚刚被他人处理，请刷新列表后重试")


def _tell(session: Session, actor: Actor, kind: str, release_id: str, now: datetime, **told: Any) -> None:
    audit.append(session, AUDIT_CHAIN, kind, actor, {"release": release_id, **told}, None, now, shared=True)
